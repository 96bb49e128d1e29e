// Emitted firmware on simulated boards against rt::step on the host: spikes, currents and membranes.
#include <fstream>
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/support/report.hpp"
#include "hil/qemu.hpp"
#include "hil/record.hpp"
#include "targets/mcu/kernels.hpp"
#include "targets/mcu/lower.hpp"
#include "tests/unit/hil/emitted.hpp"

namespace synfire::hil {

void PrintTo(const Board& board, std::ostream* out) {
    *out << board.name;
}

namespace {

using testing::HasSubstr;

constexpr std::chrono::seconds limit{60};

#define SKIP_WITHOUT_TOOLS(board) \
    if (const std::string missing = missing_tools(board); !missing.empty()) GTEST_SKIP() << missing

class OnBoard : public testing::TestWithParam<Board> {};

INSTANTIATE_TEST_SUITE_P(Boards, OnBoard, testing::ValuesIn(boards()), [](const auto& test) {
    std::string name;
    for (char c : test.param.name)
        if (c != '-') name += c;
    return name;
});

std::vector<std::size_t> sizes_of(const IntNetwork& network) {
    std::vector<std::size_t> sizes;
    for (const IntPopulation& p : network.populations) sizes.push_back(neurons(p));
    return sizes;
}

void expect_firmware_equals_host(const IntNetwork& network, const std::string& board, std::mt19937& random,
                                 const std::string& core = {}, WeightSource weights = WeightSource::flash) {
    const ScratchFolder folder;
    const Firmware firmware = build_firmware(test::write_emitted(network, folder, weights, core), board);
    const std::size_t inputs = test::input_neurons(network);
    std::vector<SpikeInput> samples;
    for (std::size_t steps : {40U, 1U, 700U})
        samples.push_back({steps, test::random_spikes(random, steps, inputs)});
    const std::string bytes = run_firmware(firmware, pack_inputs(inputs, samples), limit);
    const std::vector<SampleRecord> record = parse_record(bytes, sizes_of(network), {40, 1, 700});
    for (std::size_t k = 0; k < samples.size(); ++k) {
        const auto expected = test::plain_run(network, samples[k].steps, samples[k].spikes);
        for (std::size_t p = 0; p < expected.size(); ++p) {
            EXPECT_EQ(expected[p].s, record[k].populations[p].s) << "s, sample " << k << ", population " << p;
            EXPECT_EQ(expected[p].u, record[k].populations[p].u) << "u, sample " << k << ", population " << p;
            EXPECT_EQ(expected[p].v, record[k].populations[p].v) << "v, sample " << k << ", population " << p;
        }
    }
}

TEST_P(OnBoard, RandomNetworksEqualTheHost) {
    SKIP_WITHOUT_TOOLS(GetParam());
    for (unsigned seed = 0; seed < 4; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        expect_firmware_equals_host(test::random_network(random), GetParam().name, random);
    }
}

// Convolutions whose kernels are stored once, of networks that the smallest board holds.
TEST_P(OnBoard, SharedKernelsEqualTheHost) {
    SKIP_WITHOUT_TOOLS(GetParam());
    constexpr std::size_t most_neurons = 400;
    std::size_t run = 0;
    for (unsigned seed = 0; run < 4; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const IntNetwork network = test::random_images(random);
        const mcu::Tables tables = mcu::lower(network);
        if (!tables.convolution || tables.neurons > most_neurons) continue;
        ++run;
        expect_firmware_equals_host(network, GetParam().name, random);
    }
}

TEST_P(OnBoard, WrongInputsAndTooLongRunsAreRefused) {
    SKIP_WITHOUT_TOOLS(GetParam());
    std::mt19937 random(3);
    const IntNetwork network = test::random_network(random);
    const ScratchFolder folder;
    const Firmware firmware = build_firmware(test::write_emitted(network, folder), GetParam().name);
    const auto reason = [&](const std::string& packed,
                            std::chrono::milliseconds time = limit) -> std::string {
        try {
            run_firmware(firmware, packed, time);
        } catch (const InputError& error) {
            return error.diagnostic.reason;
        }
        return "no error";
    };
    const std::size_t inputs = test::input_neurons(network);
    EXPECT_EQ(reason(pack_inputs(inputs + 1, {})),
              "the firmware stopped with exit code 11: the input has another size than the network's inputs");
    std::string cut = pack_inputs(inputs, {{5, std::vector<std::uint8_t>(5 * inputs)}});
    cut.pop_back();
    EXPECT_EQ(reason(cut), "the firmware stopped with exit code 12: the input file ended early");
    EXPECT_EQ(reason(pack_inputs(inputs, {})), "no error");
    const std::size_t steps = 300000;
    const std::string endless = pack_inputs(inputs, {{steps, std::vector<std::uint8_t>(steps * inputs)}});
    EXPECT_EQ(reason(endless, std::chrono::milliseconds(50)), "the simulation took longer than 50 ms");
}

// 64-128-10 with everything per neuron that an 8-bit quantized network has.
IntNetwork digits_sized_network() {
    std::mt19937 random(1);
    std::uniform_int_distribution<int> weight(-127, 127), bias(-100, 100), threshold(300, 30000);
    IntNetwork network;
    network.name = "digits";
    network.rules = rt::mcu_rules(12);
    network.inputs.push_back({"in", {64}});
    const std::size_t widths[] = {64, 128, 10};
    for (std::size_t layer = 0; layer < 2; ++layer) {
        IntPopulation p;
        p.name = "lif" + std::to_string(layer);
        p.shape = {widths[layer + 1]};
        p.decay_u = {4096};
        p.decay_v = {410};
        p.bias.resize(widths[layer + 1]);
        p.threshold.resize(widths[layer + 1]);
        for (std::int32_t& x : p.bias) x = bias(random);
        for (std::int32_t& x : p.threshold) x = threshold(random);
        p.reset = rt::Reset::subtract_next_step;
        p.reset_amount = p.threshold;
        network.populations.push_back(p);
        IntConnection c;
        c.name = "fc" + std::to_string(layer);
        c.source = {layer == 0 ? Presynaptic::Kind::input : Presynaptic::Kind::population, 0};
        c.target = layer;
        c.inputs = widths[layer];
        c.outputs = widths[layer + 1];
        for (std::size_t k = 0; k < c.inputs * c.outputs; ++k)
            c.weight.push_back(static_cast<std::int16_t>(weight(random)));
        network.connections.push_back(c);
    }
    network.outputs = {1};
    return network;
}

// Weights within -largest .. largest, and little enough under the thresholds that neurons still spike.
IntNetwork digits_sized_network_within(int largest) {
    IntNetwork network = digits_sized_network();
    std::mt19937 random(4);
    std::uniform_int_distribution<int> weight(-largest, largest), threshold(1, 4 * largest), bias(0, largest);
    for (IntConnection& c : network.connections)
        for (std::int16_t& w : c.weight) w = static_cast<std::int16_t>(weight(random));
    for (IntPopulation& p : network.populations) {
        for (std::int32_t& x : p.threshold) x = threshold(random);
        for (std::int32_t& x : p.bias) x = bias(random);
        p.reset_amount = p.threshold;
    }
    return network;
}

TEST_P(OnBoard, PackedWeightsEqualTheHost) {
    SKIP_WITHOUT_TOOLS(GetParam());
    for (const int largest : {7, 1}) {
        const IntNetwork network = digits_sized_network_within(largest);
        std::mt19937 random(6);
        expect_firmware_equals_host(network, GetParam().name, random);
        const ScratchFolder folder;
        const ImageSize size =
            image_size(build_firmware(test::write_emitted(network, folder), GetParam().name));
        // A row of ten ternary weights takes three bytes.
        EXPECT_EQ(size.weights, largest == 7 ? 64U * 128U / 2 + 128U * 10U / 2 : 64U * 128U / 4 + 128U * 3U);
        RecordProperty(largest == 7 ? "code4" : "code2", std::to_string(size.code));
        EXPECT_LE(size.code, 2048U);
    }
}

// Layers that kernels step; the record's own production run compares them with the portable update on the
// board.
TEST_P(OnBoard, KernelsEqualTheHost) {
    SKIP_WITHOUT_TOOLS(GetParam());
    std::size_t alike = 0, own = 0, nibbles = 0, bytes = 0, subtracting = 0;
    const mcu::KernelFamily& family = *mcu::find_family(test::core_of(GetParam()));
    for (unsigned seed = 0; seed < 8; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const IntNetwork network = test::random_layers(random);
        const WeightSource weights = seed % 3 == 0 ? WeightSource::bytes : WeightSource::flash;
        mcu::Tables tables = mcu::lower(network, weights);
        mcu::use_kernels(network, family, tables);
        for (const mcu::PopulationTable& p : tables.populations) {
            if (p.lane.quick) ++(p.lane.parameters.empty() ? alike : own);
            nibbles += p.lane.nibbles;
            bytes += p.lane.part > 0;
            subtracting += p.lane.amount > 0;
        }
        expect_firmware_equals_host(network, GetParam().name, random, test::core_of(GetParam()), weights);
        if (HasFailure()) return;
    }
    EXPECT_GT(alike, 0U);
    EXPECT_GT(own, 0U);
    EXPECT_EQ(nibbles > 0, family.nibbles);
    EXPECT_EQ(bytes > 0, family.byte_sums);
    EXPECT_EQ(subtracting > 0, family.resets);
}

// Membranes of 16 bits: in portable code, and where a board's core has kernels for whole layers, in those.
TEST_P(OnBoard, MembranesOfSixteenBitsEqualTheHost) {
    SKIP_WITHOUT_TOOLS(GetParam());
    std::size_t alike = 0, own = 0, portable = 0;
    const mcu::KernelFamily& family = *mcu::find_family(test::core_of(GetParam()));
    const bool fuses = !family.fused_source.empty();
    for (unsigned seed = 0; seed < (fuses ? 12 : 3); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const IntNetwork network = test::random_layers(random, 16);
        mcu::Tables tables = mcu::lower(network);
        mcu::use_kernels(network, family, tables);
        for (const mcu::PopulationTable& p : tables.populations)
            ++(!p.fused.connection ? portable : p.fused.parameters.empty() ? alike : own);
        expect_firmware_equals_host(network, GetParam().name, random, test::core_of(GetParam()));
        if (HasFailure()) return;
    }
    EXPECT_GT(portable, 0U);
    EXPECT_EQ(alike > 0, fuses);
    EXPECT_EQ(own > 0, fuses);
}

TEST_P(OnBoard, ACrashIsNamed) {
    SKIP_WITHOUT_TOOLS(GetParam());
    const ScratchFolder folder;
    const std::filesystem::path compiled = test::write_emitted(digits_sized_network(), folder);
    std::string tables = read_file((compiled / "src" / "tables.cpp").string());
    const std::string good = "{weights_0, ";
    // An address where no memory is.
    const char* const nowhere = GetParam().name == "microbit" ? "0xA0000000" : "0xF0000000";
    tables.replace(tables.find(good), good.size(), std::string("{(const void*)") + nowhere + ", ");
    std::ofstream(compiled / "src" / "tables.cpp", std::ios::trunc) << tables;
    try {
        const Firmware firmware = build_firmware(compiled, GetParam().name);
        run_firmware(firmware, pack_inputs(64, {{1, std::vector<std::uint8_t>(64, 1)}}), limit);
        FAIL() << "no error";
    } catch (const InputError& error) {
        EXPECT_THAT(
            error.diagnostic.reason,
            HasSubstr("the firmware stopped with exit code 99: it crashed with a processor exception"));
    }
}

// The compiler's word on what the model needs from outside of itself.
TEST_P(OnBoard, TheModelNeedsNothingFromOutside) {
    SKIP_WITHOUT_TOOLS(GetParam());
    for (unsigned seed = 10; seed < 13; ++seed) {
        std::mt19937 random(seed);
        const ScratchFolder folder;
        const Firmware firmware = build_firmware(
            seed < 12 ? test::write_emitted(test::random_network(random), folder)
                      : test::write_emitted(test::random_drawn_network(random), folder, WeightSource::seed),
            GetParam().name);
        const std::filesystem::path build = firmware.folder.path() / "build";
        const ProcessResult linked = run_process(
            {GetParam().tools + "ld", "-r",
             GetParam().tools == "arm-none-eabi-" ? "-marmelf" : "-melf32lriscv", "--whole-archive",
             (build / "libmodel.a").string(), "-o", (build / "model.o").string()},
            build, build / "ld.log", limit);
        ASSERT_EQ(linked.exit_code, 0) << linked.output;
        const ProcessResult undefined = run_process(
            {GetParam().tools + "nm", "-u", (build / "model.o").string()}, build, build / "nm.log", limit);
        EXPECT_EQ(undefined.exit_code, 0);
        // Cortex-M0 has no 64-bit product; everything else must come with the model.
        const bool multiplies = GetParam().core != "Cortex-M0";
        if (multiplies)
            EXPECT_EQ(undefined.output, "") << "seed " << seed;
        else
            EXPECT_THAT(undefined.output, testing::AnyOf("", "         U __aeabi_lmul\n"));
    }
}

// Every width of the passes of a kernel that steps whole layers, alike and not, and lists of every length.
TEST(CortexM55, PassesOfEveryWidthEqualTheHost) {
    const auto board =
        std::find_if(boards().begin(), boards().end(), [](const Board& b) { return b.core == "Cortex-M55"; });
    SKIP_WITHOUT_TOOLS(*board);
    std::mt19937 random(8);
    std::uniform_int_distribution<int> weight(-127, 127), some(-500, 500);
    IntNetwork network;
    network.name = "widths";
    network.rules = rt::mcu_rules(12, 16);
    network.inputs.push_back({"in", {40}});
    for (const std::size_t n : {1U, 7U, 8U, 9U, 15U, 24U, 55U, 56U, 57U, 104U, 127U, 168U, 256U, 263U})
        for (const bool alike : {true, false}) {
            const std::size_t index = network.populations.size();
            IntPopulation p;
            p.name = "p" + std::to_string(index);
            p.shape = {n};
            p.decay_u = {4096};
            p.decay_v = {1 + 97 * static_cast<std::int32_t>(index)};
            p.threshold = {900};
            p.reset_amount = {700};
            p.reset = alike           ? rt::Reset::subtract_at_once
                      : index % 4 < 2 ? rt::Reset::to_value
                                      : rt::Reset::subtract_at_once;
            if (!alike) p.bias = {some(random)};
            p.initial_v = {index % 3 == 0 ? -30000 : 30000};
            network.populations.push_back(p);
            IntConnection c;
            c.name = "c" + std::to_string(index);
            c.target = index;
            c.inputs = 40;
            c.outputs = n;
            c.exponent = alike ? 0 : 2;
            for (std::size_t k = 0; k < c.inputs * n; ++k)
                c.weight.push_back(static_cast<std::int16_t>(weight(random)));
            network.connections.push_back(c);
        }
    network.outputs = {0};
    mcu::Tables tables = mcu::lower(network);
    mcu::use_kernels(network, *mcu::find_family("cortex-m55"), tables);
    for (std::size_t p = 0; p < tables.populations.size(); ++p) {
        ASSERT_TRUE(tables.populations[p].fused.connection) << p;
        EXPECT_EQ(tables.populations[p].fused.parameters.empty(), p % 2 == 0);
    }
    expect_firmware_equals_host(network, board->name, random, "cortex-m55");
}

// Cortex-M0 has no 64-bit product; everything else must come with the model.
TEST(CortexM0, TheModelNeedsAtMostTheCompilersLongMultiplication) {
    SKIP_WITHOUT_TOOLS(boards()[0]);
    for (const WeightSource weights : {WeightSource::flash, WeightSource::seed}) {
        std::mt19937 random(21);
        const ScratchFolder folder;
        const std::filesystem::path compiled =
            test::write_emitted(weights == WeightSource::flash ? test::random_network(random)
                                                               : test::random_drawn_network(random),
                                folder, weights);
        const std::vector<std::string> compile{"arm-none-eabi-g++",
                                               "-mcpu=cortex-m0",
                                               "-mthumb",
                                               "-std=c++17",
                                               "-Wall",
                                               "-Wextra",
                                               "-Wconversion",
                                               "-Werror",
                                               "-Os",
                                               "-ffreestanding",
                                               "-fno-exceptions",
                                               "-fno-rtti",
                                               "-fno-tree-loop-distribute-patterns",
                                               "-nostdlib",
                                               "-r",
                                               "-Isrc",
                                               "src/model.cpp",
                                               "src/tables.cpp",
                                               "-o",
                                               "model.o"};
        const ProcessResult built = run_process(compile, compiled, folder.path() / "log", limit);
        ASSERT_EQ(built.exit_code, 0) << built.output;
        const ProcessResult undefined =
            run_process({"arm-none-eabi-nm", "-u", "model.o"}, compiled, folder.path() / "log", limit);
        EXPECT_THAT(undefined.output, testing::AnyOf("", "         U __aeabi_lmul\n"));
    }
}

TEST_P(OnBoard, FlashAndRamStaySmall) {
    SKIP_WITHOUT_TOOLS(GetParam());
    const ScratchFolder folder;
    const Firmware firmware =
        build_firmware(test::write_emitted(digits_sized_network(), folder), GetParam().name);
    const ImageSize size = image_size(firmware);
    RecordProperty("code", std::to_string(size.code));
    RecordProperty("tables", std::to_string(size.tables));
    RecordProperty("ram", std::to_string(size.ram()));
    // Weights are one byte each: the floor. What comes on top has a ceiling.
    EXPECT_EQ(size.weights, 64U * 128U + 128U * 10U);
    EXPECT_GE(size.tables, 138U * 5U);
    EXPECT_LE(size.tables, 1000U);
    EXPECT_GE(size.code, 500U);
    EXPECT_LE(size.code, GetParam().core == "Cortex-M4" ? 1400U : 1700U);
    // Membranes, sums, and the spike lists of two layers: the input's shares its memory.
    EXPECT_GE(size.ram(), 138U * 4U + 128U * 4U + 138U * 2U);
    EXPECT_LE(size.ram(), 1600U);
}

// Whole layers in kernels leave no portable code behind, nor the tables that only it reads.
TEST(Qemu, KernelsOfADenseNetworkAndTheirEngineFitTwoKibibytes) {
    const Board& board = boards()[0];
    SKIP_WITHOUT_TOOLS(board);
    const ScratchFolder folder;
    const Firmware firmware = build_firmware(
        test::write_emitted(digits_sized_network(), folder, WeightSource::flash, test::core_of(board)),
        board.name);
    const ImageSize size = image_size(firmware);
    EXPECT_EQ(size.weights, 64U * 128U + 128U * 16U);  // ten outputs are padded to a block
    EXPECT_GE(size.code, 1000U);
    EXPECT_LE(size.code, 2048U);
    EXPECT_LE(size.tables, 138U * 10U + 400U);
}

TEST(Qemu, NamesAnUnknownBoard) {
    try {
        build_firmware(".", "arduino");
        FAIL() << "no error";
    } catch (const InputError& error) {
        EXPECT_EQ(to_text(error.diagnostic),
                  "error: node 'arduino' (board): unknown board\n"
                  "  expected: mps2-an386, virt, microbit, mps2-an385, mps2-an500, mps2-an505, mps3-an547, "
                  "sifive_e\n"
                  "  hint: choose one of these boards\n");
    }
}

TEST(Qemu, NamesAFolderWithoutFirmware) {
    SKIP_WITHOUT_TOOLS(boards()[0]);
    try {
        build_firmware("no-such-folder", "mps2-an386");
        FAIL() << "no error";
    } catch (const InputError& error) {
        EXPECT_EQ(to_text(error.diagnostic),
                  "error: node 'no-such-folder' (directory): there is no firmware for mps2-an386 in it\n"
                  "  expected: a directory written by 'synfire compile --target mcu'\n"
                  "  hint: compile the model for --target mcu first\n");
    }
}

TEST(Qemu, NamesThePackageOfAMissingCompiler) {
    const std::string path = getenv("PATH");
    setenv("PATH", "/nowhere", 1);
    std::string text;
    try {
        build_firmware(".", "virt");
    } catch (const InputError& error) {
        text = to_text(error.diagnostic);
    }
    setenv("PATH", path.c_str(), 1);
    EXPECT_EQ(text,
              "error: node 'virt' (board): the program riscv64-unknown-elf-g++ was not found\n"
              "  expected: riscv64-unknown-elf-g++ in PATH\n"
              "  hint: on Debian and Ubuntu: apt install gcc-riscv64-unknown-elf\n");
}

TEST(Qemu, ShowsTheErrorsOfABuild) {
    SKIP_WITHOUT_TOOLS(boards()[0]);
    std::mt19937 random(1);
    const ScratchFolder folder;
    const std::filesystem::path compiled = test::write_emitted(test::random_network(random), folder);
    std::ofstream(compiled / "src" / "tables.cpp", std::ios::app) << "not C++\n";
    try {
        build_firmware(compiled, "mps2-an386");
        FAIL() << "no error";
    } catch (const InputError& error) {
        EXPECT_THAT(error.diagnostic.reason, HasSubstr("the firmware does not build:"));
        EXPECT_THAT(error.diagnostic.reason, HasSubstr("tables.cpp"));
        EXPECT_THAT(error.diagnostic.hint, HasSubstr("run cmake in the compiled directory by hand"));
    }
}

TEST(Qemu, SaysThatANetworkDoesNotFitTheBoard) {
    SKIP_WITHOUT_TOOLS(boards()[0]);
    std::mt19937 random(1);
    const ScratchFolder folder;
    const std::filesystem::path compiled = test::write_emitted(test::random_network(random), folder);
    std::ofstream(compiled / "firmware/example.cpp", std::ios::app)
        << "extern \"C\" void fault();\n"
           "char large[8 << 20];\nextern \"C\" void fault() { large[synfire::port] = 1; }\n";
    try {
        build_firmware(compiled, "mps2-an386");
        FAIL() << "no error";
    } catch (const InputError& error) {
        EXPECT_THAT(error.diagnostic.hint, HasSubstr("the network does not fit the board's memory"));
    }
}

// The model against the firmware's own arithmetic: a table that is changed after emission must be seen.
TEST(Qemu, ADifferentNetworkGivesADifferentRecord) {
    SKIP_WITHOUT_TOOLS(boards()[0]);
    IntNetwork network = digits_sized_network();
    const std::size_t steps = 20;
    std::mt19937 random(5);
    const std::string packed = pack_inputs(64, {{steps, test::random_spikes(random, steps, 64)}});
    const ScratchFolder folder;
    const auto run = [&] {
        return run_firmware(build_firmware(test::write_emitted(network, folder), "mps2-an386"), packed,
                            limit);
    };
    const std::string first = run();
    network.connections[0].weight[0] = static_cast<std::int16_t>(-network.connections[0].weight[0] - 1);
    EXPECT_NE(first, run());
}

}  // namespace
}  // namespace synfire::hil
