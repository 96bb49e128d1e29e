// Networks whose inputs are numbers: emitted firmware on simulated boards, the C interface, the serial link
// and the packages, against the emulator.
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "compiler/quantize/levels.hpp"
#include "compiler/support/files.hpp"
#include "emulator/emulate.hpp"
#include "tests/unit/hil/emitted.hpp"
#include "tests/unit/hil/host_device.hpp"
#include "tests/unit/hil/link_check.hpp"
#include "tests/unit/mcu/value_network.hpp"

namespace synfire::hil {

void PrintTo(const Board& board, std::ostream* out);

namespace {

constexpr std::chrono::seconds limit{60};

LevelShape levels_of(const IntNetwork& network) {
    const LevelFormat format = level_format(network);
    return {format.count, format.bytes};
}

SpikeInput input_of(const test::ValueSample& sample) {
    return {sample.steps, sample.spikes, sample.levels};
}

class ValuesOnBoard : public testing::TestWithParam<Board> {};

INSTANTIATE_TEST_SUITE_P(Boards, ValuesOnBoard, testing::ValuesIn(boards()), [](const auto& test) {
    std::string name;
    for (char c : test.param.name)
        if (c != '-') name += c;
    return name;
});

void expect_firmware_equals_emulator(const IntNetwork& network, const Board& board, const std::string& core,
                                     std::mt19937& random) {
    const ScratchFolder folder;
    const Firmware firmware =
        build_firmware(test::write_emitted(network, folder, WeightSource::flash, core), board.name);
    std::vector<test::ValueSample> samples;
    std::vector<SpikeInput> inputs;
    const std::vector<std::size_t> steps{40, 1, 90};
    for (std::size_t n : steps) {
        samples.push_back(test::random_sample(random, network, n));
        inputs.push_back(input_of(samples.back()));
    }
    std::vector<std::size_t> sizes;
    for (const IntPopulation& p : network.populations) sizes.push_back(neurons(p));
    const std::string packed = pack_inputs(test::shape_of(network).inputs, inputs, levels_of(network));
    const std::vector<SampleRecord> record =
        parse_record(run_firmware(firmware, packed, limit), sizes, steps);
    for (std::size_t k = 0; k < samples.size(); ++k) {
        const IntTrace expected = emulate(network, samples[k].signals);
        for (std::size_t p = 0; p < sizes.size(); ++p) {
            EXPECT_EQ(expected.populations[p].s, record[k].populations[p].s) << "s, sample " << k;
            EXPECT_EQ(expected.populations[p].u, record[k].populations[p].u) << "u, sample " << k;
            EXPECT_EQ(expected.populations[p].v, record[k].populations[p].v) << "v, sample " << k;
        }
    }
}

// Portable C++ and kernels, in all types of levels.
TEST_P(ValuesOnBoard, FirmwareEqualsTheEmulator) {
    if (const std::string missing = missing_tools(GetParam()); !missing.empty()) GTEST_SKIP() << missing;
    std::set<std::string> formats;
    for (unsigned seed = 0; seed < 40 && formats.size() < 6; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const bool kernels = seed % 2 == 0;
        const IntNetwork network =
            kernels ? test::random_value_layers(random) : test::random_value_network(random);
        const LevelFormat f = level_format(network);
        // Each type once portable and once in kernels.
        if (!formats.insert(std::to_string(f.bytes) + (f.is_signed ? "s" : "u") + (kernels ? "k" : "p"))
                 .second)
            continue;
        expect_firmware_equals_emulator(network, GetParam(), kernels ? test::core_of(GetParam()) : "",
                                        random);
        if (HasFailure()) return;
    }
    EXPECT_EQ(formats.size(), 6U);
}

// Reads levels from levels.txt, steps with and without setting the same ones again, prints outputs.
constexpr char caller[] = R"(
#include <stdio.h>
#include "model.h"
static probe_state state;
int main(void) {
    FILE* in = fopen("levels.txt", "r");
    int steps, t, i;
    if (in == NULL || fscanf(in, "%d", &steps) != 1) return 1;
    probe_reset(&state);
    for (t = 0; t < steps; ++t) {
        LEVEL levels[probe_value_count];
        uint8_t spikes[probe_input_bytes] = {0};
        int changed, x;
        if (fscanf(in, "%d", &changed) != 1) return 2;
        for (i = 0; i < probe_value_count; ++i) {
            if (fscanf(in, "%d", &x) != 1) return 2;
            levels[i] = (LEVEL)x;
        }
        for (i = 0; i < probe_inputs; ++i) {
            if (fscanf(in, "%d", &x) != 1) return 2;
            spikes[i / 8] = (uint8_t)(spikes[i / 8] | x << i % 8);
        }
        if (changed) probe_set_values(&state, levels);
        probe_step(&state, probe_inputs == 0 ? NULL : spikes);
        for (i = 0; i < probe_output_neurons(0); ++i) printf("%ld\n", (long)probe_output_v(&state, 0)[i]);
    }
    if (probe_input_levels(0) != INPUT_LEVELS || probe_level_of(0, 255, 255) != INPUT_LEVELS) return 3;
    return probe_input_range(0) > 0 ? 0 : 4;
}
)";

void expect_success(const ProcessResult& result) {
    ASSERT_EQ(result.exit_code, 0) << result.output;
    ASSERT_EQ(result.signal, 0);
}

TEST(Values, TheCInterfaceGivesTheSameMembranes) {
    for (const char* program : {"gcc", "g++"})
        if (find_program(program).empty()) GTEST_SKIP() << program << " was not found";
    for (unsigned seed : {1U, 2U, 3U, 4U}) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const IntNetwork network = test::random_value_network(random);
        const ScratchFolder folder;
        const std::filesystem::path compiled = test::write_emitted(network, folder),
                                    log = folder.path() / "log";
        std::ofstream(compiled / "caller.c") << caller;
        const LevelFormat f = level_format(network);
        const std::string type = f.bytes == 2 ? "int16_t" : f.is_signed ? "int8_t" : "uint8_t";
        std::int64_t most = 0;
        for (const Input& input : network.inputs)
            if (most == 0 && carries_values(input)) most = level_range(network, input).high;
        expect_success(
            run_process({"gcc", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-Isrc",
                         "-DLEVEL=" + type, "-DINPUT_LEVELS=" + std::to_string(most), "-c", "caller.c"},
                        compiled, log, limit));
        expect_success(
            run_process({"g++", "-std=c++17", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-pedantic",
                         "-Werror", "-O1", "-fsanitize=undefined", "-fno-sanitize-recover", "-Isrc",
                         "src/model.cpp", "src/values.cpp", "src/tables.cpp", "caller.o", "-o", "caller"},
                        compiled, log, limit));
        const test::ValueSample sample = test::random_sample(random, network, 25);
        const std::size_t levels = sample.levels.size() / 25, spikes = sample.spikes.size() / 25;
        std::ofstream text(compiled / "levels.txt");
        text << 25;
        for (std::size_t t = 0; t < 25; ++t) {
            const auto now = sample.levels.begin() + static_cast<std::ptrdiff_t>(t * levels);
            text << ' '
                 << (t == 0 || !std::equal(now, now + static_cast<std::ptrdiff_t>(levels),
                                           now - static_cast<std::ptrdiff_t>(levels)));
            for (std::size_t k = 0; k < levels; ++k) text << ' ' << sample.levels[t * levels + k];
            for (std::size_t k = 0; k < spikes; ++k) text << ' ' << int{sample.spikes[t * spikes + k]};
        }
        text.close();
        const ProcessResult result = run_process({"./caller"}, compiled, log, limit);
        expect_success(result);
        std::string expected;
        const IntTrace trace = emulate(network, sample.signals);
        for (std::int32_t v : trace.populations[network.outputs[0]].v) expected += std::to_string(v) + "\n";
        EXPECT_EQ(result.output, expected);
    }
}

TEST(Values, ClangAcceptsTheSources) {
    if (find_program("clang++").empty()) GTEST_SKIP() << "clang++ was not found";
    std::mt19937 random(5);
    const ScratchFolder folder;
    const std::filesystem::path compiled = test::write_emitted(test::random_value_network(random), folder);
    expect_success(run_process(
        {"clang++", "-std=c++17", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wundef", "-pedantic",
         "-Werror", "-ffreestanding", "-fsyntax-only", "-Isrc", "-I.", "src/model.cpp", "src/values.cpp",
         "src/tables.cpp", "firmware/example.cpp", "firmware/record.cpp", "firmware/serial.cpp"},
        compiled, folder.path() / "log", limit));
}

// Values that stay are sent once.
TEST(Values, TheSerialLinkCarriesLevels) {
    if (find_program("g++").empty()) GTEST_SKIP() << "g++ was not found";
    for (const unsigned seed : {1U, 2U, 4U}) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const test::HostDevice device(test::random_value_network(random), {"src/values.cpp"});
        for (const bool faults : {false, true}) {
            const test::RunningDevice running = test::start(device);
            test::FaultyLine line(running.line, faults ? test::bad_line : test::Faults{});
            Link link(line.host(), test::quick());
            const DeviceFacts facts = greet(link);
            DeviceShape shape = test::shape_of(device.network);
            for (int k = 0; k < 4; ++k) {
                const test::ValueSample sample = test::random_sample(random, device.network, 30);
                const IntTrace expected = emulate(device.network, sample.signals);
                for (const bool observed : {false, true}) {
                    const SampleRun run = run_sample(link, facts, shape, input_of(sample), observed);
                    for (std::size_t p = 0; p < shape.neurons.size(); ++p) {
                        if (!run.record.populations[p].s.empty()) {
                            ASSERT_EQ(run.record.populations[p].s, expected.populations[p].s);
                        }
                        if (!run.record.populations[p].v.empty()) {
                            ASSERT_EQ(run.record.populations[p].v, expected.populations[p].v);
                        }
                    }
                }
            }
        }
    }
}

// Each package manager's own way is tested with networks of spikes; here, that the further source is found.
TEST(Values, CMakeBuildsEverySource) {
    for (const char* program : {"g++", "cmake", "make"})
        if (find_program(program).empty()) GTEST_SKIP() << program << " was not found";
    std::mt19937 random(2);
    IntNetwork network = test::random_value_network(random);
    for (const char* name : {"probe", "values", "levels"}) {
        SCOPED_TRACE(name);
        network.name = name;
        const ScratchFolder folder;
        const std::filesystem::path compiled = test::write_emitted(network, folder),
                                    log = folder.path() / "log";
        const std::string n = mcu::identifier(name);
        std::ofstream(folder.path() / "CMakeLists.txt")
            << "cmake_minimum_required(VERSION 3.16)\nproject(of_values LANGUAGES CXX)\n"
               "add_subdirectory(\"a compiled network\" net)\nadd_executable(main main.cpp)\n"
               "target_link_libraries(main PRIVATE "
            << n << ")\n";
        const LevelFormat f = level_format(network);
        const std::string type = f.bytes == 2 ? "int16_t" : f.is_signed ? "int8_t" : "uint8_t";
        std::ofstream(folder.path() / "main.cpp")
            << "#include \"" << n << ".hpp\"\nint main() {\n    static " << n << "::State state;\n    " << n
            << "::reset(state);\n    static const " << type << " levels[" << n << "::value_count] = {};\n    "
            << n << "::set_values(state, levels);\n}\n";
        expect_success(run_process({"cmake", "-S", ".", "-B", "build", "-G", "Unix Makefiles"}, folder.path(),
                                   log, limit));
        expect_success(run_process({"cmake", "--build", "build"}, folder.path(), log, limit));
        expect_success(run_process({"build/main"}, folder.path(), log, limit));
    }
}

}  // namespace
}  // namespace synfire::hil
