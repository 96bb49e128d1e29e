// The digits model through this front end answers as it did where it was trained.
#include <algorithm>

#include <gtest/gtest.h>

#include "compiler/frontend/frontends.hpp"
#include "compiler/support/npy.hpp"
#include "emulator/reference.hpp"

namespace synfire {
namespace {

const std::string folder = SYNFIRE_SOURCE_DIR "/models/digits/";

// The output neuron with most spikes; the lowest wins a tie.
std::size_t answer(const PopulationTrace<double>& out, std::size_t steps) {
    std::vector<int> count(out.neurons, 0);
    for (std::size_t k = 0; k < steps * out.neurons; ++k) count[k % out.neurons] += out.s[k];
    return static_cast<std::size_t>(std::max_element(count.begin(), count.end()) - count.begin());
}

TEST(Digits, AccuracyAndActivityAreThoseOfTraining) {
    Report report;
    const Network network = read({folder + "digits.json", read_file(folder + "digits.json")}, {}, report);
    const NpyArray spikes = parse_npy(read_file(folder + "test_spikes.npy"), "test_spikes.npy");
    const std::vector<double> values = to_doubles(spikes, "test_spikes.npy");
    const std::vector<double> labels =
        to_doubles(parse_npy(read_file(folder + "test_labels.npy"), "test_labels.npy"), "test_labels.npy");
    const std::size_t steps = spikes.shape.at(1);
    const std::size_t width = spikes.shape.at(2);
    int correct = 0;
    std::size_t hidden = 0;
    std::size_t output = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(i * steps * width);
        const Signal signal{steps, width, {begin, begin + static_cast<std::ptrdiff_t>(steps * width)}};
        const FloatTrace trace = simulate(network, {signal});
        correct += answer(trace.populations.at(1), steps) == static_cast<std::size_t>(labels[i]);
        for (const std::uint8_t s : trace.populations[0].s) hidden += s;
        for (const std::uint8_t s : trace.populations[1].s) output += s;
    }
    // models/digits/ORIGIN.md: 98.61 % of 360 images; 253.1 and 25.3 spikes per image.
    EXPECT_EQ(correct, 355);
    EXPECT_NEAR(static_cast<double>(hidden) / 360, 253.1, 0.05);
    EXPECT_NEAR(static_cast<double>(output) / 360, 25.3, 0.05);
}

}  // namespace
}  // namespace synfire
