// Sizes, names and runtime parameters of an IntNetwork.
#include "compiler/quantize/int_network.hpp"

#include "compiler/support/report.hpp"

namespace synfire {

std::size_t neurons(const IntPopulation& population) {
    const std::optional<std::size_t> elements = element_count(population.shape);
    if (!elements) SYNFIRE_BUG("a shape of " + to_string(population.shape) + " got past the checks");
    return *elements;
}

std::size_t width(const IntNetwork& network, const Presynaptic& source) {
    return source.kind == Presynaptic::Kind::input ? neurons(network.inputs.at(source.index))
                                                   : neurons(network.populations.at(source.index));
}

std::string name_of(const IntNetwork& network, const Presynaptic& source) {
    return source.kind == Presynaptic::Kind::input ? network.inputs.at(source.index).name
                                                   : network.populations.at(source.index).name;
}

rt::NeuronParameters neuron_parameters(const IntPopulation& p, std::size_t neuron) {
    return {at(p.decay_u, neuron),
            at(p.decay_v, neuron),
            at(p.bias, neuron),
            at(p.threshold, neuron),
            p.reset,
            at(p.reset_amount, neuron),
            static_cast<std::uint8_t>(p.refractory_steps),
            at(p.v_min, neuron),
            static_cast<std::uint8_t>(p.max_spikes)};
}

int largest_value(const IntNetwork& network, const Presynaptic& source) {
    if (source.kind == Presynaptic::Kind::population) return network.populations.at(source.index).max_spikes;
    switch (network.inputs.at(source.index).kind) {
        case SignalKind::spikes:
            return 1;
        case SignalKind::counts:
            return max_count;
        case SignalKind::real:
            break;
    }
    return network.inputs.at(source.index).levels;
}

std::vector<std::int16_t> dense_weights(const IntConnection& c) {
    if (!is_sparse(c)) return c.weight;
    std::vector<std::int16_t> dense(c.outputs * c.inputs, 0);
    for (std::size_t o = 0; o < c.outputs; ++o)
        for_each_synapse(c, o, [&](std::size_t i, std::int16_t w) { dense[o * c.inputs + i] = w; });
    return dense;
}

bool unfiltered(const IntPopulation& population, const rt::Rules& rules) {
    for (std::int32_t d : population.decay_u)
        if (d != std::int32_t{1} << rules.decay_bits) return false;
    return true;
}

}  // namespace synfire
