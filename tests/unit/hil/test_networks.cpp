// The whole way on every board: model file, quantizer, emitted directory, simulated board; every spike,
// current and membrane potential against the emulator.
#include <fstream>

#include <gtest/gtest.h>

#include "compiler/frontend/frontends.hpp"
#include "compiler/quantize/quantize.hpp"
#include "compiler/support/npy.hpp"
#include "emulator/emulate.hpp"
#include "tests/unit/hil/emitted.hpp"

namespace synfire::hil {

void PrintTo(const Board& board, std::ostream* out);

namespace {

// A network and what it is compiled to.
struct Case {
    std::string name;
    std::string model;   // from the root of the tree
    std::string inputs;  // .npy of uint8, [samples, steps, ...]; empty: random spikes
    std::string profile = "mcu";
    int weight_bits = 8;
    bool kernels = true;            // of the board's core, where a layer is for them
    std::size_t most_bytes = 6400;  // of flash besides weights, with the code of the smallest image
    int state_bits = 32;
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}

const std::string digits = "models/digits/digits.json", digits_inputs = "models/digits/test_spikes.npy";

const std::vector<Case> cases{
    {"digits_portable", digits, digits_inputs, "mcu", 8, false, 4096},
    {"digits_loihi", digits, digits_inputs, "loihi", 8, false, 4096},
    {"digits", digits, digits_inputs},
    {"digits_in_4_bits", digits, digits_inputs, "mcu", 4},
    {"digits_ternary", digits, digits_inputs, "mcu", 2},
    {"digits_in_16_bit_state", digits, digits_inputs, "mcu", 8, true, 6400, 16},
    {"convolutions", "tests/unit/nir/data/images.nir", "", "mcu", 8, true, 13000},
    {"recurrent_cuba", "tests/unit/nir/data/recurrent_cuba.nir", ""},
    {"lava_dl", "tests/unit/netx/data/images.net", "", "lava", 8, true, 10000},
    {"lava_dl_recurrent", "tests/unit/netx/data/recurrent.net", "", "lava"},
};

std::string path_of(const std::string& file) {
    return std::string(SYNFIRE_SOURCE_DIR) + "/" + file;
}

IntNetwork quantized(const Case& c) {
    Report report;
    const std::string path = path_of(c.model);
    const Network network = read(Source{path, read_file(path)}, {}, report);
    QuantizeOptions options;
    options.profile = c.profile;
    options.weight_bits = c.weight_bits;
    options.state_bits = c.state_bits;
    return quantize(network, options, report);
}

std::vector<SpikeInput> samples_of(const Case& c, std::size_t width) {
    std::vector<SpikeInput> samples;
    if (c.inputs.empty()) {
        std::mt19937 random(9);
        for (const std::size_t steps : {60U, 1U, 90U})
            samples.push_back({steps, test::random_spikes(random, steps, width)});
        return samples;
    }
    constexpr std::size_t samples_used = 40, steps = 20;
    const std::string path = path_of(c.inputs);
    const NpyArray array = parse_npy(read_file(path), path);
    const auto& spikes = std::get<std::vector<std::uint8_t>>(array.values);
    for (std::size_t k = 0; k < samples_used; ++k) {
        const auto from = spikes.begin() + static_cast<std::ptrdiff_t>(k * steps * width);
        samples.push_back({steps, {from, from + static_cast<std::ptrdiff_t>(steps * width)}});
    }
    return samples;
}

// One signal for every input of the network.
std::vector<Signal> signals_of(const IntNetwork& network, const SpikeInput& sample) {
    const std::size_t width = test::input_neurons(network);
    std::vector<Signal> signals;
    std::size_t first = 0;
    for (const Input& input : network.inputs) {
        Signal signal{sample.steps, neurons(input), {}};
        for (std::size_t t = 0; t < sample.steps; ++t)
            for (std::size_t i = 0; i < signal.neurons; ++i)
                signal.values.push_back(sample.spikes[t * width + first + i]);
        first += signal.neurons;
        signals.push_back(std::move(signal));
    }
    return signals;
}

class Networks : public testing::TestWithParam<std::tuple<Board, Case>> {};

INSTANTIATE_TEST_SUITE_P(Boards, Networks,
                         testing::Combine(testing::ValuesIn(boards()), testing::ValuesIn(cases)),
                         [](const auto& test) {
                             std::string name;
                             for (char c : std::get<0>(test.param).name + "_" + std::get<1>(test.param).name)
                                 if (c != '-') name += c;
                             return name;
                         });

TEST_P(Networks, FirmwareEqualsTheEmulator) {
    const auto& [board, c] = GetParam();
    if (const std::string missing = missing_tools(board); !missing.empty()) GTEST_SKIP() << missing;
    const IntNetwork network = quantized(c);
    const ScratchFolder folder;
    const Firmware firmware = build_firmware(
        test::write_emitted(network, folder, WeightSource::flash, c.kernels ? test::core_of(board) : ""),
        board.name);
    const std::size_t width = test::input_neurons(network);
    const std::vector<SpikeInput> samples = samples_of(c, width);
    std::vector<std::size_t> sizes, steps;
    for (const IntPopulation& p : network.populations) sizes.push_back(neurons(p));
    for (const SpikeInput& sample : samples) steps.push_back(sample.steps);
    const std::vector<SampleRecord> record = parse_record(
        run_firmware(firmware, pack_inputs(width, samples), std::chrono::seconds(60)), sizes, steps);
    std::size_t spikes = 0;
    for (std::size_t k = 0; k < samples.size(); ++k) {
        const IntTrace expected = emulate(network, signals_of(network, samples[k]));
        for (std::size_t p = 0; p < sizes.size(); ++p) {
            EXPECT_EQ(expected.populations[p].s, record[k].populations[p].s) << "s, sample " << k;
            EXPECT_EQ(expected.populations[p].u, record[k].populations[p].u) << "u, sample " << k;
            EXPECT_EQ(expected.populations[p].v, record[k].populations[p].v) << "v, sample " << k;
            for (std::uint8_t s : expected.populations[p].s) spikes += s;
        }
    }
    EXPECT_GT(spikes, 50U);
    const ImageSize size = image_size(firmware);
    RecordProperty("code", std::to_string(size.code));
    RecordProperty("tables", std::to_string(size.tables));
    RecordProperty("weights", std::to_string(size.weights));
    RecordProperty("ram", std::to_string(size.ram()));
    EXPECT_LE(size.code + size.tables, c.most_bytes);
}

}  // namespace
}  // namespace synfire::hil
