// Which integer weights a seed gives again, and the compiled directory that holds the seed in their place.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "compiler/quantize/compiled.hpp"
#include "compiler/quantize/drawn.hpp"
#include "compiler/quantize/quantize.hpp"
#include "compiler/support/npy.hpp"
#include "tests/unit/quantize/networks.hpp"

namespace synfire {
namespace {

// Entry k: the probability of integers below k + 1 - largest, here all equally likely.
std::vector<std::uint32_t> even_table(std::uint32_t largest) {
    std::vector<std::uint32_t> table;
    for (std::uint64_t k = 1; k <= 2 * largest; ++k)
        table.push_back(static_cast<std::uint32_t>((k << 32) / (2 * largest + 1)));
    return table;
}

Dense drawn_dense(std::size_t outputs, std::size_t inputs, std::uint64_t stream, std::uint32_t largest,
                  double unit) {
    Dense d{outputs, inputs, {}, {}, DrawnWeights{11, stream, even_table(largest), unit}};
    d.weight = draw(*d.drawn, outputs * inputs);
    return d;
}

Network drawn_layer(std::size_t outputs, std::size_t inputs, std::uint32_t largest, double unit,
                    double beta) {
    Network n = testing::one_layer(outputs, inputs, {}, beta);
    n.connections[0].stages[0] = drawn_dense(outputs, inputs, 4, largest, unit);
    return n;
}

IntNetwork quantized(const Network& n, Granularity granularity = Granularity::neuron,
                     const std::string& profile = "mcu", int weight_bits = 8) {
    QuantizeOptions o;
    o.profile = profile;
    o.granularity = granularity;
    o.weight_bits = weight_bits;
    Report report;
    return quantize(n, o, report);
}

void expect_drawn(const IntConnection& c) {
    ASSERT_TRUE(c.drawn.has_value());
    EXPECT_EQ(draw(*c.drawn, c.outputs, c.inputs), c.weight);
}

TEST(Drawn, EveryLawAndScaleKeepsItsSeed) {
    for (std::uint32_t largest : {1U, 3U, 7U, 127U})
        for (double beta : {0.0, 0.9, 1.0})
            for (Granularity granularity : {Granularity::layer, Granularity::neuron})
                for (int bits : {8, 16})
                    for (std::size_t inputs : {1U, 2U, 5U, 64U}) {
                        SCOPED_TRACE(::testing::Message()
                                     << largest << " " << beta << " " << bits << " " << inputs << " "
                                     << (granularity == Granularity::layer));
                        const Network n = drawn_layer(9, inputs, largest, 0.0371, beta);
                        const IntNetwork q = quantized(n, granularity, "mcu", bits);
                        expect_drawn(q.connections[0]);
                    }
}

// A leak deserves the resolution of 8 bits: ternary weights become -127, 0 and 127.
TEST(Drawn, TheFactorIsWhatTheQuantizerMultipliedWith) {
    const IntNetwork leaky = quantized(drawn_layer(6, 40, 1, 0.25, 0.9), Granularity::layer);
    EXPECT_EQ(leaky.connections[0].drawn->factor, IntPerNeuron{127});
    const IntNetwork plain = quantized(drawn_layer(6, 40, 1, 0.25, 1.0), Granularity::layer);
    EXPECT_EQ(plain.connections[0].drawn->factor, IntPerNeuron{1});
}

TEST(Drawn, NeuronsWithTheirOwnScaleHaveTheirOwnFactor) {
    const IntNetwork q = quantized(drawn_layer(40, 4, 7, 0.25, 0.9));
    const IntConnection& c = q.connections[0];
    expect_drawn(c);
    EXPECT_EQ(c.drawn->factor.size(), 40U);
    EXPECT_NE(*std::min_element(c.drawn->factor.begin(), c.drawn->factor.end()),
              *std::max_element(c.drawn->factor.begin(), c.drawn->factor.end()));
}

TEST(Drawn, RecurrentSynapsesKeepTheirSeed) {
    Network n = drawn_layer(8, 8, 3, 0.5, 0.9);
    n.connections.push_back(
        {"loop", {Presynaptic::Kind::population, 0}, 0, 1, {drawn_dense(8, 8, 5, 3, 0.5)}});
    const IntNetwork q = quantized(n);
    expect_drawn(q.connections[0]);
    expect_drawn(q.connections[1]);
    EXPECT_EQ(q.connections[1].drawn->stream, 5U);
}

// Ternary weights survive any rounding; finer ones do not where their units have no common measure.
TEST(Drawn, UnitsThatDifferKeepTernaryWeightsOnly) {
    for (std::uint32_t largest : {1U, 127U}) {
        Network n = drawn_layer(8, 8, largest, 0.5, 0.9);
        n.connections.push_back(
            {"loop", {Presynaptic::Kind::population, 0}, 0, 1, {drawn_dense(8, 8, 5, largest, 0.37)}});
        const IntNetwork q = quantized(n);
        EXPECT_EQ(q.connections[1].drawn.has_value(), largest == 1);
        if (largest == 1) expect_drawn(q.connections[1]);
    }
}

TEST(Drawn, TrainedIntegersKeepTheirSeed) {
    Network n = drawn_layer(4, 6, 127, 1, 0.5);
    const IntNetwork q = quantized(n, Granularity::layer, "lava");
    expect_drawn(q.connections[0]);
    EXPECT_EQ(q.connections[0].drawn->factor, IntPerNeuron{1});
}

TEST(Drawn, OneWeightThatDiffersHasNoSeed) {
    const Network n = drawn_layer(5, 20, 7, 0.25, 0.9);
    IntNetwork q = quantized(n);
    for (std::size_t k = 0; k < q.connections[0].weight.size(); ++k) {
        IntConnection c = q.connections[0];
        c.weight[k] = static_cast<std::int16_t>(c.weight[k] + 1);
        EXPECT_FALSE(origin(n.connections[0], c).has_value()) << k;
    }
    EXPECT_TRUE(origin(n.connections[0], q.connections[0]).has_value());
}

TEST(Drawn, WeightsThatVanishedHaveTheFactorZero) {
    const Network n = drawn_layer(2, 8, 3, 0.25, 0.9);
    IntConnection c = quantized(n, Granularity::layer).connections[0];
    std::fill_n(c.weight.begin(), 8, std::int16_t{0});
    const auto drawn = origin(n.connections[0], c);
    ASSERT_TRUE(drawn.has_value());
    EXPECT_EQ(drawn->factor[0], 0);
    EXPECT_EQ(draw(*drawn, 2, 8), c.weight);
}

TEST(Drawn, OtherStagesHaveNoSeed) {
    Network n = drawn_layer(4, 4, 3, 0.25, 0.9);
    n.connections[0].stages.emplace_back(Scale{{2.0}, {}});
    EXPECT_FALSE(quantized(n).connections[0].drawn.has_value());
    n.connections[0].stages.pop_back();
    std::get<Dense>(n.connections[0].stages[0]).drawn.reset();
    EXPECT_FALSE(quantized(n).connections[0].drawn.has_value());
}

TEST(Drawn, BehindAMaximumPoolOfSpikesItKeepsItsSeed) {
    Network n = drawn_layer(4, 3, 3, 0.25, 0.9);
    n.inputs[0].shape = {1, 1, 6};
    Pool pool;
    pool.kind = Pool::Kind::maximum;
    pool.input = {1, 1, 6};
    pool.window.kernel = pool.window.stride = {1, 2};
    n.connections[0].stages.insert(n.connections[0].stages.begin(), pool);
    const IntNetwork q = quantized(n);
    ASSERT_TRUE(q.connections[0].source_pool.has_value());
    expect_drawn(q.connections[0]);
}

// --- the compiled directory

struct Folder {
    std::filesystem::path path =
        std::filesystem::path(::testing::TempDir()) /
        (std::string("synfire_drawn_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    Folder() { std::filesystem::remove_all(path); }
    ~Folder() { std::filesystem::remove_all(path); }
};

Compiled compiled_layer() {
    const Network n = drawn_layer(30, 4, 7, 0.25, 0.9);
    return {"mcu", n, quantized(n)};
}

TEST(CompiledDrawn, HoldsTheSeedInPlaceOfTheWeights) {
    const Folder folder;
    const Compiled written = compiled_layer();
    const Artifacts files = to_artifacts(written);
    for (const auto& [name, bytes] : files) EXPECT_EQ(name.find("weight"), std::string::npos) << name;
    write_artifacts(folder.path, files);
    const Compiled read = read_compiled(folder.path);
    const Dense& a = std::get<Dense>(written.network.connections[0].stages[0]);
    const Dense& b = std::get<Dense>(read.network.connections[0].stages[0]);
    EXPECT_EQ(a.weight, b.weight);
    EXPECT_EQ(a.drawn->seed, b.drawn->seed);
    EXPECT_EQ(a.drawn->table, b.drawn->table);
    EXPECT_EQ(written.integers.connections[0].weight, read.integers.connections[0].weight);
    EXPECT_EQ(written.integers.connections[0].drawn, read.integers.connections[0].drawn);
    EXPECT_EQ(to_artifacts(read), files);
}

TEST(CompiledDrawn, FloatWeightsThatWereChangedAreStored) {
    const Folder folder;
    Compiled written = compiled_layer();
    std::get<Dense>(written.network.connections[0].stages[0]).weight[0] += 1;
    write_artifacts(folder.path, to_artifacts(written));
    const Compiled read = read_compiled(folder.path);
    const Dense& d = std::get<Dense>(read.network.connections[0].stages[0]);
    EXPECT_EQ(d.weight, std::get<Dense>(written.network.connections[0].stages[0]).weight);
    EXPECT_FALSE(d.drawn.has_value());
}

std::string error_of(const std::string& from, const std::string& to, const std::string& array = "",
                     const NpyArray& values = {}) {
    const Folder folder;
    Artifacts files = to_artifacts(compiled_layer());
    std::string& json = files["network.json"];
    const std::size_t place = json.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    if (place != std::string::npos) json.replace(place, from.size(), to);
    if (!array.empty()) files[array] = to_npy(values);
    write_artifacts(folder.path, files);
    try {
        read_compiled(folder.path);
    } catch (const InputError& e) {
        std::string text = e.what();
        for (std::size_t k; (k = text.find(folder.path.string() + "/")) != std::string::npos;)
            text.erase(k, folder.path.string().size() + 1);
        return text;
    }
    return "accepted";
}

const std::string hint = "  hint: was the file edited? compile the model again\n";

TEST(CompiledDrawn, RefusesDamage) {
    EXPECT_EQ(
        error_of("\"seed\": 11", "\"seed\": -11"),
        "network.json: error: field 'network.connections[0].stages[0].drawn.seed': is not a whole number "
        ">= 0\n  expected: 0..2^64 - 1\n" +
            hint);
    EXPECT_EQ(
        error_of("\"largest\": 7", "\"largest\": 40000"),
        "network.json: error: field 'network.connections[0].stages[0].drawn.largest': value 40000 is out of "
        "range\n  expected: a whole number, 0..32767\n" +
            hint);
    std::vector<std::int64_t> table(14, 5);
    table[3] = 4;
    const std::string wrong =
        "network.json: error: field 'network.connections[0].stages[0].drawn.table': is no "
        "distribution function\n  expected: ascending numbers of 32 bits\n";
    const std::string name = "arrays/float.connection0.stage0.table.npy";
    EXPECT_EQ(error_of("mcu", "mcu", name, {{14}, table}), wrong + hint);
    table[3] = 5;
    table[13] = std::int64_t{1} << 32;
    EXPECT_EQ(error_of("mcu", "mcu", name, {{14}, table}), wrong + hint);
    EXPECT_EQ(
        error_of("mcu", "mcu", "arrays/int.connection0.factor.npy",
                 {{30}, std::vector<std::int32_t>(30, 4682)}),
        "network.json: error: field 'integers.connections[0].drawn.factor': 4682 makes weights of more than "
        "16 bits\n  expected: at most 4681\n" +
            hint);
}

// A few bytes must not ask for gigabytes.
TEST(CompiledDrawn, RefusesMoreWeightsThanAnyNetworkHas) {
    EXPECT_EQ(
        error_of("\"outputs\": 30", "\"outputs\": 33554432"),
        "network.json: error: field 'network.connections[0].stages[0].drawn': stands for too many weights\n"
        "  expected: at most 67108864 in all\n" +
            hint);
}

}  // namespace
}  // namespace synfire
