// Splits a chain of stages at its maximum pools and multiplies what lies between.
#include "compiler/quantize/fold.hpp"

#include <algorithm>

#include "compiler/network/per_neuron.hpp"
#include "compiler/network/window.hpp"
#include "compiler/quantize/int_network.hpp"
#include "compiler/quantize/matrix_of_stage.hpp"
#include "compiler/quantize/shared_weights.hpp"
#include "compiler/support/report.hpp"

namespace synfire {
namespace {

// Stages [linear, pool) are linear; a maximum pool may stand before them and one behind them.
struct Parts {
    std::size_t linear = 0;
    std::size_t pool = 0;
    bool whole = true;  // no further stage follows
};

Parts parts_of(const std::vector<Stage>& stages) {
    Parts parts;
    if (!stages.empty() && !is_linear(stages[0])) parts.linear = 1;
    parts.pool = parts.linear;
    while (parts.pool < stages.size() && is_linear(stages[parts.pool])) ++parts.pool;
    parts.whole = parts.pool + 1 >= stages.size();
    return parts;
}

// Follows the channels of a chain: a convolution makes them, pools and scales keep them.
std::size_t channels_after(std::size_t channels, const Stage& stage) {
    if (const auto* c = std::get_if<Convolution>(&stage)) return c->filters;
    if (std::holds_alternative<Pool>(stage) || std::holds_alternative<Scale>(stage)) return channels;
    return 0;
}

// The bias of each pooled sum, which all sums of its window must share.
void pool_bias(Folded& folded) {
    const Pool& pool = *folded.sum_pool;
    const std::vector<double>& bias = folded.matrix.bias;
    const Shape out = output_shape(pool);
    for (std::size_t c = 0; c < out[0]; ++c)
        for (std::size_t row = 0; row < out[1]; ++row)
            for (std::size_t column = 0; column < out[2]; ++column) {
                std::optional<double> shared;
                for_each_inside(pool.window, pool.input, row, column, [&](std::size_t, std::size_t at) {
                    const double b = bias[c * pool.input[1] * pool.input[2] + at];
                    folded.uneven_bias = folded.uneven_bias || (shared && *shared != b);
                    shared = b;
                });
                folded.bias.push_back(shared.value_or(0.0));
            }
}

}  // namespace

FoldingCost cost_of_folding(const Network& network, const Connection& connection) {
    std::size_t arriving = width(network, connection.source);
    const auto inputs = static_cast<double>(arriving);
    FoldingCost cost;
    double row = 0;  // most entries of a row of the product so far; 0: nothing multiplied yet
    bool sparse = true;
    for (const Stage& stage : connection.stages) {
        if (is_linear(stage)) {
            const MatrixExtent next = extent_of(stage, arriving);
            sparse = sparse && next.sparse;
            if (row > 0) cost.multiplications += next.outputs * next.row * row;
            row = sparse ? std::min(inputs, next.row * std::max(row, 1.0)) : inputs;
            if (connection.stages.size() > 1 || next.sparse)
                cost.values = std::max(cost.values, next.outputs * row);
        }
        arriving = outputs(stage, arriving);
    }
    return cost;
}

std::string reason_not_to_fold(const Connection& connection) {
    if (parts_of(connection.stages).whole) return "";
    return "a maximum pool stands between layers without neurons";
}

Folded fold(const Network& network, const Connection& connection) {
    std::size_t arriving = width(network, connection.source);
    const Parts parts = parts_of(connection.stages);
    if (!parts.whole) SYNFIRE_BUG("a connection that cannot be folded got past the checks");
    Folded folded;
    if (parts.linear > 0) {
        folded.source_pool = std::get<Pool>(connection.stages[0]);
        arriving = outputs(connection.stages[0], arriving);
    }
    folded.matrix = parts.linear == parts.pool ? identity(arriving) : Matrix{};
    for (std::size_t s = parts.linear; s < parts.pool; ++s) {
        const Stage& stage = connection.stages[s];
        Matrix next = matrix_of(stage, arriving);
        folded.matrix = s == parts.linear ? std::move(next) : after(folded.matrix, next);
        folded.channels = channels_after(folded.channels, stage);
        arriving = outputs(stage, arriving);
    }
    folded.convolution = convolution_of(connection.stages, parts.linear, parts.pool);
    if (parts.pool < connection.stages.size()) {
        folded.sum_pool = std::get<Pool>(connection.stages[parts.pool]);
        folded.channels = folded.sum_pool->input[0];
        if (!folded.matrix.bias.empty()) pool_bias(folded);
    } else {
        folded.bias = folded.matrix.bias;
    }
    folded.matrix.bias.clear();
    if (parts.pool == parts.linear + 1)
        if (const auto* dense = std::get_if<Dense>(&connection.stages[parts.linear]); dense && dense->drawn)
            folded.unit = dense->drawn->unit;
    if (connection.source.kind == Presynaptic::Kind::input) {
        const Input& input = network.inputs[connection.source.index];
        if (input.kind == SignalKind::real) {  // one integer step of the input
            for (double& w : folded.matrix.weight) w *= input.range / input.levels;
            folded.unit *= input.range / input.levels;
        }
    }
    return folded;
}

Biases total_biases(const Network& network, const std::vector<Folded>& folded, std::size_t population) {
    const Population& p = network.populations[population];
    const std::size_t n = neurons(p);
    Biases total{PerNeuron(n), PerNeuron(n, 0.0)};
    for (std::size_t j = 0; j < n; ++j) {
        double current = 0;
        for (std::size_t c = 0; c < folded.size(); ++c)
            if (network.connections[c].target == population && !folded[c].bias.empty())
                current += folded[c].bias[j];
        const bool filtered = at(p.alpha, j) != 0;
        total.v[j] = at(p.bias, j) + (filtered ? 0 : current);
        total.u[j] = filtered ? current : 0;
    }
    if (all_equal(total.v, total.v[0])) total.v.resize(1);
    if (all_equal(total.u, total.u[0])) total.u.resize(1);
    return total;
}

}  // namespace synfire
