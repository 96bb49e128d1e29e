#include "targets/loihi/estimate.hpp"

#include <algorithm>

#include "targets/loihi/partition/chips.hpp"

namespace synfire::loihi {
namespace {

constexpr double nano = 1e-9, pico = 1e-12, micro = 1e-6, milli = 1e-3;

// Davies 2018, Table 2, beside SANA-FE's.
constexpr Range operation_energy{23.6 * pico, 35.5 * pico};
constexpr Range operation_time{3.5 * nano, 4.7 * nano};
constexpr Range update_energy{52 * pico, 81 * pico};          // an inactive neuron, an active one
constexpr Range update_time{5.3 * nano, (6.0 + 3.7) * nano};  // inactive; access and update
constexpr Range spike_energy{1.7 * pico, 69.3 * pico};        // within a tile; SANA-FE: spike out
constexpr Range spike_time{2.1 * nano, 30 * nano};
// A message: nothing beyond the spike, or SANA-FE's and as many hops as a chip of 8 x 4 tiles has at most.
constexpr int most_hops = 10;
constexpr Range message_energy{0, (111 + most_hops * 4.0) * pico};
constexpr Range sent_time{0, 5.1 * nano};
constexpr Range received_time{0, 16 * nano};
constexpr Range barrier{113 * nano, 1.8 * micro};  // 1 tile; SANA-FE: 29 tiles

// Quartz probes, Frady 2020.
constexpr Range core_power{0.4 * milli, 0.82 * milli};
// Per chip: the clock of the x86 cores, and three of them at work.
constexpr Range chip_power{18 * milli, (18 + 3 * 5) * milli};
// From fast steps (Quartz) to managed ones (NxTF); input from a host in every step takes 1.5 to 8 ms.
constexpr Range management{0, 140 * micro};

Range operator*(Range r, double factor) {
    return {r.low * factor, r.high * factor};
}

Range operator*(Range a, Range b) {
    return {a.low * b.low, a.high * b.high};
}

Range operator+(Range a, Range b) {
    return {a.low + b.low, a.high + b.high};
}

void finish(CoreEstimate& c) {
    c.time = operation_time * c.operations + update_time * c.updates + spike_time * c.spikes +
             sent_time * c.sent + received_time * c.received;
    c.energy = operation_energy * c.operations + update_energy * c.updates + spike_energy * c.spikes +
               message_energy * c.sent;
}

// Spikes and updates of the neurons of one part, and the synapses of its soft resets.
CoreEstimate neurons_of(const Wiring& w, const Part& part, const Rates& rates) {
    CoreEstimate c;
    const std::size_t base = w.first_source_of_population[part.population];
    for_each_neuron(w.axes[part.population], part.box,
                    [&](std::size_t j, std::size_t) { c.spikes += rates[base + j]; });
    c.updates = static_cast<double>(neurons(part.box) * w.compartments[part.population]);
    if (w.compartments[part.population] > 1) c.operations = c.sent = c.received = c.spikes;
    return c;
}

void add(CoreEstimate& total, const CoreEstimate& part) {
    total.operations += part.operations;
    total.updates += part.updates;
    total.spikes += part.spikes;
    total.sent += part.sent;
    total.received += part.received;
}

struct Counter {
    const Wiring& w;
    const Placement& placement;
    const Rates& rates;
    Estimate& e;
    std::vector<std::uint32_t> home = home_of_sources(w, placement.cores);
    std::vector<std::size_t> population_of{};  // per source; of network inputs any

    // What arrives at one core belongs to the layers whose neurons it reaches.
    void count(std::size_t core, Scratch& scratch) {
        const Lists lists = gather(w, placement.cores[core].parts, scratch);
        for (std::size_t k = 0; k < lists.source.size(); ++k) {
            const std::uint32_t source = lists.source[k];
            const double rate = rates[source];
            const auto target = [&](std::size_t s) {
                return w.network.connections[lists.synapses[s].connection].target;
            };
            for (std::size_t s = lists.first[k]; s < lists.first[k + 1]; ++s)
                e.layers[target(s)].operations += rate;
            e.layers[target(lists.first[k])].received += rate;
            e.cores[core].operations += rate * (lists.first[k + 1] - lists.first[k]);
            e.cores[core].received += rate;
            if (home[source] == no_core) continue;
            e.cores[home[source]].sent += rate;
            e.layers[population_of[source]].sent += rate;
        }
        for (const Part& part : placement.cores[core].parts) {
            const CoreEstimate own = neurons_of(w, part, rates);
            add(e.cores[core], own);
            add(e.layers[part.population], own);
        }
    }
};

}  // namespace

Estimate estimate(const Wiring& w, const Placement& placement, const Rates& rates) {
    Estimate e;
    e.cores.resize(placement.cores.size());
    e.layers.resize(w.axes.size());
    Counter counter{w, placement, rates, e};
    counter.population_of.resize(w.sources);
    for (std::size_t p = 0; p < w.axes.size(); ++p)
        std::fill_n(
            counter.population_of.begin() + static_cast<std::ptrdiff_t>(w.first_source_of_population[p]),
            neurons(w.network.populations[p]), p);
    Scratch scratch;
    for (std::size_t i = 0; i < e.cores.size(); ++i) counter.count(i, scratch);
    for (std::size_t i = 0; i < e.cores.size(); ++i) {
        finish(e.cores[i]);
        if (e.cores[i].time.high > e.cores[e.busiest].time.high) e.busiest = i;
        e.step.low = std::max(e.step.low, e.cores[i].time.low);
        e.step.high = std::max(e.step.high, e.cores[i].time.high);
        e.energy = e.energy + e.cores[i].energy;
    }
    for (CoreEstimate& layer : e.layers) finish(layer);
    e.step = e.step + barrier;
    e.host = management;
    e.static_power = core_power * static_cast<double>(placement.cores.size());
    e.host_power = chip_power * static_cast<double>(placement.chips);
    return e;
}

RunEstimate run_estimate(const Estimate& e, double steps, Range time) {
    return {time, e.energy * steps, e.static_power * time, e.host_power * time};
}

RunEstimate run_estimate(const Estimate& e, double steps) {
    return run_estimate(e, steps, (e.step + e.host) * steps);
}

}  // namespace synfire::loihi
