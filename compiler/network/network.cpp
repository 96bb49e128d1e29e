// Sizes and names within a Network.
#include "compiler/network/network.hpp"

#include <algorithm>

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

std::size_t fan_in(const Network& network, const Connection& connection) {
    const std::size_t all = width(network, connection.source);
    std::size_t fan = 1;
    for (const Stage& stage : connection.stages) {
        const std::size_t more = fan_in(stage);
        fan = more > all / std::max<std::size_t>(fan, 1) ? all : fan * more;
    }
    return fan;
}

std::size_t fan_in(const Network& network, std::size_t population) {
    std::size_t sum = 0;
    for (const Connection& c : network.connections)
        if (c.target == population) sum += fan_in(network, c);
    return sum;
}

}  // namespace synfire
