// One pass in topological order: a conventional network has no time.
#include "compiler/network/rectified.hpp"

#include <algorithm>

#include "compiler/network/apply_stage.hpp"

namespace synfire {

bool has_rectifiers(const Network& network) {
    return std::any_of(network.populations.begin(), network.populations.end(),
                       [](const Population& p) { return p.rectifier.has_value(); });
}

std::vector<std::vector<double>> evaluate_rectified(const Network& network,
                                                    const std::vector<std::vector<double>>& inputs) {
    std::vector<std::vector<double>> values;
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        const Population& population = network.populations[p];
        std::vector<double> sum(neurons(population));
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = at(population.bias, i);
        for (const Connection& c : network.connections) {
            if (c.target != p) continue;
            std::vector<double> x =
                c.source.kind == Presynaptic::Kind::input ? inputs[c.source.index] : values[c.source.index];
            for (const Stage& stage : c.stages) x = apply_stage(stage, x);
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += x[i];
        }
        if (population.rectifier)
            for (double& value : sum) value = std::clamp(value, 0.0, population.rectifier->most);
        values.push_back(std::move(sum));
    }
    return values;
}

}  // namespace synfire
