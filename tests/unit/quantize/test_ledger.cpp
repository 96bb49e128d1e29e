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

std::vector<LedgerRow> without_time_constants(std::vector<LedgerRow> rows) {
    std::erase_if(rows, [](const LedgerRow& r) { return r.parameter.starts_with("time constant"); });
    return rows;
}

std::vector<LedgerRow> rows_of(const std::vector<LedgerRow>& rows, const std::string& parameter) {
    std::vector<LedgerRow> found;
    for (const LedgerRow& r : rows)
        if (r.parameter == parameter) found.push_back(r);
    return found;
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
    EXPECT_EQ(to_csv(without_time_constants(ledger(n, q))),
              "node,parameter,index,value,integer,place,effective,relative_error\n"
              "lif,alpha,0,0,4096,,0,0\n"
              "lif,beta,0,0.75,1024,,0.75,0\n"
              "lif,bias,0,0.1,1,,0.125,0.24999999999999994\n"
              "lif,initial_v,0,0,0,,0,0\n"
              "lif,threshold,0,1,7,,0.875,0.125\n"
              "lif,reset,0,1,8,,1,0\n"
              "fc,weight,0,0.5,4,,0.5,0\n"
              "fc,weight,1,-0.25,-1,,-0.125,0.5\n");
    n.populations[0].spiking->compare = Compare::greater_equal;  // v > 7 is v >= 8
    EXPECT_EQ(ledger(n, q)[4].effective, 1.0);
}

TEST(Ledger, SummaryByNodeAndParameter) {
    std::vector<LedgerRow> rows{{"a", "weight", 0, 1, 1, 1, 0.3},
                                {"a", "weight", 1, 1, 1, 1, 0.4},
                                {"b", "beta", 0, 0.9, 410, 0.5, 0.1}};
    const std::vector<LedgerSummary> s = summarize(rows);
    ASSERT_EQ(s.size(), 2u);
    EXPECT_EQ(s[0].count, 2u);
    EXPECT_EQ(s[0].largest_relative_error, 0.4);
    EXPECT_DOUBLE_EQ(s[0].rms_relative_error, std::sqrt((0.09 + 0.16) / 2));
}

TEST(Ledger, DecaysAppearAsTimeConstants) {
    Network n = one_layer(2, 1, {0.5, 0.3}, 0.9);
    IntNetwork q = quantized(n);
    q.populations[0].decay_v = {2048};
    q.populations[0].threshold = {98, 8};
    std::vector<LedgerRow> rows = ledger(n, q);
    ASSERT_EQ(rows_of(rows, "time constant of beta").size(), 1u);
    const LedgerRow steps = rows_of(rows, "time constant of beta")[0];
    EXPECT_NEAR(steps.value, 9.4912, 1e-4);      // -1 / ln 0.9
    EXPECT_NEAR(steps.effective, 1.4427, 1e-4);  // -1 / ln 0.5
    EXPECT_NEAR(steps.relative_error, 1 - 1.4427 / 9.4912, 1e-4);
    EXPECT_TRUE(rows_of(rows, "time constant of beta (s)").empty());
    EXPECT_TRUE(rows_of(rows, "time constant of alpha").empty());
    const std::vector<LedgerRow> truncated = rows_of(rows, "time constant of beta with truncation");
    ASSERT_EQ(truncated.size(), 2u);
    EXPECT_LT(truncated[0].effective, steps.effective);
    EXPECT_LT(truncated[1].effective, truncated[0].effective);
    n.dt = 1e-3;
    rows = ledger(n, q);
    EXPECT_NEAR(rows_of(rows, "time constant of beta (s)").at(0).value, 9.4912e-3, 1e-7);
}

TEST(Ledger, TimeConstantWithTruncationByHand) {
    // 100, 50, 25: 1/e of 100 lies between the last two, as for a leak without truncation.
    EXPECT_NEAR(truncated_time_constant(2048, 12, 100), 1 / std::log(2.0), 1e-12);
    // A leak of 1 % of 100 and less takes one unit in every step: 63 steps to 37, and a part of the next.
    EXPECT_NEAR(truncated_time_constant(40, 12, 100),
                63 + std::log(37 / (100 / std::exp(1.0))) / std::log(37 / 36.0), 1e-12);
    EXPECT_NEAR(truncated_time_constant(410, 12, 1 << 29), -1 / std::log(1 - 410 / 4096.0), 1e-6);
    EXPECT_EQ(truncated_time_constant(1, 12, 1), 1);  // one unit is lost at once
    EXPECT_NEAR(truncated_time_constant(1, 16, INT32_MAX), 65535.5, 1);
}

TEST(Ledger, AsJson) {
    EXPECT_EQ(
        to_json_text(std::vector<LedgerRow>{{"a \"b\"", "beta", 3, 0.5, 2048, 0.25, 0.5, 0, "decay_v_0[3]"}}),
        "[\n{\"node\":\"a \\\"b\\\"\",\"parameter\":\"beta\",\"index\":3,\"value\":0.5,\"integer\":2048,"
        "\"place\":\"decay_v_0[3]\",\"effective\":0.25,\"relative_error\":0.5}\n]\n");
    EXPECT_EQ(to_json_text(std::vector<LedgerRow>{}), "[\n]\n");
}

TEST(Ledger, NamesWithCommasAreQuoted) {
    EXPECT_EQ(to_csv({{"a,\"b\"", "beta", 0, 0.5, 2048, 0.5, 0}}),
              "node,parameter,index,value,integer,place,effective,relative_error\n"
              "\"a,\"\"b\"\"\",beta,0,0.5,2048,,0.5,0\n");
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
