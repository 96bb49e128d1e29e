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

}  // namespace
}  // namespace synfire
