// The test networks are only worth something where they do something.
#include <numeric>

#include <gtest/gtest.h>

#include "emulator/emulate.hpp"
#include "tests/unit/loihi/networks.hpp"

namespace synfire::loihi {
namespace {

TEST(TestNetworks, EveryPopulationSpikesAndRests) {
    for (const Case& c : cases())
        for (const auto& p : emulate(c.network, random_inputs(c, 0)).populations) {
            if (!p.spiking) continue;
            const int spikes = std::accumulate(p.s.begin(), p.s.end(), 0);
            EXPECT_GT(spikes, 20) << c.name << " " << p.name;
            EXPECT_LT(spikes, static_cast<int>(p.s.size() * 3 / 4)) << c.name << " " << p.name;
        }
}

}  // namespace
}  // namespace synfire::loihi
