// A compiled directory read back is the network that was written, bit for bit; a damaged one is refused.
#include <cstring>

#include <gtest/gtest.h>

#include "compiler/quantize/compiled.hpp"
#include "compiler/quantize/quantize.hpp"
#include "compiler/support/npy.hpp"
#include "tests/unit/quantize/networks.hpp"

namespace synfire {
namespace {

using testing::one_layer;
using testing::random_network;

// A folder of its own for each test, removed in the end.
struct Folder {
    std::filesystem::path path =
        std::filesystem::path(::testing::TempDir()) /
        (std::string("synfire_compiled_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    Folder() { std::filesystem::remove_all(path); }
    ~Folder() { std::filesystem::remove_all(path); }
};

Compiled compiled(const Network& n, const std::string& profile = "mcu") {
    QuantizeOptions o;
    o.profile = profile;
    Report report;
    return {profile, n, quantize(n, o, report)};
}

// Bits, so that -0.0 and 0.0 differ.
bool same(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), 8 * a.size()) == 0);
}

bool same(const Reset& a, const Reset& b) {
    if (a.index() != b.index()) return false;
    if (const auto* hard = std::get_if<HardReset>(&a)) return same(hard->value, std::get<HardReset>(b).value);
    if (const auto* soft = std::get_if<SoftReset>(&a))
        return same(soft->amount, std::get<SoftReset>(b).amount) &&
               soft->next_step == std::get<SoftReset>(b).next_step;
    return true;
}

void expect_equal(const std::vector<Input>& a, const std::vector<Input>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(a[i].name, b[i].name);
        EXPECT_EQ(a[i].shape, b[i].shape);
        EXPECT_EQ(a[i].kind, b[i].kind);
    }
}

void expect_equal(const Network& a, const Network& b) {
    EXPECT_EQ(a.name, b.name);
    expect_equal(a.inputs, b.inputs);
    ASSERT_EQ(a.populations.size(), b.populations.size());
    for (std::size_t i = 0; i < a.populations.size(); ++i) {
        const Population &p = a.populations[i], &q = b.populations[i];
        EXPECT_EQ(p.name, q.name);
        EXPECT_EQ(p.shape, q.shape);
        EXPECT_TRUE(same(p.alpha, q.alpha) && same(p.beta, q.beta) && same(p.bias, q.bias));
        EXPECT_TRUE(same(p.initial_v, q.initial_v));
        ASSERT_EQ(p.spiking.has_value(), q.spiking.has_value());
        if (!p.spiking) continue;
        EXPECT_TRUE(same(p.spiking->threshold, q.spiking->threshold));
        EXPECT_EQ(p.spiking->compare, q.spiking->compare);
        EXPECT_TRUE(same(p.spiking->reset, q.spiking->reset));
        EXPECT_EQ(p.spiking->refractory_steps, q.spiking->refractory_steps);
    }
    ASSERT_EQ(a.connections.size(), b.connections.size());
    for (std::size_t i = 0; i < a.connections.size(); ++i) {
        const Connection &c = a.connections[i], &d = b.connections[i];
        EXPECT_EQ(c.name, d.name);
        EXPECT_EQ(c.source, d.source);
        EXPECT_EQ(c.target, d.target);
        EXPECT_EQ(c.delay, d.delay);
        ASSERT_EQ(c.stages.size(), d.stages.size());
        for (std::size_t s = 0; s < c.stages.size(); ++s) {
            const Dense &x = std::get<Dense>(c.stages[s]), &y = std::get<Dense>(d.stages[s]);
            EXPECT_EQ(x.outputs, y.outputs);
            EXPECT_EQ(x.inputs, y.inputs);
            EXPECT_TRUE(same(x.weight, y.weight) && same(x.bias, y.bias));
        }
    }
    EXPECT_EQ(a.outputs, b.outputs);
}

bool same(const rt::Register& a, const rt::Register& b) {
    return a.bits == b.bits && a.overflow == b.overflow;
}

void expect_equal(const IntNetwork& a, const IntNetwork& b) {
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.profile, b.profile);
    EXPECT_EQ(a.rules.decay_bits, b.rules.decay_bits);
    EXPECT_EQ(a.rules.accumulator_shift, b.rules.accumulator_shift);
    EXPECT_TRUE(same(a.rules.accumulator, b.rules.accumulator) && same(a.rules.current, b.rules.current));
    EXPECT_TRUE(same(a.rules.drive, b.rules.drive) && same(a.rules.membrane, b.rules.membrane));
    expect_equal(a.inputs, b.inputs);
    ASSERT_EQ(a.populations.size(), b.populations.size());
    for (std::size_t i = 0; i < a.populations.size(); ++i) {
        const IntPopulation &p = a.populations[i], &q = b.populations[i];
        EXPECT_EQ(p.name, q.name);
        EXPECT_EQ(p.shape, q.shape);
        EXPECT_EQ(p.decay_u, q.decay_u);
        EXPECT_EQ(p.decay_v, q.decay_v);
        EXPECT_EQ(p.bias, q.bias);
        EXPECT_EQ(p.spiking, q.spiking);
        EXPECT_EQ(p.threshold, q.threshold);
        EXPECT_EQ(p.reset, q.reset);
        EXPECT_EQ(p.reset_amount, q.reset_amount);
        EXPECT_EQ(p.refractory_steps, q.refractory_steps);
        EXPECT_EQ(p.initial_v, q.initial_v);
        EXPECT_TRUE(same(p.scale, q.scale));
    }
    ASSERT_EQ(a.connections.size(), b.connections.size());
    for (std::size_t i = 0; i < a.connections.size(); ++i) {
        const IntConnection &c = a.connections[i], &d = b.connections[i];
        EXPECT_EQ(c.name, d.name);
        EXPECT_EQ(c.source, d.source);
        EXPECT_EQ(c.target, d.target);
        EXPECT_EQ(c.delay, d.delay);
        EXPECT_EQ(c.exponent, d.exponent);
        EXPECT_EQ(c.outputs, d.outputs);
        EXPECT_EQ(c.inputs, d.inputs);
        EXPECT_EQ(c.weight, d.weight);
    }
    EXPECT_EQ(a.outputs, b.outputs);
}

TEST(Compiled, RoundTripsBitForBit) {
    const Folder folder;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        SCOPED_TRACE(seed);
        const std::string profile = seed % 2 == 0 ? "loihi" : "mcu";
        Network n = random_network(seed, seed % 2 == 0);
        if (seed % 3 == 0) n.populations[1].spiking.reset();
        std::get<Dense>(n.connections[2].stages[0]).weight[0] = -0.0;
        if (seed % 5 == 0 && at(n.populations[1].alpha, 0) == 0)
            std::get<Dense>(n.connections[2].stages[0]).bias.assign(neurons(n.populations[1]), 0.125);
        const Compiled written = compiled(n, profile);
        write_artifacts(folder.path, to_artifacts(written));
        const Compiled read = read_compiled(folder.path);
        EXPECT_EQ(read.target, written.target);
        expect_equal(read.network, written.network);
        expect_equal(read.integers, written.integers);
        EXPECT_EQ(to_artifacts(read), to_artifacts(written));
        std::filesystem::remove_all(folder.path);
    }
}

// Reads one_layer() with `from` replaced by `to` in network.json; returns the message without the folder.
std::string error_of(const std::string& from, const std::string& to, const std::string& array = "",
                     const NpyArray& values = {}) {
    const Folder folder;
    Artifacts files = to_artifacts(compiled(one_layer(2, 2, {0.3, -0.1234, 0.2, 0.05}, 0.9)));
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

TEST(CompiledErrors, NotACompiledNetwork) {
    EXPECT_EQ(error_of("synfire-compiled", "snn-json"),
              "network.json: error: is not the description of a compiled network\n"
              "  expected: \"format\": \"synfire-compiled\"\n" +
                  hint);
    EXPECT_EQ(
        error_of("{", "["),
        "network.json: error: is not JSON\n  expected: the network.json of a compiled directory\n" + hint);
    EXPECT_EQ(error_of("\"version\": 4", "\"version\": 5"),
              "network.json: error: field 'version': version 5 is unknown\n  expected: 2 to 4\n" + hint);
    EXPECT_EQ(error_of("\"version\": 4", "\"version\": 2"), "accepted");
}

TEST(CompiledErrors, MissingAndUnknownFields) {
    EXPECT_EQ(error_of("\"beta\"", "\"gamma\""),
              "network.json: error: field 'network.populations[0].gamma': is not a field of this format\n"
              "  expected: name, shape, alpha, beta, bias, initial_v, initial_i, v_min, "
              "periodic_reset, spiking\n" +
                  hint);
    EXPECT_EQ(error_of("\"beta\": 0.9,", ""),
              "network.json: error: field 'network.populations[0].beta': is missing\n"
              "  expected: every field of the format\n" +
                  hint);
}

TEST(CompiledErrors, WrongTypes) {
    EXPECT_EQ(error_of("\"beta\": 0.9", "\"beta\": true"),
              "network.json: error: field 'network.populations[0].beta': is not a number\n"
              "  expected: a number\n" +
                  hint);
    EXPECT_EQ(error_of("\"decay_v\": 410", "\"decay_v\": 410.5"),
              "network.json: error: field 'integers.populations[0].decay_v': is not a whole number\n"
              "  expected: a whole number, -2147483647..2147483647\n" +
                  hint);
    EXPECT_EQ(error_of("\"clamp\"", "\"bounce\""),
              "network.json: error: field 'integers.rules.accumulator.overflow': 'bounce' is unknown\n"
              "  expected: wrap, wrap_once, clamp, saturate\n" +
                  hint);
}

TEST(CompiledErrors, OutOfRange) {
    EXPECT_EQ(error_of("\"decay_v\": 410", "\"decay_v\": 4097"),
              "network.json: error: node 'lif', field 'decay_v': value 4097 at index 0 is out of range\n"
              "  expected: 0..4096\n"
              "  hint: was the file edited? compile or import the model again\n");
    EXPECT_EQ(error_of("\"target\": 0", "\"target\": 7"),
              "network.json: error: node 'fc', field 'source': names a layer that does not exist\n"
              "  hint: check the layer order\n");
    EXPECT_EQ(error_of("\"bits\": 32", "\"bits\": 64"),
              "network.json: error: field 'integers.rules.accumulator.bits': value 64 is out of range\n"
              "  expected: a whole number, 2..32\n" +
                  hint);
    EXPECT_EQ(error_of("\"index\": 0", "\"index\": 99999999999999999999"),
              "network.json: error: field 'network.connections[0].source.index': is not a whole number\n"
              "  expected: a whole number, 0..1073741824\n" +
                  hint);
}

TEST(CompiledErrors, Arrays) {
    const std::string name = "arrays/int.connection0.weight.npy";
    EXPECT_EQ(error_of("mcu", "mcu", name, {{2, 3}, std::vector<std::int16_t>(6)}),
              "network.json: error: field 'integers.connections[0].weight': "
              "'arrays/int.connection0.weight.npy' has shape [2, 3]\n"
              "  expected: [2, 2]\n" +
                  hint);
    EXPECT_EQ(error_of("mcu", "mcu", name, {{2, 2}, std::vector<float>(4)}),
              "network.json: error: field 'integers.connections[0].weight': "
              "'arrays/int.connection0.weight.npy' has another type of numbers\n"
              "  expected: integers of 16 bits\n" +
                  hint);
    EXPECT_EQ(error_of("arrays/int.connection0.weight.npy", "arrays/none.npy").substr(0, 16),
              "arrays/none.npy:");
    EXPECT_NE(error_of("arrays/int.connection0.weight.npy", "../../../etc/passwd"), "accepted");
    EXPECT_NE(error_of("arrays/int.connection0.weight.npy", "/etc/passwd"), "accepted");
}

TEST(CompiledErrors, NetworksThatDiffer) {
    EXPECT_EQ(error_of("\"kind\": \"spikes\"", "\"kind\": \"real\""),
              "network.json: error: field 'integers.inputs': differ from those of the float network\n"
              "  expected: equal names, shapes and kinds\n" +
                  hint);
    EXPECT_EQ(error_of("\"delay\": 0", "\"delay\": 1"),
              "network.json: error: field 'integers.connections': differ from those of the float network\n"
              "  expected: equal sources, targets, delays and outputs\n" +
                  hint);
}

// Prefixes and single changed bytes of the description either read or are refused; nothing crashes.
TEST(CompiledErrors, DamagedBytesNeverCrash) {
    const Folder folder;
    const Artifacts files = to_artifacts(compiled(one_layer(1, 1, {0.3}, 0.9)));
    write_artifacts(folder.path, files);
    const std::string& json = files.at("network.json");
    std::size_t refused = 0;
    for (std::size_t k = 0; k < json.size(); k += 3) {
        std::string bytes = json;
        bytes[k] = static_cast<char>(bytes[k] ^ (1 << (k % 7)));
        write_file(folder.path / "network.json", k % 2 == 0 ? bytes : json.substr(0, k));
        try {
            read_compiled(folder.path);
        } catch (const InputError& e) {
            ++refused;
            EXPECT_FALSE(e.diagnostic.hint.empty()) << e.what();
        }
    }
    EXPECT_GT(refused, json.size() / 6);
}

}  // namespace
}  // namespace synfire
