// Chains of stages as integers: where weights are whole numbers and nothing leaks, every spike and every
// state of the emulator must equal the reference's.
#include <cmath>
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/network/check.hpp"
#include "compiler/quantize/carry_over.hpp"
#include "compiler/quantize/quantize.hpp"
#include "emulator/emulate.hpp"
#include "emulator/reference.hpp"
#include "tests/unit/quantize/networks.hpp"

namespace synfire {
namespace {

using testing::pick;
using testing::Random;

std::vector<double> whole_numbers(Random& random, std::size_t n) {
    std::vector<double> w(n);
    for (double& x : w) x = static_cast<double>(pick(random, 13)) - 5;
    return w;
}

Window random_window(Random& random, bool dilated) {
    Window w;
    w.kernel = {1 + pick(random, 3), 1 + pick(random, 3)};
    w.stride = {1 + pick(random, 2), 1 + pick(random, 2)};
    if (dilated) w.dilation = {1, 1 + pick(random, 2)};
    w.pad_before = {pick(random, 2), pick(random, 2)};
    w.pad_after = {pick(random, 2), pick(random, 2)};
    return w;
}

Convolution random_convolution(Random& random, const Shape& image, bool with_bias) {
    Convolution c;
    c.input = image;
    c.groups = image[0] % 2 == 0 && pick(random, 2) == 0 ? 2 : 1;
    c.filters = c.groups * (1 + pick(random, 3));
    c.window = random_window(random, true);
    c.weight =
        whole_numbers(random, c.filters * image[0] / c.groups * c.window.kernel[0] * c.window.kernel[1]);
    if (with_bias) c.bias = whole_numbers(random, c.filters);
    return c;
}

Pool random_pool(Random& random, const Shape& image, Pool::Kind kind) {
    Pool p;
    p.kind = kind;
    p.input = image;
    p.window = random_window(random, false);
    p.window.kernel = {2, 2};
    return p;
}

// A chain that ends in an image; shape becomes its shape.
std::vector<Stage> random_chain(Random& random, Shape& shape) {
    std::vector<Stage> stages;
    const auto add = [&](auto stage) {
        shape = output_shape(stage);
        stages.push_back(std::move(stage));
    };
    if (pick(random, 3) == 0) add(random_pool(random, shape, Pool::Kind::maximum));
    add(random_convolution(random, shape, pick(random, 2) == 0));
    switch (pick(random, 5)) {
        case 0:
            add(random_pool(random, shape, Pool::Kind::sum));
            break;
        case 1:
            add(random_pool(random, shape, Pool::Kind::maximum));
            break;
        case 2:
            stages.push_back(Scale{{2}, {1}});
            break;
        case 3:
            add(random_convolution(random, shape, true));
            break;
        default:
            break;
    }
    return stages;
}

Population integrators(Random& random, const std::string& name, const Shape& shape) {
    Population p;
    p.name = name;
    p.shape = shape;
    p.beta = {1};
    const double theta = 8 + static_cast<double>(pick(random, 8));
    p.spiking = Spiking{{theta}, Compare::greater_equal, SoftReset{{theta}, false}};
    switch (pick(random, 5)) {
        case 0:
            p.spiking->compare = Compare::greater;
            p.spiking->reset = NoDelayReset{false, {theta}};
            break;
        case 1:
            p.spiking->max_spikes = 3;
            break;
        case 2:
            p.v_min = {-3};
            break;
        case 3:
            p.periodic_reset = {4, 2};
            break;
        default:
            p.initial_v = {2};
            break;
    }
    return p;
}

// image -> chain -> population -> (flattened in another order) dense -> population, with a recurrent loop.
Network random_image_network(Random& random) {
    Network n;
    n.name = "images";
    Shape shape{1 + pick(random, 2), 5, 5};
    n.inputs = {{"in", shape, pick(random, 2) == 0 ? SignalKind::counts : SignalKind::spikes}};
    Connection chain;
    chain.name = "chain";
    chain.stages = random_chain(random, shape);
    n.populations.push_back(integrators(random, "image", shape));
    n.connections.push_back(chain);

    const std::size_t hidden = neurons(n.populations[0]);
    n.populations.push_back(integrators(random, "out", {3}));
    Connection dense;
    dense.name = "dense";
    dense.source = {Presynaptic::Kind::population, 0};
    dense.target = 1;
    IndexMap reversed{hidden, {}};
    for (std::size_t i = hidden; i-- > 0;)
        reversed.source.push_back(pick(random, 9) == 0 ? IndexMap::nothing : i);
    dense.stages = {reversed, Dense{3, hidden, whole_numbers(random, 3 * hidden), {}}};
    n.connections.push_back(dense);
    Connection loop;
    loop.name = "loop";
    loop.source = {Presynaptic::Kind::population, 1};
    loop.target = 1;
    loop.delay = 2;
    loop.stages = {to_sparse({3, 3, {0, -2, 0, 1, 0, 0, 0, 3, 0}, {}})};
    n.connections.push_back(loop);
    n.outputs = {1};
    return n;
}

Signal random_input(Random& random, const Network& n, std::size_t steps) {
    Signal signal{steps, neurons(n.inputs[0]), {}};
    const std::size_t most = n.inputs[0].kind == SignalKind::counts ? 4 : 2;
    for (std::size_t i = 0; i < steps * signal.neurons; ++i)
        signal.values.push_back(static_cast<double>(pick(random, most)));
    return signal;
}

void expect_equal(const Network& n, const IntNetwork& q, const Signal& input, const std::string& what) {
    const FloatTrace expected = simulate(n, {input});
    const IntTrace actual = emulate(q, {input});
    for (std::size_t p = 0; p < n.populations.size(); ++p) {
        const auto& e = expected.populations[p];
        const auto& a = actual.populations[p];
        ASSERT_EQ(e.s, a.s) << what << ", population " << e.name;
        for (std::size_t cell = 0; cell < e.v.size(); ++cell)
            ASSERT_NEAR(e.v[cell] * at(q.populations[p].scale, cell % e.neurons), a.v[cell], 1e-6)
                << what << ", population " << e.name << ", cell " << cell;
    }
}

// Whether a unit of potential is a whole number of integer units: then no parameter is rounded.
bool keeps_whole_numbers(const IntNetwork& q) {
    for (const IntPopulation& p : q.populations)
        for (double scale : p.scale)
            if (scale != std::round(scale)) return false;
    return true;
}

TEST(QuantizeStages, WholeNumbersStayExact) {
    Random random(11);
    std::size_t spikes = 0, pooled = 0, quantized = 0;
    for (int trial = 0; trial < 200; ++trial) {
        const Network n = random_image_network(random);
        Report report;
        check(n, "", report);
        if (report.has_errors()) continue;  // a kernel that does not fit its image
        const Signal input = random_input(random, n, 12);
        const std::string what = "trial " + std::to_string(trial);
        QuantizeOptions options;
        options.weight_bits = 16;  // products of two convolutions need more than 8
        options.granularity = Granularity::layer;
        const IntNetwork q = quantize(n, options, report);
        if (keeps_whole_numbers(q)) {
            ++quantized;
            expect_equal(n, q, input, what + ", mcu");
        }
        expect_equal(n, carry_over(n, report), input, what + ", lava");
        const FloatTrace trace = simulate(n, {input});
        for (std::uint8_t s : trace.populations[1].s) spikes += s;
        pooled += carry_over(n, report).connections[0].sum_pool.has_value();
    }
    EXPECT_GT(spikes, 1000U);
    EXPECT_GT(pooled, 10U);
    EXPECT_GT(quantized, 50U);
}

TEST(QuantizeStages, SharedWeightsShareAScale) {
    Random random(5);
    Network n = random_image_network(random);
    Shape shape{2, 6, 6};
    n.inputs[0].shape = shape;
    Convolution c = random_convolution(random, shape, false);
    c.filters = 2;
    c.groups = 1;
    c.weight = testing::weights(random, 2 * 2 * c.window.kernel[0] * c.window.kernel[1], 1);
    shape = output_shape(c);
    Population p = integrators(random, "image", shape);
    p.beta = {0.9};
    n.populations = {p};
    n.connections.resize(1);
    n.connections[0].stages = {c};
    n.outputs = {0};
    Report report;
    const IntNetwork q = quantize(n, {}, report);
    const std::size_t plane = shape[1] * shape[2];
    ASSERT_EQ(q.populations[0].scale.size(), 2 * plane);
    for (std::size_t j = 0; j < 2 * plane; ++j)
        EXPECT_EQ(q.populations[0].scale[j], q.populations[0].scale[j / plane * plane]);
    EXPECT_NE(q.populations[0].scale[0], q.populations[0].scale[plane]);
}

TEST(QuantizeStages, RealInputsBecomeLevels) {
    Network n = testing::one_layer(1, 2, {1, -1}, 1);
    n.inputs[0].kind = SignalKind::real;
    n.inputs[0].range = 2;
    Report report;
    const IntNetwork q = quantize(n, {}, report);
    const IntTrace trace = emulate(q, {{3, 2, {2, 0, -1, 0.5, 5, 0}}});
    const double unit = q.populations[0].scale[0] * 2 / 127;
    // 2 is 127 levels, -1 is -64 (63.5 rounded away from zero), 0.5 is 32, and 5 is held at 127.
    EXPECT_NEAR(trace.populations[0].v[0], 127 * unit, 1e-6);
    EXPECT_NEAR(trace.populations[0].v[1] - trace.populations[0].v[0], -96 * unit, 1e-6);
    EXPECT_NEAR(trace.populations[0].v[2] - trace.populations[0].v[1], 127 * unit, 1e-6);
}

std::string text_of_errors(const Network& n, const std::string& profile = "mcu") {
    Report report;
    QuantizeOptions options;
    options.profile = profile;
    EXPECT_THROW(quantize(n, options, report), StageFailed);
    std::string text;
    for (const Diagnostic& d : report.diagnostics)
        if (d.severity == Severity::error) text += to_text(d);
    return text;
}

TEST(QuantizeStages, RefusesPoolsBetweenLayers) {
    Network n = testing::one_layer(4, 4, std::vector<double>(16, 1.0), 1);
    Pool pool;
    pool.kind = Pool::Kind::maximum;
    pool.input = {1, 2, 2};
    n.connections[0].stages = {Scale{{2}, {}}, pool, Scale{{2}, {}}};
    EXPECT_EQ(text_of_errors(n),
              "error: node 'fc', field 'stages': a maximum pool stands between layers without neurons\n"
              "  expected: neurons behind every maximum pool\n"
              "  hint: use average pooling, or put neurons behind the pool\n");
    pool.window.kernel = {1, 2};
    n.populations[0].shape = {2};
    n.connections[0].stages = {Scale{{2}, {1, 2, 3, 4}}, pool};
    EXPECT_EQ(text_of_errors(n),
              "error: node 'fc', field 'bias': differs between the sums of one maximum pool\n"
              "  expected: one bias per channel\n"
              "  hint: move the bias behind the pool\n");
}

TEST(QuantizeStages, LavaProfileTakesOnlyItsOwnIntegers) {
    Network n = testing::one_layer(1, 2, {1, 0.5}, 0.3);
    EXPECT_EQ(text_of_errors(n, "lava"),
              "error: node 'lif', field 'beta': value 0.3 at index 0 is not one of the profile's\n"
              "  expected: multiples of 1/4096, at most 1\n"
              "  hint: the lava profile takes trained integers over; quantize with --profile mcu or loihi "
              "instead\n"
              "error: node 'fc', field 'weight': value 0.5 at index 1 is not one of the profile's\n"
              "  expected: whole numbers, at most 32767\n"
              "  hint: the lava profile takes trained integers over; quantize with --profile mcu or loihi "
              "instead\n");
}

}  // namespace
}  // namespace synfire
