// Sizes and names within a Network.
#include "compiler/network/network.hpp"

#include "compiler/support/report.hpp"

namespace synfire {
namespace {

std::size_t count(const Shape& shape) {
    const std::optional<std::size_t> elements = element_count(shape);
    if (!elements) SYNFIRE_BUG("a shape of " + to_string(shape) + " got past the checks");
    return *elements;
}

}  // namespace

bool clears(const PeriodicReset& reset, std::size_t step) {
    if (reset.interval <= 0 || step < static_cast<std::size_t>(reset.first)) return false;
    return (step - static_cast<std::size_t>(reset.first)) % static_cast<std::size_t>(reset.interval) == 0;
}

std::size_t neurons(const Input& input) {
    return count(input.shape);
}
std::size_t neurons(const Population& population) {
    return count(population.shape);
}

std::size_t width(const Network& network, const Presynaptic& source) {
    return source.kind == Presynaptic::Kind::input ? neurons(network.inputs.at(source.index))
                                                   : neurons(network.populations.at(source.index));
}

std::string name_of(const Network& network, const Presynaptic& source) {
    return source.kind == Presynaptic::Kind::input ? network.inputs.at(source.index).name
                                                   : network.populations.at(source.index).name;
}

std::size_t stored_weights(const Connection& connection) {
    std::size_t count = 0;
    for (const Stage& stage : connection.stages) count += stored_weights(stage);
    return count;
}

int largest_value(const Network& network, const Presynaptic& source) {
    if (source.kind == Presynaptic::Kind::population) {
        const std::optional<Spiking>& spiking = network.populations.at(source.index).spiking;
        return spiking ? spiking->max_spikes : 1;
    }
    switch (network.inputs.at(source.index).kind) {
        case SignalKind::spikes:
            return 1;
        case SignalKind::counts:
            return max_count;
        case SignalKind::real:
            break;
    }
    return 0;
}

}  // namespace synfire
