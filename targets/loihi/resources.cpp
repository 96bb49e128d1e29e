// A bound, not a placement: layers are cut into equal ranges of neurons, no core holds two layers, and no
// synapse list is shared. Cutting a layer adds output axons to the layers before it, so the count is repeated
// until it stands still.
#include "targets/loihi/resources.hpp"

#include <algorithm>

#include "targets/loihi/limits.hpp"

namespace synfire::loihi {
namespace {

bool soft(const IntPopulation& p) {
    return p.reset == rt::Reset::subtract_at_once || p.reset == rt::Reset::subtract_next_step;
}

std::size_t divided_up(std::size_t a, std::size_t b) {
    return (a + b - 1) / b;
}

struct Demand {
    std::vector<std::size_t> sources;  // width of every incoming connection
    std::size_t compartments_per_neuron = 1;
    std::size_t delay_bits = 0;
    std::size_t compartments_limit = compartments_per_core;
    std::size_t entries_per_neuron = 0;  // output axons
};

Demand demand(const IntNetwork& network, const Schedule& schedule, std::size_t population,
              const std::vector<LayerResources>& layers) {
    Demand d;
    int longest = 0;
    for (std::size_t i = 0; i < network.connections.size(); ++i) {
        const IntConnection& c = network.connections[i];
        if (c.target == population) {
            d.sources.push_back(c.inputs);
            longest = std::max(longest, schedule.delay[i]);
        }
        if (c.source == Presynaptic{Presynaptic::Kind::population, population})
            d.entries_per_neuron += layers[c.target].cores;
    }
    if (longest > 0)
        for (d.delay_bits = 3; (std::size_t{1} << d.delay_bits) < static_cast<std::size_t>(longest) + 2;)
            ++d.delay_bits;
    const std::size_t slots = std::max<std::size_t>(default_delay_slots, std::size_t{1} << d.delay_bits);
    d.compartments_limit = compartments_per_core * default_delay_slots / slots;
    if (soft(network.populations[population])) {
        d.compartments_per_neuron = soft_reset_compartments;
        ++d.entries_per_neuron;  // the synapse of the soma to its own dendrite
    }
    return d;
}

LayerResources on_core(const Demand& d, std::size_t m) {
    LayerResources r;
    r.neurons_per_core = m;
    r.compartments_limit = d.compartments_limit;
    r.compartments = m * d.compartments_per_neuron;
    const std::size_t list = words_of_dense_list(m, r.compartments - 1, d.delay_bits);
    for (const std::size_t n : d.sources) {
        r.synaptic_words += n * list;
        r.input_axons += n;
    }
    if (d.compartments_per_neuron == soft_reset_compartments) {
        r.synaptic_words += m;
        r.input_axons += m;
    }
    r.output_axons = m * d.entries_per_neuron;
    if (r.compartments > d.compartments_limit)
        r.binding = "compartments";
    else if (r.input_axons > input_axons)
        r.binding = "input axons";
    else if (r.synaptic_words > synaptic_words || (!d.sources.empty() && list > words_per_axon))
        r.binding = "synaptic memory";
    else if (r.output_axons > output_axons)
        r.binding = "output axons";
    return r;
}

LayerResources cut(const Demand& d, std::size_t n) {
    LayerResources whole = on_core(d, n);
    if (whole.binding.empty()) {
        whole.cores = 1;
        return whole;
    }
    LayerResources none = on_core(d, 1);
    if (!none.binding.empty()) return none;
    std::size_t fits = 1, too_many = n;
    while (fits + 1 < too_many) {
        const std::size_t middle = fits + (too_many - fits) / 2;
        (on_core(d, middle).binding.empty() ? fits : too_many) = middle;
    }
    const std::size_t cores = divided_up(n, fits);
    LayerResources r = on_core(d, divided_up(n, cores));
    r.cores = cores;
    r.binding = on_core(d, too_many).binding;
    return r;
}

}  // namespace

std::size_t words_of_dense_list(std::size_t targets, std::size_t index_top, std::size_t delay_bits) {
    std::size_t index_bits = 6;
    while ((std::size_t{1} << index_bits) <= index_top) ++index_bits;
    const std::size_t entries = divided_up(targets, synapses_per_entry);
    const std::size_t bits = entries * (4 + 6 + index_bits) + targets * (8 + delay_bits);
    const std::size_t rest = bits % 64;
    return divided_up(bits, 64) + (rest == 0 || rest >= 59 ? 1 : 0);
}

std::vector<LayerResources> resources(const IntNetwork& network, const Schedule& schedule) {
    std::vector<LayerResources> layers(network.populations.size());
    // Counts only grow from round to round and a layer has at most as many cores as neurons; the number of
    // rounds is bounded because a network that needs so many does not fit anyway.
    for (int round = 0; round < 64; ++round) {
        std::size_t before = 0, after = 0;
        for (std::size_t i = layers.size(); i-- > 0;) {
            before += layers[i].cores;
            layers[i] = cut(demand(network, schedule, i, layers), neurons(network.populations[i]));
            after += layers[i].cores;
        }
        if (before == after) break;
    }
    return layers;
}

}  // namespace synfire::loihi
