// Rows of the ledger by hand, and against the quantizer's promises.
#include <cmath>

#include <gtest/gtest.h>

#include "compiler/quantize/ledger.hpp"
#include "compiler/quantize/quantize.hpp"
#include "tests/unit/quantize/networks.hpp"

namespace synfire {
namespace {

using testing::one_layer;
using testing::random_network;

IntNetwork quantized(const Network& n, const std::string& profile = "mcu") {
    QuantizeOptions o;
    o.profile = profile;
    Report report;
    return quantize(n, o, report);
}

// Weights so small that no scale can hold them are lost, and the ledger says so.
TEST(Ledger, DenormalWeights) {
    const Network n = one_layer(1, 2, {5e-324, -5e-324}, 0.75);
    for (const char* profile : {"mcu", "loihi"}) {
        const IntNetwork q = quantized(n, profile);
        EXPECT_EQ(q.connections[0].weight, (std::vector<std::int16_t>{0, 0}));
        EXPECT_NE(to_csv(ledger(n, q)).find("weight"), std::string::npos);
    }
}

TEST(Ledger, ByHand) {
    // 2 and -1 units of 0.25 under integers chosen here, not by the quantizer: scale 8.
    Network n = one_layer(1, 2, {0.5, -0.25}, 0.75);
    n.populations[0].spiking->reset = SoftReset{{1.0}, true};
    n.populations[0].bias = {0.1};
    IntNetwork q = quantized(n);
    q.connections[0].weight = {4, -1};
    q.connections[0].exponent = 0;
    q.populations[0].scale = {8};
    q.populations[0].threshold = {7};
    q.populations[0].reset_amount = {8};
    q.populations[0].bias = {1};
    EXPECT_EQ(to_csv(ledger(n, q)),
              "node,parameter,index,value,integer,effective,relative_error\n"
              "lif,alpha,0,0,4096,0,0\n"
              "lif,beta,0,0.75,1024,0.75,0\n"
              "lif,bias,0,0.1,1,0.125,0.24999999999999994\n"
              "lif,initial_v,0,0,0,0,0\n"
              "lif,threshold,0,1,7,0.875,0.125\n"
              "lif,reset,0,1,8,1,0\n"
              "fc,weight,0,0.5,4,0.5,0\n"
              "fc,weight,1,-0.25,-1,-0.125,0.5\n");
    n.populations[0].spiking->compare = Compare::greater_equal;  // v > 7 is v >= 8
    EXPECT_EQ(ledger(n, q)[4].effective, 1.0);
}

TEST(Ledger, SummaryByNodeAndParameter) {
    std::vector<LedgerRow> rows{{"a", "weight", 0, 1, 1, 1, 0.3},
                                {"a", "weight", 1, 1, 1, 1, 0.4},
                                {"b", "beta", 0, 0.9, 410, 0.5, 0.1}};
    const std::vector<LedgerSummary> s = summarize(rows);
    ASSERT_EQ(s.size(), 3u);
    EXPECT_EQ(s[0].count, 2u);
    EXPECT_EQ(s[0].largest_relative_error, 0.4);
    EXPECT_DOUBLE_EQ(s[0].rms_relative_error, std::sqrt((0.09 + 0.16) / 2));
    EXPECT_EQ(s[2].parameter, "time constant of beta");
    // -1 / ln 0.9 = 9.4912 steps become -1 / ln 0.5 = 1.4427.
    EXPECT_NEAR(s[2].largest_relative_error, 1 - 1.4427 / 9.4912, 1e-4);
}

TEST(Ledger, NamesWithCommasAreQuoted) {
    EXPECT_EQ(to_csv({{"a,\"b\"", "beta", 0, 0.5, 2048, 0.5, 0}}),
              "node,parameter,index,value,integer,effective,relative_error\n"
              "\"a,\"\"b\"\"\",beta,0,0.5,2048,0.5,0\n");
}

// Every parameter of every neuron appears once, and none is further off than half a step of its grid.
TEST(Ledger, RandomNetworks) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        SCOPED_TRACE(seed);
        const bool loihi = seed % 2 == 0;
        const Network n = random_network(seed, loihi);
        const IntNetwork q = quantized(n, loihi ? "loihi" : "mcu");
        std::size_t weights = 0, thresholds = 0;
        for (const LedgerRow& r : ledger(n, q)) {
            if (r.parameter == "weight") ++weights;
            if (r.parameter == "threshold") {
                ++thresholds;
                EXPECT_LE(r.relative_error, 0.01);
            }
            if (r.parameter == "beta" || r.parameter == "alpha") {
                EXPECT_LE(std::abs(r.effective - r.value), 0.5 / 4096);
            }
        }
        std::size_t expected = 0, scales = 0;
        for (const Connection& c : n.connections) expected += std::get<Dense>(c.stages[0]).weight.size();
        for (const IntPopulation& p : q.populations) scales += std::max(p.scale.size(), p.threshold.size());
        EXPECT_EQ(weights, expected);
        EXPECT_EQ(thresholds, scales);
    }
}

}  // namespace
}  // namespace synfire
