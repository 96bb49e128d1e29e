// A device at the end of a line against the network it should run.
#pragma once

#include <gtest/gtest.h>

#include "compiler/quantize/fingerprint.hpp"
#include "compiler/quantize/levels.hpp"
#include "hil/link.hpp"
#include "tests/unit/mcu/random_network.hpp"

namespace synfire::test {

inline hil::DeviceShape shape_of(const IntNetwork& network) {
    hil::DeviceShape shape;
    for (const IntPopulation& p : network.populations) {
        shape.neurons.push_back(neurons(p));
        shape.spiking.push_back(p.spiking);
    }
    shape.outputs = network.outputs;
    for (const Input& input : network.inputs) shape.inputs += carries_values(input) ? 0 : neurons(input);
    const LevelFormat levels = level_format(network);
    shape.levels = {levels.count, levels.bytes};
    return shape;
}

// On a host that has other things to do, too.
inline hil::LinkOptions patient() {
    hil::LinkOptions options;
    options.limit = std::chrono::seconds(60);
    return options;
}

// Runs random samples, plain and observed, and expects exactly what the network computes.
inline void expect_samples(hil::Link& link, const IntNetwork& network, std::size_t samples, std::size_t steps,
                           unsigned seed) {
    const hil::DeviceFacts device = hil::greet(link);
    EXPECT_EQ(device.hello.fingerprint, fingerprint(network));
    const hil::DeviceShape shape = shape_of(network);
    std::mt19937 random(seed);
    for (std::size_t sample = 0; sample < samples; ++sample) {
        SCOPED_TRACE("sample " + std::to_string(sample));
        const hil::SpikeInput input{steps, random_spikes(random, steps, shape.inputs)};
        const auto expected = plain_run(network, steps, input.spikes);
        const hil::SampleRun plain = hil::run_sample(link, device, shape, input, false);
        for (std::size_t o : shape.outputs) {
            if (shape.spiking[o])
                ASSERT_EQ(plain.record.populations[o].s, expected[o].s);
            else
                ASSERT_EQ(plain.record.populations[o].v, expected[o].v);
        }
        const hil::SampleRun observed = hil::run_sample(link, device, shape, input, true);
        for (std::size_t p = 0; p < expected.size(); ++p) {
            ASSERT_EQ(observed.record.populations[p].s, expected[p].s) << "s of population " << p;
            ASSERT_EQ(observed.record.populations[p].u, expected[p].u) << "u of population " << p;
            ASSERT_EQ(observed.record.populations[p].v, expected[p].v) << "v of population " << p;
        }
        ASSERT_EQ(plain.latency.size(), steps);
        ASSERT_EQ(plain.counts.size(), steps);
    }
}

}  // namespace synfire::test
