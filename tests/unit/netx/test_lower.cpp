// Layers as populations and connections: exact numbers.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "tests/unit/netx/read_data.hpp"

namespace synfire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Lower, ImagesKeepTheFilesOrderOfAxes) {
    const Outcome o = read_data("images");
    ASSERT_TRUE(o.network) << o.text();
    const Network& n = *o.network;
    EXPECT_EQ(n.inputs.at(0).shape, (Shape{2, 7, 6}));
    EXPECT_EQ(n.inputs[0].kind, SignalKind::spikes);
    EXPECT_EQ(n.populations.at(0).name, "layer1");
    EXPECT_EQ(n.populations[0].shape, (Shape{4, 4, 6}));
    const auto& conv = std::get<Convolution>(n.connections.at(0).stages.at(0));
    EXPECT_THAT(conv.window.stride, ElementsAre(2, 1));
    EXPECT_THAT(conv.window.dilation, ElementsAre(1, 2));
    EXPECT_EQ(conv.groups, 2U);
    EXPECT_EQ(at(n.populations[0].spiking->threshold, 0), 40);
    EXPECT_EQ(at(n.populations[0].spiking->threshold, 23), 40);
    EXPECT_EQ(at(n.populations[0].spiking->threshold, 24), 60);
    EXPECT_EQ(at(n.populations[0].beta, 95), 3096.0 / 4096);
    EXPECT_EQ(n.populations.at(2).name, "layer4");
    EXPECT_FALSE(n.populations.at(3).spiking);
    EXPECT_THAT(o.text(), HasSubstr("note: node 'layer5', field 'neuron/vThMant': is above every potential"));
}

TEST(Lower, OneConnectionPerDelay) {
    const Outcome o = read_data("delays");
    ASSERT_TRUE(o.network) << o.text();
    std::vector<int> delays;
    std::size_t synapses = 0;
    for (const Connection& c : o.network->connections)
        if (c.target == 0) {
            delays.push_back(c.delay);
            synapses += std::get<Sparse>(c.stages.at(0)).weight.size();
        }
    EXPECT_THAT(delays, ElementsAre(1, 2, 3, 4, 5));
    EXPECT_LE(synapses, 48U);
    EXPECT_GT(synapses, 40U);
    EXPECT_EQ(o.network->connections.back().delay, 4);
    EXPECT_TRUE(std::holds_alternative<Dense>(o.network->connections.back().stages.at(0)));
}

TEST(Lower, RecurrentLayer) {
    const Outcome o = read_data("recurrent");
    ASSERT_TRUE(o.network) << o.text();
    const Connection& c = o.network->connections.at(1);
    EXPECT_EQ(c.name, "layer0.recurrent");
    EXPECT_EQ(c.source, (Presynaptic{Presynaptic::Kind::population, 0}));
    EXPECT_EQ(c.delay, 1);
    const Population& readout = o.network->populations.at(1);
    EXPECT_FALSE(readout.spiking);
    EXPECT_THAT(readout.alpha, ElementsAre(1.0));
    EXPECT_THAT(readout.beta, ElementsAre(0.0));
}

TEST(Lower, TransformAndPeriodicReset) {
    ReadOptions options;
    options.reset_interval = 2;
    const Outcome o = read_data("driven", options);
    ASSERT_TRUE(o.network) << o.text();
    const Network& n = *o.network;
    EXPECT_EQ(n.inputs.at(0).kind, SignalKind::real);
    EXPECT_EQ(n.inputs[0].range, 3640);  // 9 x - 4 stays below 2^15
    EXPECT_EQ(n.connections.at(0).delay, 0);
    const auto& transform = std::get<Scale>(n.connections[0].stages.at(0));
    EXPECT_THAT(transform.factor, ElementsAre(9.0));
    EXPECT_THAT(transform.offset, ElementsAre(-4.0));
    EXPECT_THAT(n.populations.at(0).alpha, ElementsAre(0.0));
    EXPECT_EQ(n.populations[1].periodic_reset, (PeriodicReset{2, 1}));
    EXPECT_EQ(n.populations[2].periodic_reset, (PeriodicReset{2, 0}));
    options.raw_input = true;
    EXPECT_TRUE(read_data("driven", options).network->connections.at(0).stages.empty());
}

}  // namespace
}  // namespace synfire
