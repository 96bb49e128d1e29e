// The emitted sources are plain C++17 with a C interface: built by the host's compilers, called from C.
#include <fstream>

#include <gtest/gtest.h>

#include "tests/unit/hil/emitted.hpp"

namespace synfire::hil {
namespace {

constexpr std::chrono::seconds limit{120};

// Reads steps of '0' and '1' from stdin-like text in bits.txt, prints output spikes, their bits and
// membranes.
constexpr char caller[] = R"(
#include <stdio.h>
#include "model.h"
static probe_state state;
int main(void) {
    FILE* in = fopen("bits.txt", "r");
    unsigned char spikes[probe_input_bytes];
    uint16_t list[probe_inputs + 1];
    uint8_t bits[64];
    int as_list, steps, t, i;
    if (in == NULL || fscanf(in, "%d %d", &as_list, &steps) != 2) return 1;
    probe_reset(&state);
    for (t = 0; t < steps; ++t) {
        uint16_t count = 0, out;
        const uint16_t* neurons;
        for (i = 0; i < probe_input_bytes; ++i) spikes[i] = 0;
        for (i = 0; i < probe_inputs; ++i) {
            int bit;
            if (fscanf(in, "%d", &bit) != 1) return 2;
            spikes[i / 8] = (unsigned char)(spikes[i / 8] | bit << i % 8);
            if (bit) list[count++] = (uint16_t)i;
        }
        if (as_list) probe_step_events(&state, list, count);
        else probe_step(&state, spikes);
        out = probe_output_spikes(&state, 0, &neurons);
        probe_output_bits(&state, 0, bits);
        for (i = 0; i < probe_output_neurons(0); ++i) {
            int listed = 0, k;
            for (k = 0; k < out; ++k) listed |= neurons[k] == i;
            if (listed != (bits[i / 8] >> i % 8 & 1)) return 3;
            printf("%d %ld\n", listed, (long)probe_output_v(&state, 0)[i]);
        }
    }
    return 0;
}
)";

std::string expected_text(const IntNetwork& network, std::size_t steps,
                          const std::vector<std::uint8_t>& spikes) {
    const test::PlainPopulation out = test::plain_run(network, steps, spikes).at(network.outputs[0]);
    std::string text;
    for (std::size_t k = 0; k < out.s.size(); ++k)
        text += std::to_string(out.s[k]) + " " + std::to_string(out.v[k]) + "\n";
    return text;
}

void expect_success(const ProcessResult& result) {
    ASSERT_EQ(result.exit_code, 0) << result.output;
    ASSERT_EQ(result.signal, 0);
}

TEST(HostBuild, TheCInterfaceGivesTheSameSpikesAndMembranes) {
    for (const char* program : {"gcc", "g++"})
        if (find_program(program).empty()) GTEST_SKIP() << program << " was not found";
    for (unsigned seed : {5U, 8U}) {
        std::mt19937 random(seed);
        const IntNetwork network = test::random_network(random);
        const ScratchFolder folder;
        const std::filesystem::path compiled = test::write_emitted(network, folder),
                                    log = folder.path() / "log";
        std::ofstream(compiled / "caller.c") << caller;
        expect_success(run_process(
            {"gcc", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-Isrc", "-c", "caller.c"},
            compiled, log, limit));
        expect_success(run_process(
            {"g++", "-std=c++17", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-pedantic", "-Werror",
             "-O1", "-Isrc", "src/model.cpp", "src/tables.cpp", "caller.o", "-o", "caller"},
            compiled, log, limit));
        constexpr std::size_t steps = 25;
        const std::vector<std::uint8_t> spikes =
            test::random_spikes(random, steps, test::input_neurons(network));
        for (bool as_list : {false, true}) {
            std::ofstream bits(compiled / "bits.txt");
            bits << as_list << ' ' << steps << '\n';
            for (std::uint8_t s : spikes) bits << int{s} << ' ';
            bits.close();
            const ProcessResult result = run_process({"./caller"}, compiled, log, limit);
            expect_success(result);
            EXPECT_EQ(result.output, expected_text(network, steps, spikes)) << "seed " << seed;
        }
    }
}

TEST(HostBuild, ClangAcceptsTheSources) {
    if (find_program("clang++").empty()) GTEST_SKIP() << "clang++ was not found";
    for (const WeightSource weights : {WeightSource::flash, WeightSource::seed}) {
        std::mt19937 random(5);
        const ScratchFolder folder;
        const std::filesystem::path compiled = test::write_emitted(
            weights == WeightSource::seed ? test::random_drawn_network(random) : test::random_network(random),
            folder, weights);
        expect_success(run_process(
            {"clang++", "-std=c++17", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-pedantic", "-Werror",
             "-ffreestanding", "-fsyntax-only", "-Isrc", "src/model.cpp", "src/tables.cpp"},
            compiled, folder.path() / "log", limit));
    }
}

// Names that the fixed sources use themselves.
TEST(HostBuild, TheNetworksNameHidesNothing) {
    if (find_program("g++").empty()) GTEST_SKIP() << "g++ was not found";
    for (const char* name : {"model", "input", "rt", "record", "State", "semihosting", "emitted", "Tables",
                             "random", "name", "fingerprint", "device", "state", "loop", "serial"}) {
        SCOPED_TRACE(name);
        std::mt19937 random(5);
        IntNetwork network = test::random_network(random);
        network.name = name;
        const ScratchFolder folder;
        const std::filesystem::path compiled = test::write_emitted(network, folder);
        expect_success(run_process(
            {"g++", "-std=c++17", "-fsyntax-only", "-Isrc", "-I.", "-include", "stdlib.h", "src/model.cpp",
             "src/tables.cpp", "firmware/example.cpp", "firmware/record.cpp", "firmware/serial.cpp"},
            compiled, folder.path() / "log", limit));
    }
}

// The libraries of a board of one's own; test_link.cpp runs the loop in them.
TEST(HostBuild, AGenericBoardGetsLibraries) {
    for (const char* program : {"g++", "cmake", "make"})
        if (find_program(program).empty()) GTEST_SKIP() << program << " was not found";
    std::mt19937 random(5);
    const ScratchFolder folder;
    const std::filesystem::path compiled = test::write_emitted(test::random_network(random), folder),
                                log = folder.path() / "log";
    std::ofstream(compiled / "port.cpp") << "#include \"ports/generic/port.hpp\"\n"
                                            "void port_init() {}\n"
                                            "void port_read(uint8_t*, uint32_t) { __builtin_exit(0); }\n"
                                            "void port_write(const uint8_t*, uint32_t) {}\n";
    expect_success(
        run_process({"cmake", "-S", ".", "-B", "build", "-G", "Unix Makefiles", "-DSYNFIRE_BOARD=generic"},
                    compiled, log, limit));
    expect_success(run_process({"cmake", "--build", "build"}, compiled, log, limit));
    expect_success(run_process({"g++", "-std=c++17", "-Isrc", "-I.", "port.cpp", "build/libserial.a",
                                "build/libmodel.a", "-o", "serial"},
                               compiled, log, limit));
    expect_success(run_process({"./serial"}, compiled, log, limit));
}

}  // namespace
}  // namespace synfire::hil
