#include "compiler/init/forecast.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/init/table.hpp"
#include "compiler/init/theory/integer_chain.hpp"
#include "compiler/init/theory/lattice.hpp"
#include "compiler/init/theory/mean_field.hpp"
#include "compiler/init/theory/normal_tail.hpp"
#include "compiler/init/theory/survival.hpp"

namespace synfire {
namespace {

// E[w^2] of the integers a plan draws, over that of the fractions, before the correction of the unit.
double ratio_of(const IntegerPlan& plan) {
    const IntegerOptions& o = plan.options;
    if (o.rule == StepRule::sign) return theory::binary_variance_ratio();
    if (o.rule == StepRule::ternary) return theory::ternary_weight_network().variance_ratio;
    double step = plan.step;
    if (o.rule == StepRule::mean_magnitude) step = std::sqrt(2 / std::acos(-1.0));
    if (step == 0) return 1;  // depends on the largest weight
    return o.stochastic ? theory::variance_ratio_stochastic(step, o.largest)
                        : theory::variance_ratio_nearest(step, o.largest);
}

// n E[w^2] of all drawn stages, as it reaches the membrane.
double weight_power(const PlannedPopulation& p) {
    double sum = 0;
    for (std::size_t k = 0; k < p.laws.size(); ++k)
        sum += p.fan.drawn[k].fan_in * p.fan.drawn[k].gain * p.fan.drawn[k].gain * mean_square(p.laws[k]);
    return sum;
}

bool uncorrected(const PlannedPopulation& p) {
    return p.integers && p.integers->options.correction == Correction::none;
}

// Whether integers alone decide: one drawn stage of integers with one unit, and no leak that leaves the
// lattice.
bool on_lattice(const Network& network, const PlannedPopulation& p) {
    const Population& population = network.populations[p.fan.population];
    const bool memoryless =
        std::all_of(population.beta.begin(), population.beta.end(), [](double b) { return b == 0; });
    return p.integers && !p.integers->table.empty() && p.fan.drawn.size() == 1 && memoryless &&
           p.integers->options.correction != Correction::neuron && p.fan.threshold > 0;
}

struct Lattice {
    theory::IntegerWeights weights;
    double threshold = 0;  // wanted, in integers
    std::int64_t held = 0;
};

Lattice lattice_of(const PlannedPopulation& p, double kappa) {
    const IntegerPlan& plan = *p.integers;
    Lattice lattice;
    const bool sign = plan.options.rule == StepRule::sign;
    lattice.weights =
        sign ? theory::binary_weights() : theory::rounded_weights(plan.step, plan.options.largest);
    const double n = p.fan.drawn[0].fan_in;
    lattice.threshold = std::sqrt(n * theory::mean_square(lattice.weights) / kappa);
    lattice.held = plan.options.nearest_threshold
                       ? static_cast<std::int64_t>(std::floor(lattice.threshold + 0.5))
                       : static_cast<std::int64_t>(std::floor(lattice.threshold));
    return lattice;
}

// The chain's cost grows faster than the width, and wider layers hardly fluctuate.
constexpr std::size_t widest = std::size_t{1} << 16;

// The distribution of the number of active neurons behind every population, and the chain that leads there.
struct Chain {
    const Network& network;
    const std::vector<PlannedPopulation>& planned;
    std::vector<theory::Counts> counts{};  // by population; empty where it is not known

    // The population that alone drives p through its drawn stage; nothing where there are others.
    std::optional<std::size_t> driver(std::size_t p) const {
        std::optional<std::size_t> found;
        for (const Connection& c : network.connections) {
            if (c.target != p || c.source == Presynaptic{Presynaptic::Kind::population, p}) continue;
            if (found || c.source.kind == Presynaptic::Kind::input || c.source.index > p) return std::nullopt;
            found = c.source.index;
        }
        return found;
    }

    bool hears_input(std::size_t p) const {
        return std::any_of(network.connections.begin(), network.connections.end(), [&](const Connection& c) {
            return c.target == p && c.source.kind == Presynaptic::Kind::input;
        });
    }

    void fill(Forecast& out, const theory::LayerActivity& activity) const {
        out.survival = activity.survival;
        out.fraction = activity.mean;
        out.fraction_sd = activity.sd;
    }

    void step(std::size_t index, Forecast& out) {
        const PlannedPopulation& p = planned[index];
        const std::size_t n = neurons(network.populations[index]);
        counts.emplace_back();
        if (!(p.fan.threshold > 0) || n > widest) return;
        const double theta2 = p.fan.threshold * p.fan.threshold;
        if (hears_input(index)) {
            const double power = p.fan.drawn.empty() ? 0 : weight_power(p) * drawn_square(p);
            const double p1 =
                p.fan.drawn.empty()
                    ? p.fan.firing
                    : theory::upper_tail(p.fan.threshold / std::sqrt(power + variance(p.fan.fixed)));
            counts[index] = theory::binomial(n, p1);
            fill(out, theory::activity_of(counts[index]));
            out.variance = p.fan.drawn.empty() ? p.fan.sigma_u * p.fan.sigma_u : power;
            out.variance_sd = out.variance * std::sqrt(2.0 / static_cast<double>(n));
            return;
        }
        const std::optional<std::size_t> from = driver(index);
        if (!from || counts[*from].empty() || p.fan.drawn.size() != 1) return;
        const std::size_t before = counts[*from].size() - 1;
        if (on_lattice(network, p)) {
            const Lattice lattice = lattice_of(p, out.kappa);
            const std::int64_t held = lattice.held;
            counts[index] =
                theory::next_counts(counts[*from], theory::integer_firing(lattice.weights, before, held), n);
        } else {
            counts[index] =
                theory::next_counts(counts[*from], theory::firing_probability(before, out.kappa), n);
        }
        fill(out, theory::activity_of(counts[index]));
        double mean = 0, square = 0;  // of the share of active inputs
        for (std::size_t k = 0; k <= before; ++k) {
            const double x = static_cast<double>(k) / static_cast<double>(before);
            mean += counts[*from][k] * x;
            square += counts[*from][k] * x * x;
        }
        const double power = out.kappa * theta2, width = static_cast<double>(n);
        out.variance = power * mean * (1 - 1 / width);
        out.variance_sd = power * std::sqrt(std::max(square - mean * mean, 0.0) + 2 * square / width);
    }

    // E[x^2] of what arrives, as the schemes see it.
    static double drawn_square(const PlannedPopulation& p) {
        double power = 0, sum = 0;
        for (std::size_t k = 0; k < p.laws.size(); ++k) {
            const DrawnStage& s = p.fan.drawn[k];
            const double w = s.fan_in * s.gain * s.gain * mean_square(p.laws[k]);
            power += w;
            sum += w * s.input.square;
        }
        return power > 0 ? sum / power : 0;
    }
};

Forecast sizes(const Network& network, const PlannedPopulation& p) {
    Forecast out;
    out.population = network.populations[p.fan.population].name;
    out.neurons = static_cast<double>(neurons(network.populations[p.fan.population]));
    for (const DrawnStage& s : p.fan.drawn) out.fan_in += s.fan_in;
    if (p.integers) out.ratio = ratio_of(*p.integers);
    if (!(p.fan.threshold > 0)) return out;
    out.a = out.effective_a = p.fan.sigma_u > 0 ? p.fan.threshold / p.fan.sigma_u : 0;
    if (p.fan.drawn.empty()) return out;
    out.kappa = weight_power(p) / (p.fan.threshold * p.fan.threshold) * (uncorrected(p) ? out.ratio : 1);
    const bool hears_layers = std::any_of(p.fan.drawn.begin(), p.fan.drawn.end(),
                                          [](const DrawnStage& d) { return !d.from_input; });
    const auto points = theory::fixed_points(out.kappa);
    if (hears_layers) out.margin = out.kappa / theory::minimal_kappa();
    if (hears_layers && points) {
        out.a = points->stable;
        out.slope = theory::operating_point(points->stable).slope;
    }
    out.effective_a = out.a;
    if (on_lattice(network, p)) {
        const Lattice lattice = lattice_of(p, out.kappa);
        out.effective_a = out.a * (static_cast<double>(lattice.held) + 0.5) /
                          lattice.threshold;  // half way to the next sum
    }
    return out;
}

}  // namespace

std::vector<Forecast> forecast(const Network& network, const std::vector<PlannedPopulation>& planned) {
    Chain chain{network, planned};
    std::vector<Forecast> list;
    for (std::size_t p = 0; p < planned.size(); ++p) {
        list.push_back(sizes(network, planned[p]));
        chain.step(p, list.back());
    }
    return list;
}

}  // namespace synfire
