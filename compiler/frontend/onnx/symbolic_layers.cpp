// Rules of the operators between neurons: linear layers, pools, batch normalization, and operators that only
// move values. Each makes a drive of what its operand is; one row per operator at the end.
#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/frontend/onnx/linear_map.hpp"
#include "compiler/frontend/onnx/operators.hpp"
#include "compiler/frontend/onnx/stage_chain.hpp"
#include "compiler/frontend/onnx/symbolic_rules.hpp"

namespace synfire::onnx {
namespace {

const Symbol& symbol(const Expander& e, Variable v) {
    return e.symbols.symbols[static_cast<std::size_t>(v)];
}

struct StageWork {
    double operator()(const Dense& d) const { return static_cast<double>(d.weight.size()); }
    double operator()(const Sparse& s) const { return static_cast<double>(s.weight.size()); }
    double operator()(const Scale& s) const { return static_cast<double>(s.factor.size()); }
    double operator()(const Convolution& c) const {
        const Shape out = output_shape(c);
        return static_cast<double>(c.weight.size()) * static_cast<double>(out[1] * out[2]);
    }
    double operator()(const Pool& p) const {
        const Shape out = output_shape(p);
        return static_cast<double>(out[0] * out[1] * out[2]) *
               static_cast<double>(p.window.kernel[0] * p.window.kernel[1]);
    }
    double operator()(const IndexMap& m) const { return static_cast<double>(m.source.size()); }
};

// Sums of layers may multiply paths: a small file must not ask for much.
void account(Expander& e, const Path& path, std::size_t paths) {
    for (const Stage& stage : path.stages) {
        const auto* map = std::get_if<IndexMap>(&stage);
        e.coefficients += stored_weights(stage) + (map != nullptr ? map->source.size() : 0);
        e.work += std::visit(StageWork{}, stage);
    }
    if (paths > max_paths || e.coefficients > max_coefficients || e.work > max_layer_work)
        throw NotUnderstood("the layers are too large", "split the model");
}

// What a layer reads: a sum of spikes, inputs and other layers, each through its own stages. A layer before
// this one without a neuron between them keeps its stages in front.
Drive signal_of(Expander& e, const Node& node, std::size_t index) {
    const Polynomial& p = *e.symbols.values[static_cast<std::size_t>(node.inputs[index])];
    if (!is_affine(p))
        throw NotUnderstood("its input is not a sum of spikes and inputs", "feed layers with spikes");
    const std::size_t count = element_count(value_at(e, node, index).shape).value();
    Drive signal{{}, constant_term(p)};
    for (const auto& [monomial, factor] : without_constant(p).terms) {
        const Symbol& source = symbol(e, monomial[0]);
        if (source.kind == Symbol::Kind::bounded && !e.symbols.conventional)
            throw NotUnderstood("its input is rectified (ReLU): a conventional network",
                                "feed layers with spikes, or export the ReLU network without neurons");
        std::vector<Path> paths{Path{monomial[0], {}}};
        if (source.kind == Symbol::Kind::drive) {
            paths = source.drive.paths;
            signal.offset = plus(signal.offset, times(factor, source.drive.offset));
        }
        for (Path& path : paths) {
            scale_outputs(path.stages, factor, count);
            account(e, path, signal.paths.size() + 1);
            signal.paths.push_back(std::move(path));
        }
    }
    return signal;
}

Polynomial new_drive(Expander& e, const Node& node, Drive drive) {
    if (drive.paths.empty()) return constant(drive.offset);
    for (const Path& path : drive.paths) account(e, path, drive.paths.size());
    const Variable v = new_symbol(e, node, Symbol::Kind::drive);
    e.symbols.symbols.back().drive = std::move(drive);
    return variable(v);
}

TensorPtr filled(const Value& value, const PerNeuron& values) {
    Tensor tensor = zeros(value.shape);
    for (std::size_t i = 0; i < tensor.values.size(); ++i) tensor.values[i] = at(values, i);
    return std::make_shared<const Tensor>(std::move(tensor));
}

// L (sum of paths + offset) = sum of (L paths) + L offset, operand by operand. The node itself tells what it
// makes of the offsets and of its own constants.
Drive linear_drive(Expander& e, const Node& node) {
    Drive result;
    std::vector<TensorPtr> held;
    Operands operands;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        if (node.inputs[i] == absent) {
            operands.push_back(nullptr);
            continue;
        }
        const Value& value = value_at(e, node, i);
        if (value.constant == nullptr) {
            Drive signal = signal_of(e, node, i);
            held.push_back(filled(value, signal.offset));
            e.work += 3 * static_cast<double>(element_count(result_shape(e, node)).value());  // linear_part()
            const std::vector<Stage> stages =
                signal.paths.empty() ? std::vector<Stage>{} : linear_part(e.graph, node, i);
            for (Path& path : signal.paths) {
                for (const Stage& stage : stages) append(path.stages, stage);
                result.paths.push_back(std::move(path));
            }
        } else {
            held.push_back(value.constant);
        }
        operands.push_back(held.back().get());
    }
    result.offset = compressed(evaluate(node, operands).values);
    return result;
}

Polynomial linear(Expander& e, const Node& node) {
    try {
        return new_drive(e, node, linear_drive(e, node));
    } catch (const OperatorError& error) {
        throw NotUnderstood(error.what(),
                            "write the layer as Linear or Conv: one signal and constant weights, batch 1");
    }
}

// The maximum of a sum is none of the maxima of its parts: one path may lead here.
Polynomial maximum(Expander& e, const Node& node) {
    Drive signal = signal_of(e, node, 0);
    const std::size_t count = element_count(value_at(e, node, 0).shape).value();
    if (signal.paths.size() != 1)
        throw NotUnderstood("the maximum of a sum of several signals is taken",
                            "pool each signal before the sum, or use mean pooling");
    std::vector<Stage>& stages = signal.paths[0].stages;
    if (!add_bias(stages, signal.offset, count)) stages.emplace_back(Scale{{1.0}, signal.offset});
    signal.offset = {0.0};
    try {
        append(stages, maximum_of(e.graph, node));
    } catch (const OperatorError& error) {
        throw NotUnderstood(error.what(), "pool each channel with MaxPool");
    }
    return new_drive(e, node, std::move(signal));
}

bool is_identity(const IndexMap& map) {
    for (std::size_t i = 0; i < map.source.size(); ++i)
        if (map.source[i] != i) return false;
    return map.source.size() == map.inputs;
}

// Moving axes of length 1, or the whole of a signal, is no operation on neurons at all.
Polynomial move(Expander& e, const Node& node) {
    std::size_t computed = 0, last = 0;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        if (node.inputs[i] == absent || value_at(e, node, i).constant != nullptr) continue;
        if (i > 0 && node.op != "Concat")
            throw NotUnderstood("what it picks depends on data",
                                "use fixed indices; an embedding of the input is none of a spiking network");
        ++computed;
        last = i;
    }
    try {
        if (computed == 1 && is_identity(moved(e.graph, node, last)))
            return *e.symbols.values[static_cast<std::size_t>(node.inputs[last])];
    } catch (const OperatorError& error) {
        throw NotUnderstood(error.what(), "compute indices before exporting");
    }
    return linear(e, node);
}

// (x - mean) / sqrt(var + epsilon) * scale + B: a factor and an offset per channel.
Polynomial normalize(Expander& e, const Node& node) {
    const Shape& shape = result_shape(e, node);
    Operands operands{nullptr};
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
        operands.push_back(value_at(e, node, i).constant.get());
        if (operands.back() == nullptr)
            throw NotUnderstood("its parameters are computed", "export in eval mode");
    }
    try {
        const auto image_of_all = [&](double x) {
            const TensorPtr tensor = filled(value_at(e, node, 0), {x});
            operands[0] = tensor.get();
            return compressed(evaluate(node, operands).values);
        };
        const PerNeuron zero = image_of_all(0), one = image_of_all(1);
        if (zero.size() > 1 && zero.size() != element_count(shape))
            SYNFIRE_BUG("batch normalization of another size");
        return sum(scaled(operand(e, node, 0), minus(one, zero)), constant(zero));
    } catch (const OperatorError& error) {
        throw NotUnderstood(error.what(), "export in eval mode");
    }
}

constexpr Rule rules[] = {
    {"AveragePool", linear},
    {"BatchNormalization", normalize},
    {"Concat", move},
    {"Conv", linear},
    {"Expand", move},
    {"Gather", move},
    {"Gemm", linear},
    {"GlobalAveragePool", linear},
    {"GlobalMaxPool", maximum},
    {"MatMul", linear},
    {"MaxPool", maximum},
    {"Pad", move},
    {"ReduceMax", maximum},
    {"ReduceMean", linear},
    {"ReduceSum", linear},
    {"Slice", move},
    {"Split", move},
    {"Tile", move},
    {"Transpose", move},
};

}  // namespace

std::span<const Rule> layer_rules() {
    return rules;
}

}  // namespace synfire::onnx
