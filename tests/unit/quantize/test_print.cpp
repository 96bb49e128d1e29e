// The canonical text of integers, line by line.
#include <gtest/gtest.h>

#include "compiler/quantize/print.hpp"
#include "compiler/quantize/quantize.hpp"
#include "tests/unit/quantize/networks.hpp"

namespace synfire {
namespace {

TEST(PrintIntegers, EveryLine) {
    Network n = testing::one_layer(2, 2, {0.3, -0.1234, 0.2, 0.05}, 0.9);
    n.populations[0].spiking->reset = SoftReset{{1.0}, true};
    n.populations[0].bias = {0.1};
    Report report;
    QuantizeOptions loihi;
    loihi.profile = "loihi";
    EXPECT_EQ(
        print(quantize(n, loihi, report)),
        "integers of net, profile loihi\n"
        "rules: decay 2^-12, accumulator shift 6 22 bits wraps, current 24 bits wraps, drive 24 bits wraps, "
        "membrane 24 bits clamps\n"
        "input in [2]: spikes\n"
        "population lif [2]: decay v 410, bias 5440, spikes when v > 54144, reset subtract 54144 in the "
        "next step, scale 54144\n"
        "connection fc: in -> lif, dense 2 -> 2, weights -104..254 (4 values) * 2^0, checksum 97fdd7da\n"
        "output lif\n");
}

TEST(PrintIntegers, ChecksumSeesEveryWeight) {
    const Network n = testing::one_layer(2, 2, {0.3, -0.1234, 0.2, 0.05}, 0.9);
    Report report;
    IntNetwork q = quantize(n, {}, report);
    const std::string before = print(q);
    std::swap(q.connections[0].weight[1], q.connections[0].weight[2]);
    EXPECT_NE(print(q), before);
}

}  // namespace
}  // namespace synfire
