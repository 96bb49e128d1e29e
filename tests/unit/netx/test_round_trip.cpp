// What the Loihi target writes as .net comes back with the same integers.
#include <gtest/gtest.h>

#include "compiler/quantize/fingerprint.hpp"
#include "compiler/quantize/quantize.hpp"
#include "compiler/quantize/shared_weights.hpp"
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

IntNetwork taken_over(const std::string& bytes) {
    Outcome o = read_bytes(bytes);
    EXPECT_TRUE(o.network) << o.text();
    QuantizeOptions options;
    options.profile = "lava";
    return quantize(*o.network, options, o.report);
}

// Two convolutions, a flatten layer and two dense ones; the fingerprint covers every integer.
TEST(RoundTrip, ConvolutionsStayConvolutions) {
    IntNetwork written = taken_over(data_bytes("images.net"));
    // Values per channel, and one per neuron.
    IntPopulation& first = written.populations[0];
    const std::size_t n = neurons(first), plane = n / first.shape[0];
    first.threshold.resize(n);
    first.bias.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        first.threshold[i] = 64 * static_cast<std::int32_t>(100 + i / plane);
        first.bias[i] = 64 * static_cast<std::int32_t>(i % 17);
    }
    ASSERT_FALSE(loihi::netx_refusal(written));
    const IntNetwork read = taken_over(loihi::to_netx(written));
    EXPECT_EQ(fingerprint(read), fingerprint(written));
    std::size_t convolutions = 0;
    for (std::size_t c = 0; c < read.connections.size(); ++c) {
        EXPECT_EQ(shared_weights(read.connections[c]), shared_weights(written.connections[c]));
        convolutions += read.connections[c].convolution.has_value();
    }
    EXPECT_EQ(convolutions, 2U);
    EXPECT_EQ(read.populations[0].shape, first.shape);
}

TEST(RoundTrip, ConvolutionsThatNetxPadsOtherwiseBecomeMatrices) {
    IntNetwork written = taken_over(data_bytes("images.net"));
    written.connections[0].convolution.reset();
    ASSERT_FALSE(loihi::netx_refusal(written));
    const IntNetwork read = taken_over(loihi::to_netx(written));
    EXPECT_EQ(fingerprint(read), fingerprint(written));
    for (const IntConnection& c : read.connections) EXPECT_FALSE(c.convolution);
}

TEST(RoundTrip, ConvolutionsBeyond24BitsAreRefused) {
    IntNetwork written = taken_over(data_bytes("images.net"));
    written.connections[0].exponent = 16;
    const std::optional<Diagnostic> d = loihi::netx_refusal(written);
    ASSERT_TRUE(d);
    EXPECT_NE(d->reason.find("network.net is not written: its convolution would wrap sums of"),
              std::string::npos)
        << d->reason;
    EXPECT_FALSE(d->hint.empty());
}

}  // namespace
}  // namespace synfire
