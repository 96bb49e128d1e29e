// The text of an emitted directory: identifiers, and the printed files of one tiny network against golden
// files in tests/unit/mcu/golden (written anew with SYNFIRE_UPDATE_GOLDEN=1 in the environment).
#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/quantize/drawn.hpp"
#include "compiler/quantize/matrix_of_stage.hpp"
#include "targets/mcu/kernels.hpp"
#include "targets/mcu/mcu.hpp"
#include "targets/mcu/memory.hpp"

namespace synfire {
namespace {

// Everything that is printed: a filter, a refractory period, halfwords, a recurrent and a skip connection.
IntNetwork tiny_network() {
    IntNetwork network;
    network.name = "tiny net";
    network.rules = rt::mcu_rules(12);
    network.inputs.push_back({"in", {3}});
    IntPopulation hidden;
    hidden.name = "hidden";
    hidden.shape = {2};
    hidden.decay_u = {1024};
    hidden.decay_v = {410};
    hidden.bias = {1, -2};
    hidden.threshold = {200, 40000};
    hidden.reset = rt::Reset::to_value;
    hidden.refractory_steps = 2;
    network.populations.push_back(hidden);
    IntPopulation readout;
    readout.name = "read\nout */";
    readout.shape = {1};
    readout.decay_u = {4096};
    readout.decay_v = {0};
    readout.spiking = false;
    readout.initial_v = {-7};
    network.populations.push_back(readout);
    network.connections.push_back(
        {"fc1", {Presynaptic::Kind::input, 0}, 0, 0, 1, 2, 3, {10, 20, 30, -40, -50, -60}});
    network.connections.push_back(
        {"recurrent", {Presynaptic::Kind::population, 0}, 0, 1, 0, 2, 2, {0, 300, -301, 0}});
    network.connections.push_back({"fc2", {Presynaptic::Kind::population, 0}, 1, 0, 0, 1, 2, {100, -100}});
    network.connections.push_back({"skip", {Presynaptic::Kind::input, 0}, 1, 1, 3, 1, 3, {-256, 2, 254}});
    network.outputs = {1, 0};
    return network;
}

std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class Golden : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(PrintedFiles, Golden,
                         testing::Values("model.cpp", "model.h", "model.hpp", "tables.cpp", "tables.hpp",
                                         "views.hpp"),
                         [](const auto& test) {
                             std::string name = test.param;
                             name[name.find('.')] = '_';
                             return name;
                         });

TEST_P(Golden, EqualsTheFileInTheTree) {
    Report report;
    const Artifacts files = mcu::emit(tiny_network(), {}, report);
    const std::string file = std::string("src/") + GetParam();
    const std::string path = std::string(SYNFIRE_SOURCE_DIR "/tests/unit/mcu/golden/") + GetParam() + ".txt";
    if (std::getenv("SYNFIRE_UPDATE_GOLDEN") != nullptr)
        std::ofstream(path, std::ios::binary) << files.at(file);
    EXPECT_EQ(read(path), files.at(file));
}

TEST(Emit, PrintsNoLineOfMoreThan100Columns) {
    IntNetwork network = tiny_network();
    network.connections[0].weight.assign(6, -32768);
    network.connections[0].name = std::string(300, 'x');
    network.inputs[0].shape = {300};
    network.connections[0].inputs = network.connections[3].inputs = 300;
    network.connections[0].weight.resize(600, 32767);
    network.connections[3].weight.resize(300, 77);
    Report report;
    const Artifacts files = mcu::emit(network, {}, report);
    std::istringstream lines(files.at("src/tables.cpp"));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST(Emit, SaysWhatPackedWeightsTake) {
    IntNetwork network = tiny_network();
    network.connections[0].weight = {1, 2, 3, -4, -5, -6};
    network.connections[1].weight = {0, 3, -3, 0};
    network.connections[2].weight = {1, -1};
    Report report;
    const Artifacts files = mcu::emit(network, {}, report);
    ASSERT_EQ(report.diagnostics.size(), 1U);
    EXPECT_EQ(to_text(report.diagnostics[0]),
              "note: field 'weights': 10 bytes of flash; 1 of 4 connections have 2 bits per weight; 2 of 4 "
              "connections have 4 bits per weight\n");
    EXPECT_THAT(files.at("src/tables.cpp"),
                testing::HasSubstr("const uint8_t weights_0[3] = {\n    193, 178, 163};\n"));
    EXPECT_THAT(files.at("src/tables.hpp"), testing::HasSubstr("static constexpr bool nibbles = true;\n"));
}

// 8 kernels of 5 x 5 on 28 x 28 pixels.
IntNetwork first_layer_of_digits() {
    Convolution c;
    c.input = {1, 28, 28};
    c.filters = 8;
    c.window.kernel = {5, 5};
    IntNetwork network = tiny_network();
    network.inputs[0].shape = c.input;
    network.populations.resize(1);
    network.populations[0].shape = output_shape(c);
    network.populations[0].bias = {1};
    network.populations[0].threshold = {200};
    network.outputs = {0};
    network.connections.resize(1);
    IntConnection& connection = network.connections[0];
    connection.convolution = c;
    for (int k = 0; k < 200; ++k) c.weight.push_back(k % 127 - 63);
    const Matrix matrix = matrix_of(c, 784);
    connection.outputs = matrix.outputs;
    connection.inputs = matrix.inputs;
    connection.first = matrix.first;
    connection.column = matrix.column;
    connection.weight.assign(matrix.weight.begin(), matrix.weight.end());
    return network;
}

TEST(Emit, StoresAKernelOnce) {
    IntNetwork network = first_layer_of_digits();
    Report report;
    const Artifacts files = mcu::emit(network, {}, report);
    ASSERT_EQ(report.diagnostics.size(), 1U);
    EXPECT_EQ(to_text(report.diagnostics[0]),
              "note: field 'weights': 356 bytes of flash; 1 of 1 connections are convolutions, whose kernels "
              "are stored once\n");
    EXPECT_EQ(mcu::memory_of(network).weights, 356U);
    const std::string& text = files.at("src/tables.cpp");
    EXPECT_THAT(text, testing::HasSubstr("const int8_t kernel_0[200] = {\n    -39, -14, 11, 36, 61, -41, "));
    EXPECT_THAT(text,
                testing::HasSubstr("const synfire::rt::Reach rows_0[28] = {\n    {0, 4, 1}, {0, 3, 2}, "));
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("columns_0")));
    EXPECT_THAT(text, testing::HasSubstr("    kernel_0, rows_0, rows_0, 200, 8, 28, 28, 1, 8, 40, 192, 8, "
                                         "192, 8, 1, 1, true};\n"));
    EXPECT_THAT(text, testing::HasSubstr("    {&weights_0, 0, 1, 0, nullptr, nullptr},\n"));
    EXPECT_THAT(text, testing::HasSubstr("Tables::sum_distances[1] = {\n    8};\n"));
    const std::string& header = files.at("src/tables.hpp");
    EXPECT_THAT(header, testing::HasSubstr("static constexpr bool convolution = true;\n"
                                           "    static constexpr bool byte_kernels = true;\n"
                                           "    static constexpr bool halfword_kernels = false;\n"));
    EXPECT_THAT(header, testing::HasSubstr("static constexpr bool bytes = false;\n"));
    // The same synapses one by one.
    network.connections[0].convolution.reset();
    EXPECT_EQ(mcu::memory_of(network).weights, 348740U);
}

TEST(Emit, PrintsSeedsInPlaceOfWeights) {
    IntNetwork network = tiny_network();
    for (IntConnection& c : network.connections) {
        c.drawn = IntDrawn{0x8000000000000001, 12, {0x40000000, 0xC0000000}, {3}};
        c.weight = draw(*c.drawn, c.outputs, c.inputs);
    }
    network.connections[0].drawn->factor = {1, 2};
    TargetOptions options;
    options.weights = WeightSource::seed;
    Report report;
    const Artifacts files = mcu::emit(network, options, report);
    ASSERT_EQ(report.diagnostics.size(), 1U);
    EXPECT_EQ(to_text(report.diagnostics[0]),
              "note: field 'weights': 0 bytes of flash; 15 weights are drawn again whenever a neuron spikes, "
              "from 157 bytes of seeds, factors and tables\n");
    const std::string& text = files.at("src/tables.cpp");
    EXPECT_THAT(text, testing::HasSubstr("law_table_0[2] = {\n    1073741824, 3221225472};\n"));
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("law_1")));
    EXPECT_THAT(text, testing::Not(testing::HasSubstr(".rodata.weights")));
    EXPECT_THAT(text, testing::HasSubstr("const synfire::rt::DrawnMatrix weights_0 = {\n"
                                         "    9223372036854775809U, 12U, &law_0, 3, {factor_0, 1, 1}};\n"));
    EXPECT_THAT(text, testing::HasSubstr("    {&weights_0, "));
    EXPECT_THAT(files.at("src/tables.hpp"), testing::HasSubstr("static constexpr bool drawn = true;\n"));
    EXPECT_THAT(files.at("src/tables.hpp"), testing::HasSubstr("static constexpr bool bytes = false;\n"));
}

TEST(Emit, ListsTheFilesOfAStandAloneDirectory) {
    Report report;
    const Artifacts files = mcu::emit(tiny_network(), {}, report);
    std::vector<std::string> names;
    for (const auto& [name, bytes] : files) names.push_back(name);
    EXPECT_EQ(names, (std::vector<std::string>{".clang-tidy",
                                               "CMakeLists.txt",
                                               "README.md",
                                               "Synfire.tiny_net.pdsc",
                                               "examples/hil/hil.ino",
                                               "examples/spikes/spikes.ino",
                                               "firmware/example.cpp",
                                               "firmware/record.cpp",
                                               "firmware/serial.cpp",
                                               "idf_component.yml",
                                               "library.json",
                                               "library.properties",
                                               "ports/arm/startup.cpp",
                                               "ports/generic/board.cmake",
                                               "ports/generic/port.hpp",
                                               "ports/link.ld",
                                               "ports/microbit/board.cmake",
                                               "ports/mps2-an385/board.cmake",
                                               "ports/mps2-an386/board.cmake",
                                               "ports/mps2-an500/board.cmake",
                                               "ports/mps2-an505/board.cmake",
                                               "ports/mps3-an547/board.cmake",
                                               "ports/riscv/startup.cpp",
                                               "ports/semihosting.hpp",
                                               "ports/sifive_e/board.cmake",
                                               "ports/start.hpp",
                                               "ports/uart/cmsdk.cpp",
                                               "ports/uart/nrf51.cpp",
                                               "ports/uart/ns16550.cpp",
                                               "ports/uart/sifive.cpp",
                                               "ports/virt/board.cmake",
                                               "src/model.cpp",
                                               "src/model.h",
                                               "src/model.hpp",
                                               "src/runtime/arithmetic.hpp",
                                               "src/runtime/column.hpp",
                                               "src/runtime/convolution.hpp",
                                               "src/runtime/drawn_rows.hpp",
                                               "src/runtime/engine.hpp",
                                               "src/runtime/frame.hpp",
                                               "src/runtime/kernels/fused.hpp",
                                               "src/runtime/kernels/lanes.hpp",
                                               "src/runtime/kernels/narrow.hpp",
                                               "src/runtime/kernels/values.hpp",
                                               "src/runtime/lanes.hpp",
                                               "src/runtime/link.hpp",
                                               "src/runtime/neuron.hpp",
                                               "src/runtime/philox.hpp",
                                               "src/runtime/record_format.hpp",
                                               "src/runtime/values.hpp",
                                               "src/runtime/weights.hpp",
                                               "src/serial/counters.hpp",
                                               "src/serial/identity.hpp",
                                               "src/serial/loop.hpp",
                                               "src/synfire/cnl.hpp",
                                               "src/tables.cpp",
                                               "src/tables.hpp",
                                               "src/tiny_net.h",
                                               "src/tiny_net.hpp",
                                               "src/view_facts.hpp",
                                               "src/views.hpp",
                                               "toolchains/arm-none-eabi.cmake",
                                               "toolchains/riscv64-unknown-elf.cmake",
                                               "zephyr/CMakeLists.txt",
                                               "zephyr/Kconfig",
                                               "zephyr/module.yml"}));
    EXPECT_EQ(files.at("src/runtime/neuron.hpp"), read(SYNFIRE_SOURCE_DIR "/runtime/neuron.hpp"));
    EXPECT_EQ(files, mcu::emit(tiny_network(), {}, report));
}

// What is printed of values; kernels come for those layers that they multiply.
TEST(Emit, PrintsInputsOfValues) {
    IntNetwork network = tiny_network();
    network.inputs[0].kind = SignalKind::real;
    network.inputs[0].range = 0.1;
    network.connections[3].delay = 0;
    TargetOptions options;
    options.core = "cortex-m55";
    Report report;
    Artifacts files = mcu::emit(network, options, report);
    const auto holds = [&](const char* file, const char* text) {
        EXPECT_THAT(files.at(file), testing::HasSubstr(text)) << file;
    };
    EXPECT_EQ(files.count("src/runtime/kernels/values_mve.cpp"), 0U);
    holds("src/tables.cpp", "const uint8_t value_weights_0[6] = {\n    10, 20, 30, 216, 206, 196};\n");
    holds("src/tables.cpp",
          "value_connections[2] = {\n    {value_weights_0, 0, 3, 0, 8, 1, 0, 0, nullptr, nullptr},\n"
          "    {value_weights_1, 0, 3, 1, 8, 4, 0, 0, nullptr, nullptr},\n};\n");
    holds("src/tables.cpp", "value_inputs[1] = {\n    {0, 3, -127, 127},\n};\n");
    holds("src/tables.cpp", "drives[2] = {\n    {0, false},\n    {2, false},\n};\n");
    holds("src/tables.hpp",
          "    static constexpr bool values = true;\n    static constexpr uint32_t value_bytes = 3;\n"
          "    using Level = int8_t;\n    using GivenLevel = int8_t;\n");
    holds("src/values.h", "void tiny_net_set_values(struct tiny_net_state* state, const int8_t* levels);");
    holds("src/values.hpp", "input_range[] = {0.1};\ninline constexpr uint16_t input_levels[] = {127};\n");
    holds("src/values.cpp", "void set_values(State& state, const int8_t* levels) {");
    holds("src/model.h", "#include \"values.h\"");
    holds("src/model.h", "    tiny_net_values values; ");
    holds("src/model.hpp", "#include \"values.hpp\"");
    holds("README.md", "## Inputs that are numbers\n\n3 of the inputs");
    holds("Synfire.tiny_net.pdsc", "name=\"src/values.cpp\"");

    network.populations[0].shape = {5};
    network.populations[0].bias.resize(1);
    network.populations[0].threshold.resize(1);
    network.connections[0].outputs = 5;
    network.connections[0].weight.resize(15, 7);
    network.connections.erase(network.connections.begin() + 1, network.connections.begin() + 3);
    files = mcu::emit(network, options, report);
    EXPECT_EQ(files.count("src/runtime/kernels/values_mve.cpp"), 1U);
    holds("Synfire.tiny_net.pdsc", "name=\"src/runtime/kernels/values_mve.cpp\"");
    // One block of four neurons, sixteen inputs each, then one row.
    holds("src/tables.cpp", "gnu::aligned(4)]] const uint8_t value_weights_0[67]");
    holds("src/tables.cpp", "    {value_weights_0, 0, 3, 0, 8, 1, 1, 16, nullptr, nullptr},\n");
    options.core = "cortex-m4";
    files = mcu::emit(network, options, report);
    EXPECT_EQ(files.count("src/runtime/kernels/values_mve.cpp"), 0U);
    EXPECT_EQ(files.count("src/runtime/kernels/values_dsp.cpp"), 1U);
    holds("src/tables.hpp", "    using Level = int16_t;\n    using GivenLevel = int8_t;\n");
    holds("src/values.h", "int16_t levels[4];");
    network.inputs[0].levels = 255;
    options.core.clear();
    files = mcu::emit(network, options, report);
    holds("src/values.h", "const uint8_t* levels");
    holds("src/tables.cpp", "    {0, 3, 0, 255},\n");
}

IntNetwork dense_layer(std::int16_t weight, std::size_t inputs) {
    IntNetwork network;
    network.name = "layer";
    network.rules = rt::mcu_rules(12);
    network.inputs.push_back({"in", {inputs}});
    IntPopulation p;
    p.name = "lif";
    p.shape = {16};
    p.decay_u = {4096};
    p.decay_v = {410};
    p.threshold = {500};
    p.reset = rt::Reset::subtract_at_once;
    p.reset_amount = {500};
    network.populations.push_back(p);
    IntConnection c;
    c.name = "fc";
    c.inputs = inputs;
    c.outputs = 16;
    c.weight.assign(inputs * 16, weight);
    network.connections.push_back(c);
    network.outputs = {0};
    return network;
}

bool has_kernels(const IntNetwork& network, const std::string& core) {
    TargetOptions options;
    options.core = core;
    Report report;
    const Artifacts files = mcu::emit(network, options, report);
    const auto has = [&](const char* flag) {
        return files.at("src/tables.hpp").find(flag) != std::string::npos;
    };
    // Kernels that only update come in the same file.
    EXPECT_EQ(files.count("src/runtime/kernels/dsp.cpp"), has("static constexpr bool lanes = true;\n"));
    EXPECT_EQ(files.count("src/runtime/kernels/armv7m.cpp"), 0U);
    return has("static constexpr bool row_lanes = true;\n");
}

TEST(Emit, ChoosesKernelsOfOneCoreWhereSumsFitTheirLanes) {
    EXPECT_TRUE(has_kernels(dense_layer(127, 258), "cortex-m4"));
    EXPECT_FALSE(has_kernels(dense_layer(127, 258), ""));
    // 259 * 127 is more than 16 bits hold.
    EXPECT_FALSE(has_kernels(dense_layer(127, 259), "cortex-m4"));
    EXPECT_TRUE(has_kernels(dense_layer(-127, 258), "cortex-m7"));
    EXPECT_FALSE(has_kernels(dense_layer(-127, 259), "cortex-m7"));
    // Five of sixteen bytes would be padding: at most 1024 of them.
    for (const std::size_t inputs : {204U, 205U}) {
        IntNetwork padded = dense_layer(-100, inputs);
        padded.populations[0].shape = {11};
        padded.connections[0].outputs = 11;
        padded.connections[0].weight.resize(11 * inputs);
        EXPECT_EQ(has_kernels(padded, "cortex-m4"), inputs == 204);
    }
}

// A reset in the next step is made before the leak, on a membrane up to twice as far away.
TEST(Emit, UpdatesWithKernelsWhereMembranesAndWhatStandsInForThemFit) {
    IntNetwork network = dense_layer(127, 258);
    network.populations[0].decay_v = {2048};
    const auto quick = [&](const char* core, int exponent, rt::Reset reset) {
        network.connections[0].exponent = exponent;
        network.populations[0].reset = reset;
        TargetOptions options;
        options.core = core;
        Report report;
        const Artifacts files = mcu::emit(network, options, report);
        return files.at("src/tables.hpp").find("static constexpr bool all_quick = true;\n") !=
               std::string::npos;
    };
    // Membranes below 2 * 32766 * 2^exponent.
    EXPECT_TRUE(quick("cortex-m4", 4, rt::Reset::subtract_at_once));
    EXPECT_FALSE(quick("cortex-m4", 4, rt::Reset::subtract_next_step));
    EXPECT_TRUE(quick("cortex-m4", 2, rt::Reset::subtract_next_step));
    EXPECT_FALSE(quick("cortex-m4", 5, rt::Reset::subtract_at_once));
    EXPECT_TRUE(quick("rv32", 3, rt::Reset::subtract_at_once));
    EXPECT_FALSE(quick("rv32", 3, rt::Reset::subtract_next_step));
    EXPECT_FALSE(quick("rv32", 4, rt::Reset::subtract_at_once));
}

// Eight rows and more are worth it: eight of 15 and of -16 fill a byte.
TEST(Emit, AddsSmallWeightsInBytes) {
    const auto part = [](std::int16_t weight, const char* core, std::size_t inputs) {
        IntNetwork network = dense_layer(weight, inputs);
        network.connections[0].weight[0] = 1;  // no power of two divides all
        mcu::Tables tables = mcu::lower(network, WeightSource::bytes);
        mcu::use_kernels(network, *mcu::find_family(core), tables);
        const mcu::LaneTable& lane = tables.populations[0].lane;
        EXPECT_EQ(lane.row_bytes, lane.part > 0 ? 32U : 16U);
        return lane.part;
    };
    EXPECT_EQ(part(15, "cortex-m4", 64), 8U);
    EXPECT_EQ(part(16, "cortex-m4", 64), 0U);
    EXPECT_EQ(part(-16, "cortex-m33", 64), 8U);
    EXPECT_EQ(part(-17, "cortex-m4", 64), 0U);
    EXPECT_EQ(part(7, "cortex-m7", 64), 18U);
    EXPECT_EQ(part(1, "cortex-m4", 64), 127U);
    EXPECT_EQ(part(1, "cortex-m3", 64), 0U);
    // Sixteen bytes of padding in every row.
    EXPECT_EQ(part(1, "cortex-m4", 65), 0U);
}

// Membranes of 16 bits on the core whose kernels step them.
std::string fused_kernel(const IntNetwork& network) {
    TargetOptions options;
    options.core = "cortex-m55";
    Report report;
    const Artifacts files = mcu::emit(network, options, report);
    const std::string& tables = files.at("src/tables.hpp");
    const bool alike = tables.find("bool fused_alike = true;") != std::string::npos;
    const bool own = tables.find("bool fused_own = true;") != std::string::npos;
    EXPECT_EQ(files.count("src/runtime/kernels/mve_fused.cpp"), alike || own ? 1U : 0U);
    EXPECT_NE(files.at("src/model.h").find("    int16_t v[16]; "), std::string::npos);
    return alike ? "alike" : own ? "own" : "none";
}

TEST(Emit, StepsLayersOfSixteenBitMembranesAtOnceWhereInputsAndResetsFit) {
    IntNetwork plain = dense_layer(127, 258);
    plain.rules = rt::mcu_rules(12, 16);
    EXPECT_EQ(fused_kernel(plain), "alike");
    IntNetwork n = plain;
    IntPopulation& p = n.populations[0];
    const auto with = [&](auto change) {
        n = plain;
        change();
        return fused_kernel(n);
    };
    // 258 * 127 + 1 is 32767.
    EXPECT_EQ(with([&] { p.bias = {1}; }), "own");
    EXPECT_EQ(with([&] { p.bias = {2}; }), "none");
    EXPECT_EQ(with([&] { n.connections[0].weight.assign(258 * 16, -127); }), "alike");
    EXPECT_EQ(with([&] {
                  n.connections[0].weight.assign(258 * 16, -127);
                  p.bias = {-2};
              }),
              "own");
    EXPECT_EQ(with([&] {
                  n.connections[0].weight.assign(258 * 16, -127);
                  p.bias = {-3};
              }),
              "none");
    // Twice 63 * 258 is 32508.
    EXPECT_EQ(with([&] {
                  n.connections[0].weight.assign(258 * 16, 63);
                  n.connections[0].exponent = 1;
              }),
              "own");
    EXPECT_EQ(with([&] { n.connections[0].exponent = 1; }), "none");
    EXPECT_EQ(with([&] { p.decay_v = {0}; }), "none");
    EXPECT_EQ(with([&] { p.decay_v = {4096}; }), "alike");
    EXPECT_EQ(with([&] { n.rules = rt::mcu_rules(13, 16); }), "none");
    EXPECT_EQ(with([&] { p.threshold = {40000}; }), "alike");
    EXPECT_EQ(with([&] { p.threshold = {-32769}; }), "none");
    EXPECT_EQ(with([&] { p.reset_amount = {-1}; }), "none");
    // The lowest membrane after a spike is threshold + 1 - amount.
    EXPECT_EQ(with([&] {
                  p.threshold = {-3};
                  p.reset_amount = {32766};
              }),
              "alike");
    EXPECT_EQ(with([&] {
                  p.threshold = {-4};
                  p.reset_amount = {32767};
              }),
              "none");
    EXPECT_EQ(with([&] { p.reset = rt::Reset::to_value; }), "own");
    EXPECT_EQ(with([&] { p.refractory_steps = 1; }), "none");
    EXPECT_EQ(with([&] { p.reset = rt::Reset::subtract_next_step; }), "alike");
    // What leaks to 409 * 1/2 - 32767 by half would be beyond 16 bits.
    EXPECT_EQ(with([&] {
                  p.reset = rt::Reset::subtract_next_step;
                  p.reset_amount = {32767};
              }),
              "none");
    EXPECT_EQ(with([&] {
                  p.reset = rt::Reset::subtract_next_step;
                  p.initial_v = {501};
              }),
              "none");
}

TEST(Emit, NamesTheCoresThatHaveKernels) {
    TargetOptions options;
    options.core = "z80";
    Report report;
    try {
        mcu::emit(tiny_network(), options, report);
        FAIL() << "no error";
    } catch (const InputError& error) {
        EXPECT_EQ(to_text(error.diagnostic),
                  "error: field '--core': there are no kernels for 'z80'\n"
                  "  expected: cortex-m0, cortex-m3, cortex-m4, cortex-m7, cortex-m33, cortex-m55, rv32\n"
                  "  hint: leave out --core: portable C++ runs on every 32-bit core\n");
    }
}

TEST(Identifier, IsValidInCAndCpp) {
    EXPECT_EQ(mcu::identifier("digits"), "digits");
    EXPECT_EQ(mcu::identifier("my net-2"), "my_net_2");
    EXPECT_EQ(mcu::identifier("784-128-10"), "network_784_128_10");
    EXPECT_EQ(mcu::identifier("a__b"), "a_b");
    EXPECT_EQ(mcu::identifier("_Private_"), "Private");
    EXPECT_EQ(mcu::identifier("\xC3\xA9l\xC3\xA8ve"), "l_ve");
    EXPECT_EQ(mcu::identifier(""), "network");
    EXPECT_EQ(mcu::identifier("???"), "network");
    for (const char* word :
         {"class", "int", "restrict", "std", "synfire", "main", "linux", "xor_eq", "NULL", "random", "time"})
        EXPECT_EQ(mcu::identifier(word), std::string(word) + "_network");
    EXPECT_EQ(mcu::identifier(std::string(1000, 'x')).size(), 64U);
}

}  // namespace
}  // namespace synfire
