// What the Loihi target writes as .net comes back with the same integers.
#include <gtest/gtest.h>

#include "targets/loihi/netx.hpp"
#include "tests/unit/loihi/networks.hpp"
#include "tests/unit/netx/read_data.hpp"

namespace synfire {
namespace {

void expect_equal(const PerNeuron& read, const IntPerNeuron& written, double factor, double offset) {
    const std::size_t n = std::max(read.size(), written.size());
    for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(at(read, i) * factor + offset, at(written, i)) << i;
}

TEST(RoundTrip, LoihiTargetsNet) {
    const IntNetwork written = loihi::find_case("hard_reset").network;
    const Outcome o = read_bytes(loihi::to_netx(written));
    ASSERT_TRUE(o.network) << o.text();
    const Network& read = *o.network;
    ASSERT_EQ(read.populations.size(), written.populations.size());
    for (std::size_t i = 0; i < written.populations.size(); ++i) {
        const IntPopulation& p = written.populations[i];
        expect_equal(read.populations[i].alpha, p.decay_u, -4096, 4096);
        expect_equal(read.populations[i].beta, p.decay_v, -4096, 4096);
        expect_equal(read.populations[i].bias, p.bias, 64, 0);
        expect_equal(read.populations[i].spiking->threshold, p.threshold, 64, 0);
        EXPECT_EQ(read.connections[i].delay, 1);
        const std::vector<double>& weight = std::get<Dense>(read.connections[i].stages.at(0)).weight;
        EXPECT_EQ(weight, std::vector<double>(written.connections[i].weight.begin(),
                                              written.connections[i].weight.end()));
    }
}

}  // namespace
}  // namespace synfire
