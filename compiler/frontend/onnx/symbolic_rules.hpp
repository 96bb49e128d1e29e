// What the files of symbolic execution share: the values known so far, access to operands, and the rules of
// their operators.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "compiler/frontend/onnx/symbolic.hpp"

namespace synfire::onnx {

struct Expander {
    const Graph& graph;
    Symbols symbols;
    std::size_t coefficients = 0;  // of all polynomials and stages so far
    double work = 0;               // operations that applying all stages once takes
};

// Bounds of what one file may ask for, however its layers are added to each other.
inline constexpr std::size_t max_coefficients = std::size_t{1} << 27;
inline constexpr double max_layer_work = 1e10;
inline constexpr std::size_t max_paths = 1024;  // into one layer

// Why a node is none of ours, in a sentence without the node, and what to do instead.
struct NotUnderstood : std::runtime_error {
    NotUnderstood(const std::string& reason, std::string way_out);
    std::string hint;
};

const Value& value_at(const Expander& e, const Node& node, std::size_t index);
const Shape& result_shape(const Expander& e, const Node& node);

// One coefficient, or one per element of shape.
PerNeuron spread(const Tensor& tensor, const Shape& shape);

// The operand as a polynomial over the neurons of the result. Computed operands must not be repeated: a value
// that several neurons share is no longer one variable per neuron.
Polynomial operand(const Expander& e, const Node& node, std::size_t index);

// Throws NotUnderstood where potentials meet.
Polynomial multiplied(const Expander& e, const Polynomial& a, const Polynomial& b);

// A variable for the result of the node.
Variable new_symbol(Expander& e, const Node& node, Symbol::Kind kind);

struct Rule {
    std::string_view op;
    Polynomial (*expand)(Expander&, const Node&);  // throws NotUnderstood
};

std::span<const Rule> neuron_rules();  // arithmetic, choices and types, neuron by neuron
std::span<const Rule> spike_rules();   // comparisons, counts and bounds, neuron by neuron
std::span<const Rule> layer_rules();   // between neurons: linear maps, pools, moved values

// The count, where the polynomial is nothing else.
std::optional<Variable> single_count(const Expander& e, const Polynomial& p);

// Floor or a cast to integer: they differ below 0 alone, where a neuron counts nothing.
Polynomial whole_part_of(Expander& e, const Node& node, const Polynomial& p);

// The product of a comparison with 0 and a count, where it is that count from 0; nothing for other products.
std::optional<Polynomial> cleared_count(Expander& e, const Node& node, const Polynomial& a,
                                        const Polynomial& b);

// A function of one operand whose values are 0 and 1 alone is linear in it, whatever the operator; nothing
// where the node is of another kind.
std::optional<Polynomial> function_of_spikes(const Expander& e, const Node& node);

}  // namespace synfire::onnx
