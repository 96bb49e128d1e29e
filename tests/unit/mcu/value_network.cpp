#include "tests/unit/mcu/value_network.hpp"

#include <algorithm>

#include "compiler/quantize/levels.hpp"
#include "emulator/synapses.hpp"
#include "targets/mcu/mcu.hpp"
#include "targets/mcu/values.hpp"

namespace synfire::test {
namespace {

int between(std::mt19937& random, int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
}

bool one_in(std::mt19937& random, int n) {
    return between(random, 1, n) == 1;
}

void make_values(std::mt19937& random, Input& input, bool counts) {
    input.kind = SignalKind::real;
    if (counts && one_in(random, 4)) {
        input.kind = SignalKind::counts;
        return;
    }
    const int levels[] = {127, 127, 255, 255, 40, 1000, 32767};
    input.levels = levels[between(random, 0, 6)];
    input.range = one_in(random, 2) ? input.levels : 1.5;
}

// All synapses, for values.
void draw_weights(std::mt19937& random, const IntNetwork& network, IntConnection& c) {
    const int most = network.inputs[c.source.index].levels;
    c.delay = 0;
    c.source_pool.reset();
    c.inputs = width(network, c.source);
    c.first.clear();
    c.column.clear();
    c.exponent = between(random, 0, most < 1000 ? 4 : 1);
    const int largest = most > 1000 ? 127 : one_in(random, 3) ? 3000 : one_in(random, 3) ? 7 : 127;
    const bool sparse = one_in(random, 3);
    const int absent = between(random, 2, 9);
    c.weight.clear();
    if (sparse) c.first.push_back(0);
    for (std::size_t o = 0; o < c.outputs; ++o) {
        for (std::size_t i = 0; i < c.inputs; ++i) {
            if (sparse && !one_in(random, absent)) continue;
            if (sparse) c.column.push_back(static_cast<std::uint32_t>(i));
            c.weight.push_back(static_cast<std::int16_t>(between(random, -largest - 1, largest)));
        }
        if (sparse) c.first.push_back(static_cast<std::uint32_t>(c.weight.size()));
    }
}

IntNetwork with_values(std::mt19937& random, IntNetwork network, bool counts) {
    const auto first =
        static_cast<std::size_t>(between(random, 0, static_cast<int>(network.inputs.size()) - 1));
    for (std::size_t k = 0; k < network.inputs.size(); ++k)
        if (k == first || one_in(random, 2)) make_values(random, network.inputs[k], counts);
    for (IntConnection& c : network.connections)
        if (mcu::reads_values(network, c)) draw_weights(random, network, c);
    // Thresholds that values reach and miss.
    for (IntPopulation& p : network.populations)
        for (std::int32_t& threshold : p.threshold)
            if (p.spiking && threshold < 1 << 20) threshold *= between(random, 1, 200);
    return network;
}

template <class Make>
IntNetwork emittable(Make make) {
    for (;;) {
        IntNetwork network = make();
        const bool feeds = std::any_of(network.connections.begin(), network.connections.end(),
                                       [&](const auto& c) { return mcu::reads_values(network, c); });
        Report report;
        mcu::check(network, {}, report);
        if (feeds && !report.has_errors()) return network;
    }
}

double random_value(std::mt19937& random, const IntNetwork& network, const Input& input) {
    if (input.kind == SignalKind::spikes) return one_in(random, 3) ? 1 : 0;
    if (input.kind == SignalKind::counts) return one_in(random, 3) ? between(random, 0, 255) : 0;
    // Some at the ends and beyond them, some exactly between two levels.
    const double low = level_range(network, input).low < 0 ? -1.0 : 0.0;
    const double part = one_in(random, 8)   ? 1.2
                        : one_in(random, 8) ? 0.5
                        : one_in(random, 4) ? 0
                                            : std::uniform_real_distribution<double>(0, 1)(random);
    return (low < 0 && one_in(random, 2) ? -part : part) * input.range;
}

}  // namespace

IntNetwork random_value_network(std::mt19937& random) {
    return emittable([&] { return with_values(random, random_network(random), true); });
}

IntNetwork random_value_layers(std::mt19937& random) {
    return emittable([&] { return with_values(random, random_layers(random), true); });
}

ValueSample random_sample(std::mt19937& random, const IntNetwork& network, std::size_t steps) {
    ValueSample sample;
    sample.steps = steps;
    for (const Input& input : network.inputs) sample.signals.push_back({steps, neurons(input), {}});
    const int stays = one_in(random, 3) ? 1 : one_in(random, 2) ? 4 : 1 << 20;  // steps, on average
    for (std::size_t t = 0; t < steps; ++t) {
        const bool change = t == 0 || one_in(random, stays);
        for (std::size_t k = 0; k < network.inputs.size(); ++k) {
            const Input& input = network.inputs[k];
            std::vector<double>& values = sample.signals[k].values;
            for (std::size_t i = 0; i < neurons(input); ++i) {
                const bool keep = carries_values(input) && !change;
                const double x =
                    keep ? values[values.size() - neurons(input)] : random_value(random, network, input);
                values.push_back(x);
                if (carries_values(input))
                    sample.levels.push_back(static_cast<std::int16_t>(to_level(x, input)));
                else
                    sample.spikes.push_back(x != 0);
            }
        }
    }
    return sample;
}

}  // namespace synfire::test
