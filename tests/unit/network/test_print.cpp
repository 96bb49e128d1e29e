// The canonical text of a network.
#include <gtest/gtest.h>

#include "compiler/network/print.hpp"
#include "tests/unit/network/example.hpp"

using namespace synfire;

TEST(Print, ShowsEveryPart) {
    Network network = example_network();
    network.populations[0].alpha = {0.25, 0.75};
    network.populations[0].bias = {0.5};
    network.populations[1].spiking.reset();
    network.connections[1].delay = 2;
    EXPECT_EQ(print(network),
              "network example\n"
              "input x [3]: spikes\n"
              "population hidden [2]: beta 0.5, alpha 0.25..0.75 (2 values), bias 0.5, spikes when v > 1, "
              "reset subtract 1 in the next step\n"
              "population out [1]: beta 0.5, no spikes\n"
              "connection fc1: x -> hidden, dense 3 -> 2, weights 0.75\n"
              "connection fc2: hidden -> out, delay 2 steps, dense 2 -> 1, weights 0.75\n"
              "output out\n");
}
