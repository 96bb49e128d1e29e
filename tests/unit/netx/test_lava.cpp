// The networks run as Lava ran them: the emulator with Lava's arithmetic in every spike and state of every
// block, the float64 reference in every spike. Its states are not truncated, so that they stay near Lava's,
// in units of a weight.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "compiler/quantize/quantize.hpp"
#include "emulator/emulate.hpp"
#include "emulator/reference.hpp"
#include "tests/unit/netx/read_data.hpp"

namespace synfire {
namespace {

std::vector<double> recorded(const std::string& name, const std::string& key) {
    return to_doubles(parse_npz(data_bytes(name + ".npz"), key, name + ".npz"), key);
}

void expect_near(const std::vector<double>& actual, const std::vector<double>& lava,
                 const std::string& what) {
    ASSERT_EQ(actual.size(), lava.size()) << what;
    double worst = 0;
    for (std::size_t i = 0; i < lava.size(); ++i) worst = std::max(worst, std::abs(actual[i] - lava[i] / 64));
    EXPECT_LT(worst, 0.5) << what;
}

void expect_same(const std::vector<std::int32_t>& actual, const std::vector<double>& lava,
                 const std::string& what) {
    EXPECT_TRUE(std::equal(lava.begin(), lava.end(), actual.begin(), actual.end())) << what;
}

void expect_as_lava(const std::string& name, const ReadOptions& options) {
    const Outcome o = read_data(name, options);
    ASSERT_TRUE(o.network) << name << "\n" << o.text();
    const std::vector<double> x = recorded(name, "x");
    const std::size_t width = neurons(o.network->inputs.at(0)), steps = x.size() / width;
    const FloatTrace trace = simulate(*o.network, {Signal{steps, width, x}});
    Report report;
    QuantizeOptions lava;
    lava.profile = "lava";
    const IntTrace integers = emulate(quantize(*o.network, lava, report), {Signal{steps, width, x}});
    std::ptrdiff_t spikes = 0;
    for (std::size_t p = 0; p < trace.populations.size(); ++p) {
        const PopulationTrace<double>& block = trace.populations[p];
        const PopulationTrace<std::int32_t>& emulated = integers.populations.at(p);
        const std::string what = name + " block " + std::to_string(p);
        const std::vector<double> s = recorded(name, "s" + std::to_string(p));
        spikes += std::count(s.begin(), s.end(), 1.0);
        if (block.spiking) {
            EXPECT_TRUE(std::equal(s.begin(), s.end(), block.s.begin(), block.s.end())) << what;
            EXPECT_TRUE(std::equal(s.begin(), s.end(), emulated.s.begin(), emulated.s.end())) << what;
        } else
            EXPECT_EQ(std::count(s.begin(), s.end(), 1.0), 0) << what;
        // An input block's bias is its u here.
        const std::vector<double> u = recorded(name, "u" + std::to_string(p)),
                                  v = recorded(name, "v" + std::to_string(p));
        if (o.network->inputs[0].kind == SignalKind::spikes || p > 0) {
            expect_near(block.u, u, what + " u");
            expect_same(emulated.u, u, what + " u");
        }
        expect_near(block.v, v, what + " v");
        expect_same(emulated.v, v, what + " v");
    }
    EXPECT_GT(spikes, 100) << name;
}

TEST(Lava, FiltersParametersPerNeuronAndBiases) {
    expect_as_lava("filtered", {});
}

TEST(Lava, DelaysOfEveryShape) {
    expect_as_lava("delays", {});
}

TEST(Lava, RecurrentLayerAndReadoutWithoutNeuron) {
    expect_as_lava("recurrent", {});
}

TEST(Lava, ConvolutionsFlattenAndReadout) {
    expect_as_lava("images", {});
}

TEST(Lava, InputNeuronsThatAreClearedNowAndThen) {
    ReadOptions options;
    options.reset_interval = 7;
    options.raw_input = true;
    expect_as_lava("driven", options);
}

TEST(Lava, WeightsThatNetxChanges) {
    expect_as_lava("changed", {});
}

}  // namespace
}  // namespace synfire
