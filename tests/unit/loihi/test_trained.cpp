// Integers that lava-dl trained, taken over and written out again: none of them changes, on whatever grid it
// is.
#include <gmock/gmock.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "compiler/quantize/quantize.hpp"
#include "compiler/support/npy.hpp"
#include "emulator/emulate.hpp"
#include "targets/loihi/grid.hpp"
#include "targets/loihi/loihi.hpp"
#include "tests/unit/loihi/networks.hpp"
#include "tests/unit/netx/read_data.hpp"

namespace synfire::loihi {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

IntNetwork taken_over(const Outcome& read) {
    QuantizeOptions options;
    options.profile = "lava";
    Report report;
    return quantize(read.network.value(), options, report);
}

IntConnection connection(const std::vector<std::int16_t>& weights) {
    IntConnection c;
    c.outputs = 1;
    c.inputs = weights.size();
    c.weight = weights;
    return c;
}

TEST(Grid, OddWeightsOfBothSignsTakeANegativeExponent) {
    IntNetwork network;
    network.connections = {connection({-127, 3, 127}), connection({-128, 4, 254}), connection({1, 255}),
                           connection({-129, 1}),      connection({-127, 129}),    connection({-257, 1})};
    const IntNetwork on_grid = on_weight_grid(network);
    EXPECT_EQ(on_grid.connections[0].weight, (std::vector<std::int16_t>{-254, 6, 254}));
    EXPECT_EQ(on_grid.connections[0].exponent, -1);
    for (std::size_t c = 1; c < network.connections.size(); ++c) {
        EXPECT_EQ(on_grid.connections[c].weight, network.connections[c].weight);
        EXPECT_EQ(on_grid.connections[c].exponent, 0);
        const bool nine = c == 3 || c == 4;
        EXPECT_EQ(of_nine_bits(network.connections[c].weight), nine) << c;
    }
}

class Trained : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Files, Trained, testing::Values("changed", "delays", "driven", "recurrent"),
                         [](const auto& instance) { return std::string(instance.param); });

// The arrays of lava/ with their exponents are the integers of the file.
TEST_P(Trained, WeightsOfTheScriptAreThoseOfTheFile) {
    const IntNetwork network = taken_over(read_data(GetParam()));
    Report report;
    const Artifacts files = emit(network, {}, report);
    const Json script = Json::parse(files.at("lava_network.json"));
    EXPECT_EQ(script.at("registers"), "lava");
    ASSERT_EQ(script.at("connections").size(), network.connections.size());
    for (std::size_t c = 0; c < network.connections.size(); ++c) {
        const Json& row = script.at("connections").at(c);
        const std::string file = row.at("weights");
        const auto weights = std::get<std::vector<std::int16_t>>(parse_npy(files.at(file), file).values);
        const std::vector<std::int16_t> expected = dense_weights(network.connections[c]);
        ASSERT_EQ(weights.size(), expected.size());
        for (std::size_t k = 0; k < weights.size(); ++k)
            EXPECT_EQ(rt::shift_floor(weights[k], row.at("weight_exponent")), expected[k]);
    }
}

// What is emitted as .net is read again as the same network.
TEST(Trained, ANetOfANetIsTheSameNetwork) {
    std::size_t written = 0;
    for (const char* name : {"changed", "driven", "filtered", "recurrent", "delays"}) {
        const IntNetwork network = taken_over(read_data(name));
        Report report;
        Artifacts files;
        try {
            files = emit(network, {}, report);
        } catch (const StageFailed&) {
            continue;  // of more profiles than a core has
        }
        if (files.count("network.net") == 0) continue;
        ++written;
        written += network.connections.size() > network.populations.size();  // recurrence counts twice
        const IntNetwork again = taken_over(read_bytes(files.at("network.net")));
        Case c{name, network, 40, 1};
        const std::vector<Signal> inputs = random_inputs(c, 7);
        const IntTrace expected = emulate(network, inputs), actual = emulate(again, inputs);
        ASSERT_EQ(expected.populations.size(), actual.populations.size()) << name;
        for (std::size_t p = 0; p < expected.populations.size(); ++p) {
            EXPECT_EQ(expected.populations[p].s, actual.populations[p].s) << name;
            EXPECT_EQ(expected.populations[p].u, actual.populations[p].u) << name;
            EXPECT_EQ(expected.populations[p].v, actual.populations[p].v) << name;
        }
    }
    EXPECT_GE(written, 4U);
}

TEST(Trained, SaysWhereTheChipOverflowsDifferently) {
    IntNetwork network = find_case("hard_reset").network;
    network.profile = "lava";
    network.rules = rt::lava_rules;
    network.populations[0].decay_u = {0};
    Report report;
    check(network, {}, report);
    EXPECT_THAT(to_json_text(report.diagnostics), HasSubstr("the chip computes something else than Lava"));
}

}  // namespace
}  // namespace synfire::loihi
