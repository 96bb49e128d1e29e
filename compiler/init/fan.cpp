#include "compiler/init/fan.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace synfire {
namespace {

// The values of a Dense, Sparse or Convolution.
const std::vector<double>* weights_of(const Stage& stage) {
    return std::visit(
        [](const auto& s) -> const std::vector<double>* {
            if constexpr (requires { s.weight; }) return &s.weight;
            return nullptr;
        },
        stage);
}

// One synapse per output, all alike: wires, not weights.
bool is_wiring(const Stage& stage) {
    const auto* sparse = std::get_if<Sparse>(&stage);
    if (sparse == nullptr || sparse->weight.empty() || fan_in(stage) != 1) return false;
    return std::all_of(sparse->weight.begin(), sparse->weight.end(),
                       [&](double w) { return w == sparse->weight[0]; });
}

bool has_weights(const Stage& stage) {
    return weights_of(stage) != nullptr && !is_wiring(stage);
}

double least_fan_in_of(const Convolution& c) {
    double least = static_cast<double>(c.input[0] / c.groups);
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const Window& w = c.window;
        const std::size_t before = (w.pad_before[axis] + w.dilation[axis] - 1) / w.dilation[axis];
        const std::size_t after = (w.pad_after[axis] + w.dilation[axis] - 1) / w.dilation[axis];
        const std::size_t lost = std::min(std::max(before, after), w.kernel[axis] - 1);
        least *= static_cast<double>(w.kernel[axis] - lost);
    }
    return least;
}

struct Sizes {
    double fan_in = 0, least_fan_in = 0, fan_out = 0;
};

Sizes sizes_of(const Stage& stage) {
    const auto in = static_cast<double>(fan_in(stage));
    if (const auto* dense = std::get_if<Dense>(&stage)) return {in, in, static_cast<double>(dense->outputs)};
    if (const auto* c = std::get_if<Convolution>(&stage)) {
        const auto area = static_cast<double>(c->window.kernel[0] * c->window.kernel[1]);
        return {in, least_fan_in_of(*c), static_cast<double>(c->filters / c->groups) * area};
    }
    const auto& sparse = std::get<Sparse>(stage);
    const auto synapses = static_cast<double>(sparse.column.size());
    const double average = synapses / static_cast<double>(std::max<std::size_t>(sparse.outputs, 1));
    return {average, average, synapses / static_cast<double>(std::max<std::size_t>(sparse.inputs, 1))};
}

// Behind weights that the model brings.
Moments behind_weights(const Stage& stage, const Moments& x) {
    const std::vector<double>& weights = *weights_of(stage);
    if (weights.empty()) return x;
    const auto count = static_cast<double>(weights.size());
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0) / count;
    const double square = std::inner_product(weights.begin(), weights.end(), weights.begin(), 0.0) / count;
    const double n = sizes_of(stage).fan_in;
    const double mean = n * sum * x.mean;
    return {mean, n * (square * x.square - sum * sum * x.mean * x.mean) + mean * mean};
}

// The factor of a standard deviation behind a stage without weights.
double gain_of(const Stage& stage) {
    if (const auto* scale = std::get_if<Scale>(&stage))
        return std::sqrt(behind(Scale{scale->factor, {}}, {0, 1}).square);
    if (const auto* pool = std::get_if<Pool>(&stage))
        return pool->kind == Pool::Kind::maximum ? 1 : std::sqrt(behind(*pool, {0, 1}).square);
    return 1;
}

double mean_threshold(const Population& p) {
    if (!p.spiking) return 0;
    const PerNeuron& theta = p.spiking->threshold;
    return std::accumulate(theta.begin(), theta.end(), 0.0) / static_cast<double>(theta.size());
}

// P(N(mean, variance) > threshold).
double exceedance(double threshold, double mean, double variance) {
    if (variance <= 0) return mean > threshold ? 1 : 0;
    return 0.5 * std::erfc((threshold - mean) / std::sqrt(2 * variance));
}

struct Collection {
    const Network& network;
    const InitOptions& options;
    std::vector<Fan> fans{};
    std::uint64_t streams = 0;

    Moments source(const Presynaptic& from) const {
        if (from.kind == Presynaptic::Kind::input) return options.input;
        return spikes_of(fans[from.index].firing);
    }

    void targets() {
        for (std::size_t p = 0; p < network.populations.size(); ++p) {
            Fan fan;
            fan.population = p;
            fan.threshold = mean_threshold(network.populations[p]);
            const bool by_point = options.operating_point && fan.threshold > 0;
            fan.sigma_u = by_point ? fan.threshold / *options.operating_point : options.sigma_u.value_or(1);
            fans.push_back(fan);
        }
    }

    // The last stage with weights that are drawn; the number of stages where there is none.
    std::size_t drawn_stage(const Connection& c) const {
        for (std::size_t s = c.stages.size(); s-- > 0;)
            if (has_weights(c.stages[s]) && (options.replace || lacks_weights(c.stages[s]))) return s;
        return c.stages.size();
    }

    void connect(std::size_t index) {
        const Connection& c = network.connections[index];
        Fan& fan = fans[c.target];
        const std::size_t drawn = drawn_stage(c);
        Moments x = source(c.source);
        DrawnStage stage;
        for (std::size_t s = 0; s < c.stages.size(); ++s) {
            const Stage& here = c.stages[s];
            const std::uint64_t stream = has_weights(here) ? ++streams : 0;
            if (s == drawn) {
                const Sizes sizes = sizes_of(here);
                const bool outside = c.source.kind == Presynaptic::Kind::input;
                const bool loop = !outside && c.source.index >= c.target;
                stage = {c.name, index,   s,    stream, sizes.fan_in, sizes.least_fan_in, sizes.fan_out,
                         1,      outside, loop, x};
            } else if (s > drawn) {
                stage.gain *= gain_of(here);
            }
            x = weights_of(here) == nullptr ? behind(here, x) : behind_weights(here, x);
        }
        if (drawn < c.stages.size()) return fan.drawn.push_back(stage);
        const double mean = fan.fixed.mean + x.mean;
        const double sum = variance(fan.fixed) + variance(x);
        fan.fixed = {mean, sum + mean * mean};
    }

    // What fires without any weight to choose.
    void settle(Fan& fan) {
        if (!fan.drawn.empty()) return;
        const double spread = variance(fan.fixed);
        fan.sigma_u = std::sqrt(std::max(spread, 0.0));
        if (fan.threshold > 0 || network.populations[fan.population].spiking)
            fan.firing = exceedance(fan.threshold, fan.fixed.mean, spread);
    }

    void run() {
        targets();
        std::vector<bool> draws(fans.size(), false);
        for (const Connection& c : network.connections)
            if (drawn_stage(c) < c.stages.size()) draws[c.target] = true;
        for (Fan& fan : fans)
            if (draws[fan.population] && network.populations[fan.population].spiking)
                fan.firing = exceedance(fan.threshold, 0, fan.sigma_u * fan.sigma_u);
        // Streams are numbered in the order of the connections; sums run population by population.
        std::vector<std::uint64_t> first(network.connections.size() + 1, 0);
        for (std::size_t c = 0; c < network.connections.size(); ++c) {
            const auto& stages = network.connections[c].stages;
            first[c + 1] = first[c] + static_cast<std::uint64_t>(
                                          std::count_if(stages.begin(), stages.end(), has_weights));
        }
        for (Fan& fan : fans) {
            for (std::size_t c = 0; c < network.connections.size(); ++c) {
                if (network.connections[c].target != fan.population) continue;
                streams = first[c];
                connect(c);
            }
            settle(fan);
        }
    }
};

}  // namespace

std::vector<Fan> fans_of(const Network& network, const InitOptions& options) {
    Collection collection{network, options};
    collection.run();
    return std::move(collection.fans);
}

double drive(const Fan& fan) {
    double sum = 0;
    for (const DrawnStage& s : fan.drawn) sum += s.fan_in * s.gain * s.gain * s.input.square;
    return sum;
}

}  // namespace synfire
