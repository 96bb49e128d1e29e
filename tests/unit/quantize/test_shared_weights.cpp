// Convolutions that survive quantization: their kernel is found again, and only where every synapse has its
// weight.
#include <filesystem>

#include <gtest/gtest.h>

#include "compiler/quantize/check_integers.hpp"
#include "compiler/quantize/compiled.hpp"
#include "compiler/quantize/matrix_of_stage.hpp"
#include "compiler/quantize/quantize.hpp"
#include "compiler/quantize/shared_weights.hpp"
#include "tests/unit/quantize/networks.hpp"

namespace synfire {
namespace {

using testing::pick;
using testing::Random;

Window random_window(Random& random, const Shape& input) {
    Window w;
    for (std::size_t axis = 0; axis < 2; ++axis) {
        w.stride[axis] = 1 + pick(random, 3);
        w.dilation[axis] = 1 + pick(random, 2);
        w.pad_before[axis] = pick(random, 3);
        w.pad_after[axis] = pick(random, 3);
        const std::size_t padded = input[axis + 1] + w.pad_before[axis] + w.pad_after[axis];
        w.kernel[axis] = 1 + pick(random, std::min<std::size_t>(4, (padded - 1) / w.dilation[axis] + 1));
    }
    return w;
}

Convolution random_convolution(Random& random, const Shape& input) {
    Convolution c;
    c.input = input;
    c.groups = input[0] % 2 == 0 && pick(random, 3) == 0 ? (pick(random, 2) == 0 ? 2 : input[0]) : 1;
    c.filters = c.groups * (1 + pick(random, 3));
    c.window = random_window(random, input);
    c.weight = testing::weights(random,
                                c.filters * input[0] / c.groups * c.window.kernel[0] * c.window.kernel[1], 1);
    return c;
}

Pool sum_pool(const Shape& input, std::size_t side, std::size_t stride) {
    Pool p{Pool::Kind::average, input, {}, true};
    p.window.kernel = {side, side};
    p.window.stride = {stride, stride};
    return p;
}

// One input through the stages into one population.
Network through(const Shape& input, std::vector<Stage> stages) {
    Network n = testing::one_layer(1, 1, {1}, 0.5);
    n.inputs[0].shape = input;
    n.connections[0].stages = std::move(stages);
    std::size_t size = *element_count(input);
    for (const Stage& s : n.connections[0].stages) size = outputs(s, size);
    n.populations[0].shape = {size};
    return n;
}

IntConnection quantized(const Network& network, Report& report, const Granularity granularity = {}) {
    QuantizeOptions options;
    options.granularity = granularity;
    return quantize(network, options, report).connections[0];
}

// The kernel of the connection, spread out again, is the connection.
void expect_shared(const IntConnection& c) {
    const auto kernel = shared_weights(c);
    ASSERT_TRUE(kernel);
    Convolution spread = *c.convolution;
    spread.weight.assign(kernel->begin(), kernel->end());
    const Matrix all = matrix_of(spread, c.inputs);
    ASSERT_EQ(all.outputs, c.outputs);
    std::vector<std::int16_t> dense(c.outputs * c.inputs, 0);
    for (std::size_t o = 0; o < all.outputs; ++o)
        for (std::size_t k = all.begin(o); k < all.end(o); ++k)
            dense[o * c.inputs + all.column[k]] = static_cast<std::int16_t>(all.weight[k]);
    EXPECT_EQ(dense, dense_weights(c));
}

TEST(SharedWeights, OfRandomConvolutions) {
    Random random(1);
    std::size_t shared = 0;
    for (int k = 0; k < 300; ++k) {
        SCOPED_TRACE(k);
        const Shape input{1 + pick(random, 4), 1 + pick(random, 8), 1 + pick(random, 8)};
        Report report;
        const auto granularity = pick(random, 2) == 0 ? Granularity::layer : Granularity::neuron;
        const IntConnection c =
            quantized(through(input, {random_convolution(random, input)}), report, granularity);
        // All but kernels that reach mostly beyond the image.
        if (!c.convolution) continue;
        ++shared;
        expect_shared(c);
    }
    EXPECT_GT(shared, 200U);
}

TEST(SharedWeights, OfChainsThatAreOneConvolution) {
    Random random(2);
    const Shape image{2, 8, 8};
    Convolution first = random_convolution(random, image);
    first.window = {{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}};
    first.groups = 1;
    first.filters = 4;
    first.weight = testing::weights(random, std::size_t{4} * 2 * 9, 1);
    Convolution second = first;
    second.input = {2, 4, 4};
    Convolution strided = first;
    strided.window = {{2, 2}, {2, 2}, {2, 2}, {0, 0}, {0, 0}};
    strided.weight = testing::weights(random, std::size_t{4} * 2 * 4, 1);
    const Shape made{4, 8, 8};
    const Scale gain{PerNeuron(256, 0.5), {}};
    const std::vector<std::vector<Stage>> chains{
        {sum_pool(image, 2, 2), second},     {first, sum_pool(made, 2, 2)},
        {first, gain, sum_pool(made, 3, 1)}, {sum_pool(image, 2, 2)},
        {sum_pool(image, 1, 1), strided},
    };
    for (std::size_t k = 0; k < chains.size(); ++k) {
        SCOPED_TRACE(k);
        Report report;
        const IntConnection c = quantized(through(image, chains[k]), report);
        ASSERT_TRUE(c.convolution);
        expect_shared(c);
    }
}

TEST(SharedWeights, NotWhereFactorsOrBordersDiffer) {
    Random random(3);
    const Shape image{1, 6, 6};
    Convolution c = random_convolution(random, image);
    c.window = {{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}};
    c.filters = 1;
    c.weight = testing::weights(random, 9, 1);
    PerNeuron factor(36, 1.0);
    factor[7] = 0.25;
    Report report;
    EXPECT_FALSE(quantized(through(image, {c, Scale{factor, {}}}), report).convolution);
    ASSERT_GE(report.diagnostics.size(), 1U);
    EXPECT_EQ(to_text(report.diagnostics.back()),
              "note: node 'fc', field 'weight': its 256 synapses do not share the weights of one kernel, as "
              "the border, factors per neuron or the rounding differ; they are stored one by one\n");
    // Two padded kernels are none: the first one's border is cut off before the second.
    EXPECT_FALSE(quantized(through(image, {c, c}), report).convolution);
    EXPECT_FALSE(
        quantized(through(image, {Dense{2, 36, testing::weights(random, 72, 1), {}}}), report).convolution);
}

IntNetwork one_convolution() {
    Random random(4);
    const Shape image{2, 5, 4};
    Convolution c = random_convolution(random, image);
    c.groups = 1;
    c.filters = 3;
    c.window = {{3, 2}, {2, 1}, {1, 1}, {1, 0}, {1, 0}};
    c.weight = testing::weights(random, 36, 1);
    Report report;
    return quantize(through(image, {c}), {}, report);
}

TEST(SharedWeights, NotWhereASynapseDiffersOrIsMissing) {
    const IntConnection good = one_convolution().connections[0];
    expect_shared(good);
    for (std::size_t k = 0; k < good.weight.size(); ++k) {
        IntConnection bad = good;
        ++bad.weight[k];
        EXPECT_FALSE(shared_weights(bad)) << k;
    }
    IntConnection missing = good;
    for (std::size_t o = 1; o < missing.first.size(); ++o) --missing.first[o];
    missing.weight.erase(missing.weight.begin());
    missing.column.erase(missing.column.begin());
    EXPECT_FALSE(shared_weights(missing));
    // Written out as a matrix it is the same convolution.
    IntConnection dense = good;
    dense.weight = dense_weights(good);
    dense.first.clear();
    dense.column.clear();
    EXPECT_EQ(shared_weights(dense), shared_weights(good));
    dense.weight[3] = 5;
    EXPECT_FALSE(shared_weights(dense));
}

TEST(SharedWeights, AreCheckedInNetworksFromElsewhere) {
    const auto error_of = [](const IntNetwork& n) {
        Report report;
        check(n, "x", report);
        return report.diagnostics.empty() ? "accepted" : to_text(report.diagnostics[0]);
    };
    const std::string hint = "\n  hint: was the file edited? compile or import the model again\n";
    IntNetwork n = one_convolution();
    EXPECT_EQ(error_of(n), "accepted");
    ++n.connections[0].weight[4];
    EXPECT_EQ(error_of(n),
              "x: error: node 'fc', field 'convolution': the synapses are not those of one kernel\n"
              "  expected: the weight of every synapse at its place in the kernel" +
                  hint);
    const std::string unfit =
        "x: error: node 'fc', field 'convolution': does not fit the connection\n"
        "  expected: a convolution from 40 to " +
        std::to_string(n.connections[0].outputs) + " values" + hint;
    n = one_convolution();
    n.connections[0].convolution->filters = 2;
    EXPECT_EQ(error_of(n), unfit);
    n.connections[0].convolution->filters = 3;
    n.connections[0].convolution->window.dilation = {0, 1};
    EXPECT_EQ(error_of(n), unfit);
    n.connections[0].convolution->window.dilation = {1, 1};
    n.connections[0].convolution->groups = 0;
    EXPECT_EQ(error_of(n), unfit);
}

TEST(SharedWeights, AreWrittenAndReadWithTheCompiledNetwork) {
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / "synfire_test_shared_weights";
    std::filesystem::remove_all(folder);
    Random random(5);
    const Shape image{1, 6, 6};
    Convolution c = random_convolution(random, image);
    Compiled written;
    written.target = "mcu";
    written.network = through(image, {c});
    Report report;
    written.integers = quantize(written.network, {}, report);
    ASSERT_TRUE(written.integers.connections[0].convolution);
    Artifacts files = to_artifacts(written);
    write_artifacts(folder, files);
    const Compiled read = read_compiled(folder);
    EXPECT_EQ(to_artifacts(read), files);
    expect_shared(read.integers.connections[0]);
    std::string& json = files["network.json"];
    const std::string place = "\"groups\": 1", instead = "\"groups\": \"1\"";
    const std::size_t at = json.rfind(place);
    ASSERT_NE(at, std::string::npos);
    json.replace(at, place.size(), instead);
    write_artifacts(folder, files);
    try {
        read_compiled(folder);
        ADD_FAILURE() << "a word was taken for a number";
    } catch (const InputError& e) {
        EXPECT_NE(std::string(e.what()).find("field 'integers.connections[0].convolution.groups': is not a "
                                             "whole number"),
                  std::string::npos)
            << e.what();
    }
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace synfire
