// The whole way of weights that need no flash: a network is initialized with integers, quantized, emitted
// once with its weights and once with their seeds; both firmwares against the emulator, neuron for neuron.
#include <gtest/gtest.h>

#include "compiler/frontend/frontends.hpp"
#include "compiler/init/initialize.hpp"
#include "compiler/quantize/quantize.hpp"
#include "emulator/emulate.hpp"
#include "tests/unit/hil/emitted.hpp"

namespace synfire::hil {

void PrintTo(const Board& board, std::ostream* out);

namespace {

constexpr double rate = 0.27;
constexpr std::size_t steps = 12;

IntNetwork initialized(const std::string& weights) {
    const std::string path = SYNFIRE_SOURCE_DIR "/models/deep/stack.json";
    ReadOptions read_options;
    read_options.may_lack_weights = true;
    Report report;
    InitOptions init;
    init.seed = 3;
    init.operating_point = 0.6;
    init.input = {rate, rate};
    init.input_spikes = true;
    init.integers = integer_options(weights);
    return quantize(initialize(read(Source{path, read_file(path)}, read_options, report), init, report), {},
                    report);
}

SpikeInput input_spikes(std::size_t width) {
    std::mt19937 random(7);
    SpikeInput input{steps, std::vector<std::uint8_t>(steps * width)};
    for (std::uint8_t& s : input.spikes) s = random() % 100 < 27 ? 1 : 0;
    return input;
}

class Seed : public testing::TestWithParam<std::tuple<Board, std::string>> {};

// Recorded beside its production build, the network needs more than the 16 KiB of RAM that small boards have.
INSTANTIATE_TEST_SUITE_P(Boards, Seed,
                         testing::Combine(testing::Values(boards()[0], boards()[1]),
                                          testing::Values("int8", "ternary")),
                         [](const auto& test) {
                             std::string name;
                             for (char c : std::get<0>(test.param).name + "_" + std::get<1>(test.param))
                                 if (c != '-') name += c;
                             return name;
                         });

TEST_P(Seed, ThirtyLayersEqualTheEmulatorWithoutWeightsInFlash) {
    const auto& [board, weights] = GetParam();
    if (const std::string missing = missing_tools(board); !missing.empty()) GTEST_SKIP() << missing;
    const IntNetwork network = initialized(weights);
    const std::size_t width = test::input_neurons(network);
    const SpikeInput input = input_spikes(width);
    const IntTrace expected = emulate(network, {{steps, width, {input.spikes.begin(), input.spikes.end()}}});
    const std::vector<std::uint8_t>& last = expected.populations.back().s;
    EXPECT_GT(std::count(last.begin(), last.end(), 1), 50);
    std::vector<std::size_t> sizes;
    for (const IntPopulation& p : network.populations) sizes.push_back(neurons(p));
    for (const WeightSource source : {WeightSource::flash, WeightSource::seed}) {
        const ScratchFolder folder;
        const Firmware firmware = build_firmware(test::write_emitted(network, folder, source), board.name);
        const std::vector<SampleRecord> record = parse_record(
            run_firmware(firmware, pack_inputs(width, {input}), std::chrono::seconds(120)), sizes, {steps});
        for (std::size_t p = 0; p < sizes.size(); ++p) {
            EXPECT_EQ(expected.populations[p].s, record[0].populations[p].s) << "s of population " << p;
            EXPECT_EQ(expected.populations[p].u, record[0].populations[p].u) << "u of population " << p;
            EXPECT_EQ(expected.populations[p].v, record[0].populations[p].v) << "v of population " << p;
        }
        const ImageSize size = image_size(firmware);
        EXPECT_EQ(size.weights, source == WeightSource::seed ? 0U : 30U * 100U * 100U);
        RecordProperty(source == WeightSource::seed ? "flash_seed" : "flash", std::to_string(size.flash()));
        RecordProperty(source == WeightSource::seed ? "ram_seed" : "ram", std::to_string(size.ram()));
        EXPECT_LE(size.flash() - size.weights, 24000U);
    }
}

}  // namespace
}  // namespace synfire::hil
