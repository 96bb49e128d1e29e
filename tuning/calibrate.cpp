// One population after the other, all fed with the reference's spikes.
#include "tuning/calibrate.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/quantize/profile.hpp"
#include "compiler/support/parallel.hpp"
#include "runtime/philox.hpp"
#include "tuning/sensitivity.hpp"

namespace synfire {
namespace {

// Where many neurons share weights, this many of their steps are enough to know the moments.
constexpr std::size_t most_cells = 20000;
// Candidates for the part of the mean square that is added to the diagonal.
constexpr double shrinkages[] = {0.001, 0.01, 0.03, 0.1, 0.3};
// Changes of two weights at once are tried up to this many.
constexpr std::size_t most_paired = 1024;
// Neurons on which they are compared.
constexpr std::size_t judged_groups = 24;

// What one population may change, and the units of its integers.
struct Freedom {
    std::int32_t most = 0;      // largest |q|, in steps
    int step = 1;               // every q is a multiple of it
    bool scale = false;         // per neuron
    bool threshold = false;     // per neuron
    std::vector<double> finer;  // scales to try, as multiples of the quantizer's
};

struct Layer {
    const Network& network;
    const Population& population;
    const Inflow& inflow;
    const IntNetwork& plain;
    const std::vector<CalibrationSample>& runs;
    Freedom freedom;
};

std::vector<double> finer_scales(std::int32_t most) {
    if (most <= 1) return {0.7, 1, 1.3, 1.6, 2, 2.5, 3, 4};
    if (most <= 7)
        return {0.94, 1, 1.06, 1.12, 1.18, 1.25, 1.32, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2, 2.2, 2.4, 2.6};
    if (most <= 127) return {0.94, 0.96, 0.98, 1, 1.02, 1.05, 1.08, 1.12, 1.16, 1.2};
    return {1};
}

// The second moments of the coefficients of a group, of even and of odd samples.
struct Moments {
    SymmetricMatrix part[2];
    double weight[2] = {0, 0};  // of all cells together
};

// Only errors near the threshold cost spikes, so such steps count most: half at this part of the threshold
// away.
constexpr double near_threshold = 0.1;
// Steps that count less than this are left out.
constexpr double least_weight = 0.06;
// So many steps per parameter are needed before it pays to look at those near the threshold only: with 784
// weights and 46 steps for each, agreement on other data became worse, with 64 and 180 better.
constexpr std::size_t steps_per_parameter = 60;

double weight_near(double v, double threshold) {
    if (threshold == 0) return 1;
    const double distance = (v - threshold) / (near_threshold * std::abs(threshold));
    return 1 / (1 + distance * distance);
}

bool weighs_steps(const Layer& layer, const SynapseGroup& group) {
    const std::size_t cells = layer.runs.size() * layer.runs[0].trace.steps * (group.last - group.first);
    return layer.population.spiking && cells > steps_per_parameter * group.weight.size();
}

Moments moments_of(const Layer& layer, const SynapseGroup& group) {
    const std::size_t n = group.weight.size() + 2, size = group.last - group.first;
    Moments m{{SymmetricMatrix(n), SymmetricMatrix(n)}, {0, 0}};
    const std::size_t steps = layer.runs[0].trace.steps;
    const std::size_t cells = layer.runs.size() * steps * size;
    const std::size_t stride = size == 1 ? 1 : std::max<std::size_t>(1, cells / most_cells);
    const bool weighs = weighs_steps(layer, group);
    for (std::size_t b = 0; b < layer.runs.size(); ++b) {
        const CalibrationSample& run = layer.runs[b];
        const PopulationTrace<double>& trace = run.trace.populations[layer.inflow.population];
        const ArrivingValues x = arriving_values(layer.network, layer.inflow, run);
        for (std::size_t j = group.first + b % std::min(stride, size); j < group.last; j += stride)
            for_each_sensitivity(layer.population, layer.inflow, group, j, x, trace, steps,
                                 [&](std::size_t t, const std::vector<double>& row) {
                                     double weight = 1;
                                     if (weighs)
                                         weight = weight_near(trace.compared[t * trace.neurons + j],
                                                              at(layer.population.spiking->threshold, j));
                                     if (weight < least_weight) return;
                                     add_outer(m.part[b % 2], row, weight);
                                     m.weight[b % 2] += weight;
                                 });
    }
    return m;
}

// Both halves together, or one of them, as means.
SymmetricMatrix mean_moments(const Moments& m, bool even, bool odd) {
    SymmetricMatrix mean(m.part[0].n);
    const double weight = (even ? m.weight[0] : 0) + (odd ? m.weight[1] : 0);
    if (weight == 0) return mean;
    for (std::size_t i = 0; i < mean.values.size(); ++i)
        mean.values[i] = ((even ? m.part[0].values[i] : 0) + (odd ? m.part[1].values[i] : 0)) / weight;
    return mean;
}

// The moments that remain when bias and threshold follow every error as well as they can, and how they
// follow.
struct Form {
    SymmetricMatrix h;              // [n, n], n parameters
    std::vector<double> follow[2];  // of bias and threshold, per parameter
};

Form eliminate(const SymmetricMatrix& moments, bool threshold) {
    const std::size_t n = moments.n - 2, b = n, c = n + 1;
    Form form{SymmetricMatrix(n), {std::vector<double>(n, 0.0), std::vector<double>(n, 0.0)}};
    const double bb = moments(b, b), cc = moments(c, c), bc = moments(b, c);
    const double determinant = bb * cc - bc * bc;
    const bool both = threshold && determinant > 1e-9 * bb * cc;
    for (std::size_t i = 0; i < n; ++i) {
        if (both) {
            form.follow[0][i] = -(cc * moments(i, b) - bc * moments(i, c)) / determinant;
            form.follow[1][i] = -(bb * moments(i, c) - bc * moments(i, b)) / determinant;
        } else if (bb > 0) {
            form.follow[0][i] = -moments(i, b) / bb;
        }
    }
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            form.h(i, j) =
                moments(i, j) + form.follow[0][i] * moments(b, j) + form.follow[1][i] * moments(c, j);
    for (std::size_t i = 0; i < n; ++i)  // both triangles alike, whatever was rounded
        for (std::size_t j = 0; j < i; ++j) form.h(i, j) = form.h(j, i);
    return form;
}

double mean_square(const SymmetricMatrix& moments) {
    double trace = 0;
    const std::size_t n = moments.n - 2;
    for (std::size_t i = 0; i < n; ++i) trace += moments(i, i);
    return n == 0 ? 0 : trace / static_cast<double>(n);
}

// A group's integers, in steps of the grid.
struct Rounded {
    std::vector<std::int32_t> q;
    double finer = 1;
    double error = HUGE_VAL;  // mean square, in units of potential of the quantizer's scale
};

// What one integer step of each parameter adds to v / S, relative to the largest of the group; and that one.
struct Units {
    std::vector<double> relative;
    double largest = 0;
};

Units units_of(const Layer& layer, const SynapseGroup& group) {
    const IntPopulation& p = layer.plain.populations[layer.inflow.population];
    Units units{std::vector<double>(group.weight.size()), 0};
    std::vector<double> of_source;
    for (const std::size_t c : layer.inflow.connections)
        of_source.push_back(
            layer.freedom.step *
            std::exp2(layer.plain.connections[c].exponent + layer.plain.rules.accumulator_shift) /
            at(p.scale, group.first));
    for (const double u : of_source) units.largest = std::max(units.largest, u);
    for (std::size_t i = 0; i < group.weight.size(); ++i)
        units.relative[i] = of_source[group.source[i]] / units.largest;
    return units;
}

// h in integer steps, shrunk towards the identity.
SymmetricMatrix in_steps(const SymmetricMatrix& h, const Units& units, double added) {
    SymmetricMatrix scaled = h;
    for (std::size_t i = 0; i < h.n; ++i) {
        scaled(i, i) += added;
        for (std::size_t j = 0; j < h.n; ++j) scaled(i, j) *= units.relative[i] * units.relative[j];
    }
    return scaled;
}

std::vector<double> targets(const SynapseGroup& group, const Units& units, double finer) {
    std::vector<double> t(group.weight.size());
    for (std::size_t i = 0; i < t.size(); ++i)
        t[i] = group.weight[i] / (units.relative[i] * units.largest) * finer;
    return t;
}

// The scale at which q fits the weights best, as a multiple of the quantizer's.
double best_scale(const SymmetricMatrix& h, const std::vector<double>& t,
                  const std::vector<std::int32_t>& q) {
    double qq = 0, qt = 0;
    for (std::size_t i = 0; i < h.n; ++i) {
        if (q[i] == 0) continue;
        for (std::size_t j = 0; j < h.n; ++j) {
            qq += q[i] * h(i, j) * q[j];
            qt += q[i] * h(i, j) * t[j];
        }
    }
    return qt > 0 && qq > 0 ? qq / qt : 1;
}

Rounded round_group(const Freedom& freedom, const SynapseGroup& group, const Units& units,
                    const SymmetricMatrix& h, const Factor& factor) {
    Rounded best;
    for (const double finer : freedom.finer) {
        Rounded r;
        r.finer = finer;
        r.q = nearest_plane(factor, targets(group, units, finer), freedom.most);
        if (freedom.scale) r.finer = std::clamp(best_scale(h, targets(group, units, 1), r.q), 0.5, 8.0);
        r.error = descend(h, targets(group, units, r.finer), freedom.most, r.q) / (r.finer * r.finer);
        if (r.error < best.error) best = std::move(r);
    }
    if (h.n <= most_paired)
        best.error = descend_in_pairs(h, targets(group, units, best.finer), freedom.most, best.q) /
                     (best.finer * best.finer);
    return best;
}

// How much of the mean square is added to the diagonal: what rounds the odd samples best from the even ones.
double shrinkage_of(const Layer& layer, const std::vector<SynapseGroup>& groups, std::size_t first,
                    const Moments& moments) {
    if (moments.weight[0] == 0 || moments.weight[1] == 0) return shrinkages[3];
    const SymmetricMatrix even = mean_moments(moments, true, false), odd = mean_moments(moments, false, true);
    const Form seen = eliminate(even, layer.freedom.threshold);
    double least = HUGE_VAL, best = 0;
    for (const double s : shrinkages) {
        double error = 0;
        const Units units = units_of(layer, groups[first]);
        const SymmetricMatrix h = in_steps(seen.h, units, s * mean_square(even));
        const SymmetricMatrix judge = in_steps(eliminate(odd, layer.freedom.threshold).h, units, 0);
        const Factor factor = factorize(h);
        for (std::size_t g = first; g < std::min(groups.size(), first + judged_groups); ++g) {
            if (!same_layout(layer.inflow, groups[first], groups[g])) continue;
            const Units own = units_of(layer, groups[g]);
            const std::vector<double> t = targets(groups[g], own, 1);
            error +=
                error_of(judge, t, nearest_plane(factor, t, layer.freedom.most)) * own.largest * own.largest;
        }
        if (error < least) {
            least = error;
            best = s;
        }
    }
    return best;
}

// What groups with one layout have in common.
struct Shared {
    Form form;
    double added = 0;
    SymmetricMatrix h;
    Factor factor;
};

Shared prepare(const Layer& layer, const std::vector<SynapseGroup>& groups, std::size_t group,
               double shrinkage, const Moments& moments) {
    const SymmetricMatrix all = mean_moments(moments, true, true);
    Shared shared;
    shared.form = eliminate(all, layer.freedom.threshold);
    shared.h = in_steps(shared.form.h, units_of(layer, groups[group]), shrinkage * mean_square(all));
    shared.factor = factorize(shared.h);
    return shared;
}

struct Result {
    Calibration::Neurons neurons;
    std::vector<Calibration::Synapses> synapses;  // by position in Inflow::connections
};

void write_weights(const Layer& layer, const SynapseGroup& group, const Rounded& rounded, Result& result) {
    for (std::size_t j = group.first; j < group.last; ++j) result.neurons.finer[j] = rounded.finer;
    for (std::size_t k = 0; k < layer.inflow.folded.size(); ++k) {
        const Folded& f = *layer.inflow.folded[k];
        const std::size_t from =
            f.matrix.begin(rows_of(f, group.first, group.last, layer.inflow.neurons).first);
        for (std::size_t s = 0; s < group.parameter[k].size(); ++s)
            result.synapses[k].weight[from + s] =
                static_cast<std::int16_t>(rounded.q[group.parameter[k][s]] * layer.freedom.step);
    }
}

// Bias and threshold follow the errors of the weights.
void write_corrections(const Layer& layer, const SynapseGroup& group, const Rounded& rounded,
                       const Form& form, Result& result) {
    const Units units = units_of(layer, group);
    double bias = 0, threshold = 0;
    for (std::size_t i = 0; i < rounded.q.size(); ++i) {
        const double error =
            rounded.q[i] * units.relative[i] * units.largest / rounded.finer - group.weight[i];
        bias += form.follow[0][i] * error;
        threshold += form.follow[1][i] * error;
    }
    for (std::size_t j = group.first; j < group.last; ++j) {
        result.neurons.bias[j] = bias;
        result.neurons.threshold[j] = threshold;
    }
}

Result untouched(const Layer& layer) {
    Result result;
    for (const std::size_t c : layer.inflow.connections)
        result.synapses.push_back({layer.plain.connections[c].weight});
    return result;
}

// Up with the probability of the fraction: weight k of connection c takes random number k of stream c.
Result stochastic(const Layer& layer, std::uint64_t seed) {
    Result result = untouched(layer);
    const IntPopulation& p = layer.plain.populations[layer.inflow.population];
    for (std::size_t k = 0; k < layer.inflow.folded.size(); ++k) {
        const std::size_t index = layer.inflow.connections[k];
        const Matrix& matrix = layer.inflow.folded[k]->matrix;
        const double unit = layer.freedom.step * std::exp2(layer.plain.connections[index].exponent +
                                                           layer.plain.rules.accumulator_shift);
        for (std::size_t row = 0; row < matrix.outputs; ++row) {
            const std::size_t j = neuron_of_row(*layer.inflow.folded[k], row, layer.inflow.neurons);
            const double scale = at(p.scale, j);
            for (std::size_t s = matrix.begin(row); s < matrix.end(row); ++s) {
                const double draw = static_cast<double>(rt::random_bits(seed, index, s) >> 11) * 0x1p-53;
                const double q = std::floor(matrix.weight[s] * scale / unit + draw);
                const double most = layer.freedom.most;
                result.synapses[k].weight[s] =
                    static_cast<std::int16_t>(std::clamp(q, -most, most) * layer.freedom.step);
            }
        }
    }
    return result;
}

// The scale whose rounding errors are smallest, then the one that keeps the sum of squares.
Rounded round_by_moments(const Layer& layer, const SynapseGroup& group) {
    const Units units = units_of(layer, group);
    Rounded best;
    for (const double finer : layer.freedom.finer) {
        Rounded r;
        double error = 0, kept = 0, whole = 0;
        const std::vector<double> t = targets(group, units, finer);
        for (std::size_t i = 0; i < t.size(); ++i) {
            const double u = units.relative[i], most = layer.freedom.most;
            r.q.push_back(static_cast<std::int32_t>(std::clamp(std::round(t[i]), -most, most)));
            error += (r.q[i] - t[i]) * (r.q[i] - t[i]) * u * u;
            kept += r.q[i] * r.q[i] * u * u;
            whole += t[i] * t[i] * u * u;
        }
        r.error = error / (finer * finer);
        r.finer = layer.freedom.scale && whole > 0 && kept > 0 ? finer * std::sqrt(kept / whole) : finer;
        if (r.error < best.error) best = std::move(r);
    }
    return best;
}

Result keep_moments(const Layer& layer, const std::vector<SynapseGroup>& groups) {
    Result result = untouched(layer);
    result.neurons.finer.assign(layer.inflow.neurons, 1.0);
    for (const SynapseGroup& group : groups)
        if (!group.weight.empty()) write_weights(layer, group, round_by_moments(layer, group), result);
    return result;
}

Result calibrate_layer(const Layer& layer, const std::vector<SynapseGroup>& groups, unsigned threads) {
    Result result = untouched(layer);
    const std::size_t n = layer.inflow.neurons;
    result.neurons = {std::vector<double>(n, 1.0), PerNeuron(n, 0.0), PerNeuron(n, 0.0), {}};
    std::size_t lead = 0;  // the first group with synapses; what it teaches serves all that are alike
    while (groups[lead].weight.empty()) ++lead;
    const bool alike = !weighs_steps(layer, groups[lead]) && history_free(layer.population) &&
                       layer.population.alpha.size() == 1 && layer.population.beta.size() == 1;
    const Moments first = moments_of(layer, groups[lead]);
    const double shrinkage = shrinkage_of(layer, groups, lead, first);
    const Shared common = prepare(layer, groups, lead, shrinkage, first);
    for_each_index(groups.size(), threads, [&](std::size_t g) {
        const SynapseGroup& group = groups[g];
        if (group.weight.empty()) return;
        const bool shares =
            g == lead || (alike && same_layout(layer.inflow, groups[lead], group) &&
                          units_of(layer, group).relative == units_of(layer, groups[lead]).relative);
        const Shared own = shares ? Shared{} : prepare(layer, groups, g, shrinkage, moments_of(layer, group));
        const Shared& s = shares ? common : own;
        const Rounded rounded = round_group(layer.freedom, group, units_of(layer, group), s.h, s.factor);
        write_weights(layer, group, rounded, result);
        write_corrections(layer, group, rounded, s.form, result);
    });
    return result;
}

Freedom freedom_of(const Profile& profile, const QuantizeOptions& options) {
    Freedom f;
    f.step = profile.weight_step;
    f.most = profile.weight_max / profile.weight_step;
    const bool per_neuron = options.profile == "mcu" && options.granularity == Granularity::neuron;
    f.scale = per_neuron && f.most <= 127;
    f.threshold = per_neuron;
    f.finer = f.scale ? finer_scales(f.most) : std::vector<double>{1};
    return f;
}

// Every weight is a whole number of integer units already.
bool exact(const Layer& layer) {
    const IntPopulation& p = layer.plain.populations[layer.inflow.population];
    for (std::size_t k = 0; k < layer.inflow.folded.size(); ++k) {
        const Matrix& m = layer.inflow.folded[k]->matrix;
        const IntConnection& c = layer.plain.connections[layer.inflow.connections[k]];
        const double unit = std::exp2(c.exponent + layer.plain.rules.accumulator_shift);
        for (std::size_t row = 0; row < m.outputs; ++row) {
            const std::size_t j = neuron_of_row(*layer.inflow.folded[k], row, layer.inflow.neurons);
            const double scale = at(p.scale, j);
            for (std::size_t s = m.begin(row); s < m.end(row); ++s)
                if (std::abs(c.weight[s] * unit / scale - m.weight[s]) > 1e-6 * std::abs(m.weight[s]))
                    return false;
        }
    }
    return true;
}

void note(Report& report, const Population& p, const std::string& reason, bool warning) {
    Diagnostic d;
    d.node = "'" + p.name + "'";
    d.field = "weight";
    d.reason = reason;
    if (warning) d.hint = "split the layer, or accept nearest rounding";
    warning ? report.warning(d) : report.note(d);
}

// Rounded to nearest. Its errors are the caller's; its notes are not, for they are about integers that are
// not kept.
IntNetwork nearest(const Network& network, const QuantizeOptions& options, Report& report) {
    Report own;
    try {
        return quantize(network, options, own);
    } catch (const StageFailed&) {
        report.diagnostics.insert(report.diagnostics.end(), own.diagnostics.begin(), own.diagnostics.end());
        throw;
    }
}

}  // namespace

Calibration calibrate(const Network& network, const QuantizeOptions& options,
                      const std::vector<CalibrationSample>& runs, const CalibrateOptions& how,
                      Report& report) {
    const IntNetwork plain = nearest(network, options, report);
    Report quiet;
    std::vector<Folded> folded;
    for (const Connection& c : network.connections) folded.push_back(fold(network, c));
    const Profile profile = profile_of(options, quiet);
    Calibration calibration;
    calibration.populations.resize(network.populations.size());
    calibration.connections.resize(network.connections.size());
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        const Population& population = network.populations[p];
        const Inflow inflow = inflow_of(network, folded, p);
        const Layer layer{network, population,
                          inflow,  plain,
                          runs,    freedom_of(with_weight_bits(profile, options, population.name), options)};
        if (exact(layer)) continue;
        const std::vector<SynapseGroup> groups = synapse_groups(inflow);
        std::size_t most = 0;
        for (const SynapseGroup& g : groups) most = std::max(most, g.weight.size());
        if (how.rounding == Rounding::spikes && most > most_parameters) {
            note(report, population,
                 fmt::format("{} weights per neuron are too many to round together (at most {})", most,
                             most_parameters),
                 true);
            continue;
        }
        Result result = how.rounding == Rounding::spikes    ? calibrate_layer(layer, groups, how.threads)
                        : how.rounding == Rounding::moments ? keep_moments(layer, groups)
                                                            : stochastic(layer, how.seed);
        calibration.populations[p] = std::move(result.neurons);
        for (std::size_t k = 0; k < inflow.connections.size(); ++k)
            calibration.connections[inflow.connections[k]] = std::move(result.synapses[k]);
    }
    return calibration;
}

}  // namespace synfire
