// Counting agreement and finding the first difference.
#include "emulator/compare.hpp"

#include <cmath>

#include "compiler/support/report.hpp"
#include "emulator/emulate.hpp"

namespace synfire {
namespace {

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
    d.expected_spikes = e.s[cell];
    d.actual_spikes = a.s[cell];
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

void add_rates(LayerAgreement& layer, const PopulationTrace<double>& expected,
               const PopulationTrace<std::int32_t>& actual) {
    const std::size_t n = expected.neurons;
    std::vector<std::uint64_t> e(n, 0), a(n, 0);
    for (std::size_t cell = 0; cell < expected.s.size(); ++cell) {
        e[cell % n] += expected.s[cell];
        a[cell % n] += actual.s[cell];
    }
    layer.expected_of.resize(n);
    layer.actual_of.resize(n);
    for (std::size_t j = 0; j < n; ++j) {
        layer.counts.add(static_cast<double>(e[j]), static_cast<double>(a[j]));
        layer.expected_of[j] += e[j];
        layer.actual_of[j] += a[j];
    }
}

void add_layer(LayerAgreement& layer, const CompareOptions& options, const PopulationTrace<double>& expected,
               const PopulationTrace<std::int32_t>& propagated, const PopulationTrace<std::int32_t>& local) {
    const std::size_t n = expected.neurons;
    add_agreement(expected.s, propagated.s, n, 0, layer.propagated);
    add_agreement(expected.s, local.s, n, 0, layer.local);
    add_agreement(expected.s, propagated.s, n, options.within, layer.within);
    layer.expected_spikes += spikes(expected.s);
    layer.actual_spikes += spikes(propagated.s);
    layer.trains += n;
    const bool equal = expected.s == propagated.s;
    layer.equal_samples += equal;
    if (!equal) layer.squared_distance += van_rossum_squared(expected.s, propagated.s, n, options.tau);
    layer.squared_reference +=
        van_rossum_squared(expected.s, SpikeTrains(expected.s.size(), 0), n, options.tau);
    add_rates(layer, expected, propagated);
}

void note(LayerSpread& spread, std::vector<bool>& seen, std::size_t step, std::size_t neuron) {
    ++spread.cells;
    if (!seen[neuron]) ++spread.neurons;
    seen[neuron] = true;
    if (!spread.first_step) spread.first_step = step;
}

template <class A, class B>
std::vector<LayerSpread> cells_that_differ(const Trace<A>& a, const Trace<B>& b) {
    std::vector<LayerSpread> layers;
    for (std::size_t p = 0; p < a.populations.size(); ++p) {
        const std::vector<std::uint8_t>&x = a.populations[p].s, &y = b.populations[p].s;
        const std::size_t n = a.populations[p].neurons;
        if (!a.populations[p].spiking) continue;
        LayerSpread spread{a.populations[p].name, 0, 0, std::nullopt};
        std::vector<bool> seen(n, false);
        for (std::size_t cell = 0; cell < x.size(); ++cell)
            if (x[cell] != y[cell]) note(spread, seen, cell / n, cell % n);
        layers.push_back(spread);
    }
    return layers;
}

}  // namespace

std::optional<double> relative_distance(const LayerAgreement& layer) {
    if (layer.squared_distance == 0) return 0;
    if (layer.squared_reference == 0) return std::nullopt;
    return std::sqrt(layer.squared_distance / layer.squared_reference);
}

std::optional<double> rate_correlation(const LayerAgreement& layer) {
    Correlation rates;
    for (std::size_t j = 0; j < layer.expected_of.size(); ++j)
        rates.add(static_cast<double>(layer.expected_of[j]), static_cast<double>(layer.actual_of[j]));
    return rates.value();
}

LayerAgreement overall(const std::vector<LayerAgreement>& layers) {
    LayerAgreement all;
    all.name = "all layers";
    const auto add = [](SpikeAgreement& sum, const SpikeAgreement& x) {
        sum.both += x.both;
        sum.either += x.either;
    };
    for (const LayerAgreement& l : layers) {
        add(all.propagated, l.propagated);
        add(all.local, l.local);
        add(all.within, l.within);
        all.expected_spikes += l.expected_spikes;
        all.actual_spikes += l.actual_spikes;
        all.squared_distance += l.squared_distance;
        all.squared_reference += l.squared_reference;
        all.trains += l.trains;
        for (auto sum : {&Correlation::n, &Correlation::x, &Correlation::y, &Correlation::xx,
                         &Correlation::xy, &Correlation::yy})
            all.counts.*sum += l.counts.*sum;
        all.expected_of.insert(all.expected_of.end(), l.expected_of.begin(), l.expected_of.end());
        all.actual_of.insert(all.actual_of.end(), l.actual_of.begin(), l.actual_of.end());
    }
    return all;
}

void add_sample(Agreement& agreement, std::size_t sample, const Network& network, const IntNetwork& integers,
                const FloatTrace& expected, const IntTrace& propagated, const IntTrace& local) {
    std::size_t layer = 0;
    for (std::size_t p = 0; p < expected.populations.size(); ++p) {
        if (!expected.populations[p].spiking) continue;
        if (agreement.layers.size() == layer) {
            agreement.layers.emplace_back();
            agreement.layers.back().name = expected.populations[p].name;
        }
        add_layer(agreement.layers[layer++], agreement.options, expected.populations[p],
                  propagated.populations[p], local.populations[p]);
    }
    if (!agreement.first) agreement.first = first_divergence(sample, network, integers, expected, propagated);
}

std::vector<LayerSpread> spread_of(const Divergence& d, const IntNetwork& integers,
                                   const std::vector<Signal>& inputs) {
    const Nudge nudge{d.step, d.population, d.neuron, d.expected_spikes};
    return cells_that_differ(emulate(integers, inputs), emulate(integers, inputs, nullptr, &nudge));
}

std::vector<LayerSpread> differences(const FloatTrace& expected, const IntTrace& actual) {
    return cells_that_differ(expected, actual);
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
