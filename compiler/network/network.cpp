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

}  // namespace synfire
