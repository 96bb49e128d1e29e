#include "compiler/init/integer_weights.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/init/initialize.hpp"
#include "compiler/init/normal.hpp"
#include "compiler/init/table.hpp"
#include "compiler/init/theory/lattice.hpp"
#include "runtime/philox.hpp"

namespace synfire {
namespace {

// The stream whose numbers decide stochastic rounding: no tensor's own.
constexpr std::uint64_t rounding_stream = std::uint64_t{1} << 32;

std::vector<double>& weights_of(Stage& stage) {
    if (auto* dense = std::get_if<Dense>(&stage)) return dense->weight;
    if (auto* sparse = std::get_if<Sparse>(&stage)) return sparse->weight;
    return std::get<Convolution>(stage).weight;
}

// Where the weights of each neuron, or of each filter of a convolution, begin; one more at the end.
std::vector<std::size_t> rows_of(const Stage& stage) {
    if (const auto* sparse = std::get_if<Sparse>(&stage)) return sparse->first;
    const std::size_t count = stored_weights(stage);
    const auto* dense = std::get_if<Dense>(&stage);
    const std::size_t rows = dense != nullptr ? dense->outputs : std::get<Convolution>(stage).filters;
    std::vector<std::size_t> first;
    for (std::size_t row = 0; row <= rows; ++row)
        first.push_back(row * (count / std::max<std::size_t>(rows, 1)));
    return first;
}

double mean_magnitude(std::span<const double> w) {
    double sum = 0;
    for (double x : w) sum += std::abs(x);
    return w.empty() ? 0 : sum / static_cast<double>(w.size());
}

double largest_magnitude(std::span<const double> w) {
    double most = 0;
    for (double x : w) most = std::max(most, std::abs(x));
    return most;
}

struct Rounding {
    const IntegerOptions& options;
    double sd;
    Stream stream;
    std::uint64_t next = 0;  // number of the stream

    double to_integer(double x) {
        const auto most = static_cast<double>(options.largest);
        double q = std::nearbyint(x);
        if (options.stochastic)
            q = std::floor(x +
                           uniform_of(rt::random_bits(stream.seed, stream.stream + rounding_stream, next++)));
        return std::clamp(q, -most, most);
    }

    // Turns weights into integers; returns what one integer stands for.
    double operator()(std::span<double> w) {
        if (w.empty()) return 1;
        if (options.rule == StepRule::sign) {
            const double unit = mean_magnitude(w);
            for (double& x : w) x = x < 0 ? -1 : 1;
            return unit;
        }
        if (options.rule == StepRule::ternary) return ternary(w);
        const double unit = unit_of(w);
        for (double& x : w) x = unit > 0 ? to_integer(x / unit) : 0;
        return unit;
    }

    double unit_of(std::span<const double> w) const {
        if (options.rule == StepRule::largest) return largest_magnitude(w) / options.largest;
        if (options.rule == StepRule::mean_magnitude) return mean_magnitude(w);
        return options.step * sd;
    }

    static double ternary(std::span<double> w) {
        const double cut = 0.7 * mean_magnitude(w);
        double sum = 0;
        std::size_t kept = 0;
        for (double& x : w) {
            const bool keep = std::abs(x) > cut;
            if (keep) sum += std::abs(x);
            kept += keep ? 1 : 0;
            x = keep ? std::copysign(1.0, x) : 0.0;
        }
        return kept > 0 ? sum / static_cast<double>(kept) : 1;
    }
};

// The integers of one stage as numbers, and the unit of each row.
std::vector<double> draw_stage(Stage& stage, const Law& law, Stream stream, const IntegerPlan& plan) {
    std::vector<double>& w = weights_of(stage);
    w.resize(stored_weights(stage));
    const std::vector<std::size_t> rows = rows_of(stage);
    const double sd = std::sqrt(variance(law));
    if (!plan.table.empty()) {
        w = draw({stream.seed, stream.stream, plan.table, 1.0}, w.size());
        return std::vector<double>(rows.size() - 1, plan.step * sd);
    }
    draw(law, stream, 0, w);
    Rounding round{plan.options, sd, stream};
    const std::span<double> all(w);
    if (!plan.options.by_neuron) return std::vector<double>(rows.size() - 1, round(all));
    std::vector<double> units;
    for (std::size_t r = 0; r + 1 < rows.size(); ++r)
        units.push_back(round(all.subspan(rows[r], rows[r + 1] - rows[r])));
    return units;
}

double sum_of_squares(std::span<const double> w) {
    double sum = 0;
    for (double x : w) sum += x * x;
    return sum;
}

// Sum over the fan of what synapses deliver, wanted over there: the square of the common factor of all units.
struct Moment {
    double wanted = 0, there = 0;

    double factor() const { return there > 0 ? std::sqrt(wanted / there) : 1; }
};

}  // namespace

IntegerOptions integer_options(const std::string& name) {
    IntegerOptions o;
    if (name == "int8") return o;
    if (name == "int4") o.largest = 7;
    if (name == "int3") o.largest = 3;
    if (name == "ternary" || name == "binary") o.largest = 1;
    if (name == "binary") o.rule = StepRule::sign;
    if (o.largest != 127) return o;
    Diagnostic d;
    d.field = "--quant";
    d.reason = fmt::format("there are no weights '{}'", name);
    d.expected = "int8, int4, int3, ternary or binary";
    d.hint = "leave --quant out for weights that are not quantized";
    throw InputError(d);
}

IntegerPlan plan_integers(const IntegerOptions& options, const Fan& fan) {
    IntegerPlan plan{options, options.step, {}};
    const bool sigmas = options.rule == StepRule::sigmas || options.rule == StepRule::matched;
    const int m = options.largest;
    if (sigmas && plan.step == 0) plan.step = m == 1 ? 1.224 : m == 3 ? 2.0 / 3 : m == 7 ? 3.0 / 7 : 5.0 / m;
    double reach = 0;
    for (const DrawnStage& s : fan.drawn) reach += s.fan_in * s.input.square;
    if (options.rule == StepRule::matched && fan.threshold > 0 && reach > 0) {
        const double matched = theory::matched_step(plan.step, m, fan.threshold / fan.sigma_u, reach, 1);
        if (matched > 0) plan.step = matched;
    }
    plan.options.step = plan.step;
    if (options.rule == StepRule::sign) plan.table = sign_table();
    if (sigmas && !options.stochastic) plan.table = normal_table(plan.step, m);
    return plan;
}

std::optional<double> draw_integers(const PlannedPopulation& planned, std::uint64_t seed,
                                    const std::function<Connection&(std::size_t)>& connection) {
    const IntegerPlan& plan = *planned.integers;
    const std::vector<DrawnStage>& drawn = planned.fan.drawn;
    std::vector<std::vector<double>> units;
    Moment layer;
    for (std::size_t k = 0; k < drawn.size(); ++k) {
        Stage& stage = connection(drawn[k].connection).stages[drawn[k].stage];
        units.push_back(draw_stage(stage, planned.laws[k], {seed, drawn[k].stream}, plan));
        if (plan.options.rule ==
            StepRule::sign)  // as if the weights had been rounded to their mean magnitude
            std::fill(units[k].begin(), units[k].end(),
                      std::sqrt(2 / std::acos(-1.0) * variance(planned.laws[k])));
        const double per_weight = drawn[k].gain * drawn[k].gain * drawn[k].input.square;
        const std::vector<std::size_t> rows = rows_of(stage);
        for (std::size_t r = 0; r + 1 < rows.size(); ++r) {
            const std::span<const double> w(weights_of(stage).data() + rows[r], rows[r + 1] - rows[r]);
            layer.wanted += per_weight * mean_square(planned.laws[k]) * static_cast<double>(w.size());
            layer.there += per_weight * units[k][r] * units[k][r] * sum_of_squares(w);
        }
    }
    for (std::size_t k = 0; k < drawn.size(); ++k) {
        Stage& stage = connection(drawn[k].connection).stages[drawn[k].stage];
        const std::vector<std::size_t> rows = rows_of(stage);
        double* w = weights_of(stage).data();
        for (std::size_t r = 0; r + 1 < rows.size(); ++r) {
            double& unit = units[k][r];
            if (plan.options.correction == Correction::layer) unit *= layer.factor();
            const std::span<double> row(w + rows[r], rows[r + 1] - rows[r]);
            const double there = sum_of_squares(row);
            if (plan.options.correction == Correction::neuron && there > 0)
                unit = std::sqrt(mean_square(planned.laws[k]) * static_cast<double>(row.size()) / there);
            for (double& x : row) x *= unit;
        }
        auto* dense = std::get_if<Dense>(&stage);
        const bool one_unit = plan.options.correction != Correction::neuron && !units[k].empty();
        if (dense != nullptr && !plan.table.empty() && one_unit)
            dense->drawn = DrawnWeights{seed, drawn[k].stream, plan.table, units[k][0]};
    }
    std::optional<double> common;
    for (const std::vector<double>& list : units)
        for (double unit : list) {
            if (common && *common != unit) return std::nullopt;
            common = unit;
        }
    return common;
}

}  // namespace synfire
