// Counting agreement and finding the first difference.
#include "emulator/compare.hpp"

#include <algorithm>
#include <cmath>

#include "compiler/support/report.hpp"

namespace synfire {
namespace {

void count(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b,
           SpikeAgreement& agreement) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        agreement.both += std::min(a[i], b[i]);
        agreement.either += std::max(a[i], b[i]);
    }
}

std::uint64_t spikes(const std::vector<std::uint8_t>& s) {
    std::uint64_t total = 0;
    for (std::uint8_t x : s) total += x;
    return total;
}

Divergence describe(std::size_t sample, std::size_t step, std::size_t population, std::size_t neuron,
                    const Network& network, const IntNetwork& integers, const FloatTrace& expected,
                    const IntTrace& actual) {
    const PopulationTrace<double>& e = expected.populations[population];
    const PopulationTrace<std::int32_t>& a = actual.populations[population];
    const std::size_t cell = step * e.neurons + neuron;
    const std::vector<double>& scale = integers.populations[population].scale;
    Divergence d;
    d.sample = sample;
    d.step = step;
    d.population = population;
    d.neuron = neuron;
    d.expected_spike = e.s[cell] != 0;
    d.expected_v = e.compared[cell];
    d.actual_v = a.compared[cell] / at(scale, neuron);
    d.margin = std::abs(d.expected_v - at(network.populations[population].spiking->threshold, neuron));
    return d;
}

std::optional<Divergence> first_divergence(std::size_t sample, const Network& network,
                                           const IntNetwork& integers, const FloatTrace& expected,
                                           const IntTrace& actual) {
    for (std::size_t step = 0; step < expected.steps; ++step)
        for (std::size_t p = 0; p < expected.populations.size(); ++p) {
            const PopulationTrace<double>& e = expected.populations[p];
            if (!e.spiking) continue;
            for (std::size_t j = 0; j < e.neurons; ++j)
                if (e.s[step * e.neurons + j] != actual.populations[p].s[step * e.neurons + j])
                    return describe(sample, step, p, j, network, integers, expected, actual);
        }
    return std::nullopt;
}

}  // namespace

void add_sample(Agreement& agreement, std::size_t sample, const Network& network, const IntNetwork& integers,
                const FloatTrace& expected, const IntTrace& propagated, const IntTrace& local) {
    std::size_t layer = 0;
    for (std::size_t p = 0; p < expected.populations.size(); ++p) {
        const PopulationTrace<double>& e = expected.populations[p];
        if (!e.spiking) continue;
        if (agreement.layers.size() == layer) agreement.layers.push_back({e.name, {}, {}, 0, 0});
        LayerAgreement& l = agreement.layers[layer++];
        count(e.s, propagated.populations[p].s, l.propagated);
        count(e.s, local.populations[p].s, l.local);
        l.expected_spikes += spikes(e.s);
        l.actual_spikes += spikes(propagated.populations[p].s);
    }
    if (!agreement.first) agreement.first = first_divergence(sample, network, integers, expected, propagated);
}

std::optional<Mismatch> first_mismatch(std::size_t sample, const IntTrace& expected, const IntTrace& actual) {
    if (expected.steps != actual.steps || expected.populations.size() != actual.populations.size())
        SYNFIRE_BUG("traces of different networks or lengths cannot be compared");
    for (std::size_t step = 0; step < expected.steps; ++step)
        for (std::size_t p = 0; p < expected.populations.size(); ++p) {
            const auto& e = expected.populations[p];
            const auto& a = actual.populations[p];
            for (std::size_t j = 0; j < e.neurons; ++j) {
                const std::size_t cell = step * e.neurons + j;
                if (!a.s.empty() && e.s[cell] != a.s[cell])
                    return Mismatch{sample, step, p, j, 's', e.s[cell], a.s[cell]};
                if (!a.u.empty() && e.u[cell] != a.u[cell])
                    return Mismatch{sample, step, p, j, 'u', e.u[cell], a.u[cell]};
                if (!a.v.empty() && e.v[cell] != a.v[cell])
                    return Mismatch{sample, step, p, j, 'v', e.v[cell], a.v[cell]};
            }
        }
    return std::nullopt;
}

}  // namespace synfire
