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
            static_cast<std::uint8_t>(p.refractory_steps)};
}

bool unfiltered(const IntPopulation& population, const rt::Rules& rules) {
    for (std::int32_t d : population.decay_u)
        if (d != std::int32_t{1} << rules.decay_bits) return false;
    return true;
}

}  // namespace synfire
