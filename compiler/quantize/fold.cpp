// Products of weight matrices. Zeros are skipped, so that a one-stage connection is copied bit for bit.
#include "compiler/quantize/fold.hpp"

#include <algorithm>

namespace synfire {
namespace {

// second after first: W = W2 * W1, b = W2 * b1 + b2.
Dense after(const Dense& first, const Dense& second) {
    Dense product;
    product.outputs = second.outputs;
    product.inputs = first.inputs;
    product.weight.assign(product.outputs * product.inputs, 0.0);
    product.bias = second.bias;
    if (!first.bias.empty() && product.bias.empty()) product.bias.assign(second.outputs, 0.0);
    for (std::size_t o = 0; o < second.outputs; ++o) {
        double* row = product.weight.data() + o * product.inputs;
        for (std::size_t k = 0; k < second.inputs; ++k) {
            const double w = second.weight[o * second.inputs + k];
            if (w == 0) continue;
            for (std::size_t i = 0; i < product.inputs; ++i)
                row[i] += w * first.weight[k * product.inputs + i];
            if (!first.bias.empty()) product.bias[o] += w * first.bias[k];
        }
    }
    return product;
}

Dense identity(std::size_t n) {
    Dense matrix{n, n, std::vector<double>(n * n, 0.0), {}};
    for (std::size_t j = 0; j < n; ++j) matrix.weight[j * n + j] = 1;
    return matrix;
}

}  // namespace

FoldingCost cost_of_folding(const Network& network, const Connection& connection) {
    const auto arriving = static_cast<double>(width(network, connection.source));
    FoldingCost cost;
    if (connection.stages.empty()) cost.values = arriving * arriving;
    for (std::size_t s = 1; s < connection.stages.size(); ++s) {
        const auto& next = std::get<Dense>(connection.stages[s]);
        const double values = arriving * static_cast<double>(next.outputs);
        cost.values = std::max(cost.values, values);
        cost.multiplications += values * static_cast<double>(next.inputs);
    }
    return cost;
}

Dense fold(const Network& network, const Connection& connection) {
    if (connection.stages.empty()) return identity(width(network, connection.source));
    Dense folded = std::get<Dense>(connection.stages.front());
    for (std::size_t s = 1; s < connection.stages.size(); ++s)
        folded = after(folded, std::get<Dense>(connection.stages[s]));
    return folded;
}

double total_bias(const Network& network, const std::vector<Dense>& folded, std::size_t population,
                  std::size_t neuron) {
    double sum = at(network.populations[population].bias, neuron);
    for (std::size_t c = 0; c < folded.size(); ++c)
        if (network.connections[c].target == population && !folded[c].bias.empty())
            sum += folded[c].bias[neuron];
    return sum;
}

}  // namespace synfire
