// The whole way for a trained network: model file, quantizer, emitted directory, simulated board; every
// spike, current and membrane potential against the emulator.
#include <gtest/gtest.h>

#include "compiler/frontend/frontends.hpp"
#include "compiler/quantize/quantize.hpp"
#include "compiler/support/npy.hpp"
#include "emulator/emulate.hpp"
#include "tests/unit/hil/emitted.hpp"

namespace synfire::hil {

void PrintTo(const Board& board, std::ostream* out);

namespace {

constexpr std::size_t samples_used = 40;

IntNetwork quantized_digits(const std::string& profile) {
    Report report;
    const std::string path = SYNFIRE_SOURCE_DIR "/models/digits/digits.json";
    const Network network = read(Source{path, read_file(path)}, {}, report);
    QuantizeOptions options;
    options.profile = profile;
    return quantize(network, options, report);
}

std::vector<SpikeInput> digits_samples(std::size_t steps, std::size_t width) {
    const std::string path = SYNFIRE_SOURCE_DIR "/models/digits/test_spikes.npy";
    const NpyArray array = parse_npy(read_file(path), path);
    const auto& spikes = std::get<std::vector<std::uint8_t>>(array.values);
    std::vector<SpikeInput> samples;
    for (std::size_t k = 0; k < samples_used; ++k) {
        const auto from = spikes.begin() + static_cast<std::ptrdiff_t>(k * steps * width);
        samples.push_back({steps, {from, from + static_cast<std::ptrdiff_t>(steps * width)}});
    }
    return samples;
}

class Digits : public testing::TestWithParam<std::tuple<Board, std::string>> {};

INSTANTIATE_TEST_SUITE_P(Boards, Digits,
                         testing::Combine(testing::ValuesIn(boards()),
                                          testing::Values("mcu", "loihi", "kernels")),
                         [](const auto& test) {
                             std::string name;
                             for (char c : std::get<0>(test.param).name + "_" + std::get<1>(test.param))
                                 if (c != '-') name += c;
                             return name;
                         });

TEST_P(Digits, FirmwareEqualsTheEmulator) {
    const auto& [board, kind] = GetParam();
    const bool kernels = kind == "kernels";
    if (const std::string missing = missing_tools(board); !missing.empty()) GTEST_SKIP() << missing;
    const IntNetwork network = quantized_digits(kernels ? "mcu" : kind);
    const ScratchFolder folder;
    const Firmware firmware = build_firmware(
        test::write_emitted(network, folder, WeightSource::flash, kernels ? test::core_of(board) : ""),
        board.name);
    const std::size_t width = test::input_neurons(network), steps = 20;
    const std::vector<SpikeInput> samples = digits_samples(steps, width);
    std::vector<std::size_t> sizes;
    for (const IntPopulation& p : network.populations) sizes.push_back(neurons(p));
    const std::vector<SampleRecord> record =
        parse_record(run_firmware(firmware, pack_inputs(width, samples), std::chrono::seconds(60)), sizes,
                     std::vector<std::size_t>(samples.size(), steps));
    std::size_t spikes = 0;
    for (std::size_t k = 0; k < samples.size(); ++k) {
        const Signal signal{steps, width, {samples[k].spikes.begin(), samples[k].spikes.end()}};
        const IntTrace expected = emulate(network, {signal});
        for (std::size_t p = 0; p < sizes.size(); ++p) {
            EXPECT_EQ(expected.populations[p].s, record[k].populations[p].s) << "s, sample " << k;
            EXPECT_EQ(expected.populations[p].u, record[k].populations[p].u) << "u, sample " << k;
            EXPECT_EQ(expected.populations[p].v, record[k].populations[p].v) << "v, sample " << k;
            for (std::uint8_t s : expected.populations[p].s) spikes += s;
        }
    }
    EXPECT_GT(spikes, 1000U);
    const ImageSize size = image_size(firmware);
    RecordProperty("code", std::to_string(size.code));
    RecordProperty("tables", std::to_string(size.tables));
    RecordProperty("weights", std::to_string(size.weights));
    RecordProperty("ram", std::to_string(size.ram()));
    EXPECT_LE(size.code + size.tables, kernels ? 6400U : 4096U);
}

}  // namespace
}  // namespace synfire::hil
