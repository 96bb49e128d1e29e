// Spikes and membranes of a recurrent current-based network, against loops over the equations in NumPy.
#include <algorithm>

#include <gtest/gtest.h>

#include "compiler/support/npy.hpp"
#include "emulator/reference.hpp"
#include "tests/unit/nir/read_data.hpp"

namespace synfire {
namespace {

NpyArray array(const std::string& name) {
    return parse_npy(data_bytes(name), name);
}

const PopulationTrace<double>& trace_of(const FloatTrace& trace, const std::string& name) {
    for (const auto& p : trace.populations)
        if (p.name == name) return p;
    throw std::runtime_error("no population " + name);
}

TEST(Simulation, RecurrentCurrentBasedNetwork) {
    const Outcome o = read_data("recurrent_cuba.nir", step_and_reset());
    ASSERT_TRUE(o.network) << o.text();
    const NpyArray x = array("recurrent_cuba.x.npy"), s = array("recurrent_cuba.s.npy");
    const FloatTrace trace = simulate(*o.network, {Signal{x.shape.at(0), x.shape.at(1), to_doubles(x, "x")}});
    const auto& spikes = std::get<std::vector<std::uint8_t>>(s.values);
    EXPECT_GT(std::count(spikes.begin(), spikes.end(), 1), 10);
    EXPECT_EQ(trace_of(trace, "hidden").s, spikes);
    const std::vector<double> v = to_doubles(array("recurrent_cuba.v.npy"), "v");
    const auto& readout = trace_of(trace, "readout").v;
    ASSERT_EQ(readout.size(), v.size());
    for (std::size_t i = 0; i < v.size(); ++i) EXPECT_NEAR(readout[i], v[i], 1e-12) << i;
}

// Compares the spikes of every population named.
void expect_spikes(const std::string& name, const ReadOptions& options,
                   const std::vector<std::string>& populations) {
    const Outcome o = read_data(name + ".nir", options);
    ASSERT_TRUE(o.network) << o.text();
    const NpyArray x = array(name + ".x.npy");
    const std::size_t steps = x.shape.at(0), n = neurons(o.network->inputs.at(0));
    const FloatTrace trace = simulate(*o.network, {Signal{steps, n, to_doubles(x, "x")}});
    for (const std::string& p : populations) {
        const auto spikes = std::get<std::vector<std::uint8_t>>(array(name + "." + p + ".npy").values);
        EXPECT_GT(std::count(spikes.begin(), spikes.end(), 1), 5) << p;
        EXPECT_EQ(trace_of(trace, p).s, spikes) << p;
    }
}

TEST(Simulation, EveryKindOfWindowAndARecurrentConvolution) {
    expect_spikes("images", step_and_reset(), {"if", "lif", "if2"});
}

// Time step and reset are those of the file's metadata.
TEST(Simulation, DelaysPerValueAndPotentialsThatAreRead) {
    expect_spikes("signals", {}, {"step", "lif", "high", "lif2"});
}

}  // namespace
}  // namespace synfire
