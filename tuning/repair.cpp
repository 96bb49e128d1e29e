// Per neuron, or channel of neurons that share weights: a search over whole-number changes of its weights for
// one that satisfies a set of linear inequalities, one for each step near the threshold.
#include "tuning/repair.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "compiler/quantize/profile.hpp"
#include "compiler/support/parallel.hpp"
#include "emulator/emulate.hpp"

namespace synfire {
namespace {

// Steps are watched whose distance from the threshold is at most this many times the typical deviation.
constexpr double watched_deviations = 12;
// Moves of one neuron in one round.
constexpr int most_moves = 400;
constexpr std::size_t most_watched = 4000;

// One step of one neuron near its threshold.
struct Watched {
    std::size_t sample, step, neuron;
    double side;    // +1: the reference spikes; -1: it is silent
    double margin;  // by which the integers decide as the reference does; negative: they do not
};

// How the integers did under equal histories.
struct Judgement {
    std::vector<std::vector<Watched>> watched;     // by population
    std::vector<std::vector<std::uint8_t>> wrong;  // [population][neuron]
    std::size_t differing = 0;
    std::optional<LostSpike> first;
};

// The potential above which the integer neuron spikes, halfway between two integers.
double decides_at(const IntPopulation& p, std::size_t neuron) {
    return (at(p.threshold, neuron) + 0.5) / at(p.scale, neuron);
}

void judge_population(const Network& network, const IntNetwork& integers, std::size_t index, std::size_t b,
                      const CalibrationSample& run, const IntTrace& local, Judgement& judgement) {
    const Population& population = network.populations[index];
    if (!population.spiking) return;
    const IntPopulation& p = integers.populations[index];
    const PopulationTrace<double>& expected = run.trace.populations[index];
    const PopulationTrace<std::int32_t>& actual = local.populations[index];
    const std::size_t n = expected.neurons;
    double squares = 0;
    std::size_t cells = 0;
    std::vector<Watched> all;
    for (std::size_t j = 0; j < n; ++j)
        for (std::size_t t = 0; t < run.trace.steps; ++t) {
            const std::size_t cell = t * n + j;
            const double v = actual.compared[cell] / at(p.scale, j);
            const double side = expected.s[cell] > 0 ? 1 : -1;
            const double deviation = v - expected.compared[cell];
            all.push_back({b, t, j, side, side * (v - decides_at(p, j))});
            squares += deviation * deviation;
            ++cells;
            if (expected.s[cell] == actual.s[cell]) continue;
            ++judgement.differing;
            judgement.wrong[index][j] = 1;
            const double margin = std::abs(expected.compared[cell] - at(population.spiking->threshold, j));
            if (!judgement.first) judgement.first = LostSpike{b, t, index, j, side > 0, margin};
            break;  // what follows has another history
        }
    const double near = watched_deviations * std::sqrt(squares / static_cast<double>(cells));
    for (const Watched& w : all)
        if (w.margin < near) judgement.watched[index].push_back(w);
}

Judgement judge(const Network& network, const IntNetwork& integers,
                const std::vector<CalibrationSample>& runs, unsigned threads) {
    const std::size_t populations = network.populations.size();
    std::vector<Judgement> parts(runs.size());
    for_each_index(runs.size(), threads, [&](std::size_t b) {
        parts[b].watched.resize(populations);
        for (const Population& p : network.populations) parts[b].wrong.emplace_back(neurons(p), 0);
        ForcedSpikes forced;
        for (const PopulationTrace<double>& p : runs[b].trace.populations) forced.push_back(p.s);
        const IntTrace local = emulate(integers, runs[b].inputs, &forced);
        for (std::size_t p = 0; p < populations; ++p)
            judge_population(network, integers, p, b, runs[b], local, parts[b]);
    });
    Judgement whole = std::move(parts.at(0));
    for (std::size_t b = 1; b < parts.size(); ++b) {
        whole.differing += parts[b].differing;
        if (!whole.first) whole.first = parts[b].first;
        for (std::size_t p = 0; p < populations; ++p) {
            whole.watched[p].insert(whole.watched[p].end(), parts[b].watched[p].begin(),
                                    parts[b].watched[p].end());
            for (std::size_t j = 0; j < whole.wrong[p].size(); ++j) whole.wrong[p][j] |= parts[b].wrong[p][j];
        }
    }
    return whole;
}

// Inequalities margin[m] + sum over p of x[m][p] * change[p] >= 0.
struct Inequalities {
    std::vector<std::vector<double>> x;  // the side's sign included, per integer step
    std::vector<double> margin;
};

// Sum of squared shortfalls below `wanted` after one change.
double shortfall(const Inequalities& q, double wanted, std::size_t parameter, double change) {
    double sum = 0;
    for (std::size_t m = 0; m < q.margin.size(); ++m) {
        const double lack = wanted - q.margin[m] - q.x[m][parameter] * change;
        if (lack > 0) sum += lack * lack;
    }
    return sum;
}

struct Move {
    std::size_t parameter = 0;
    int change = 0;
    double shortfall = 0;
};

// The best change of one parameter; change 0 where none helps.
Move best_move(const Inequalities& q, double wanted, const std::vector<std::int32_t>& value,
               std::int32_t most) {
    const std::size_t n = value.size();
    std::vector<double> slope(n, 0.0), curvature(n, 0.0);
    double now = 0;
    for (std::size_t m = 0; m < q.margin.size(); ++m) {
        const double lack = wanted - q.margin[m];
        if (lack <= 0) continue;
        now += lack * lack;
        for (std::size_t p = 0; p < n; ++p) {
            slope[p] += lack * q.x[m][p];
            curvature[p] += q.x[m][p] * q.x[m][p];
        }
    }
    std::vector<std::size_t> order;
    for (std::size_t p = 0; p < n; ++p)
        if (curvature[p] > 0) order.push_back(p);
    const std::size_t tried = std::min<std::size_t>(order.size(), 12);
    const auto gain = [&](std::size_t p) { return slope[p] * slope[p] / curvature[p]; };
    std::partial_sort(
        order.begin(), order.begin() + static_cast<std::ptrdiff_t>(tried), order.end(),
        [&](std::size_t a, std::size_t b) { return gain(a) > gain(b) || (gain(a) == gain(b) && a < b); });
    Move best{0, 0, now};
    for (std::size_t k = 0; k < tried; ++k) {
        const std::size_t p = order[k];
        const double ideal = slope[p] / curvature[p];
        for (const double size : {std::round(ideal), std::copysign(1.0, ideal)}) {
            const auto change = static_cast<int>(std::clamp<double>(size, -64, 64));
            if (change == 0 || std::abs(value[p] + change) > most) continue;
            const double then = shortfall(q, wanted, p, change);
            if (then < best.shortfall * (1 - 1e-9)) best = {p, change, then};
        }
    }
    return best;
}

// Changes value until every inequality holds with `wanted` to spare, or nothing helps.
void satisfy(Inequalities& q, double wanted, std::int32_t most, std::vector<std::int32_t>& value) {
    for (int move = 0; move < most_moves; ++move) {
        const Move m = best_move(q, wanted, value, most);
        if (m.change == 0) return;
        value[m.parameter] += m.change;
        for (std::size_t k = 0; k < q.margin.size(); ++k) q.margin[k] += q.x[k][m.parameter] * m.change;
    }
}

struct Layer {
    const Network& network;
    const Population& population;
    const Inflow& inflow;
    const IntNetwork& integers;
    const std::vector<CalibrationSample>& runs;
    std::int32_t most;  // largest |q|, in steps
    int step;
};

Inequalities inequalities_of(const Layer& layer, const SynapseGroup& group, std::vector<Watched> watched) {
    const IntPopulation& p = layer.integers.populations[layer.inflow.population];
    const auto before = [](const Watched& a, const Watched& b) {
        return std::tie(a.sample, a.neuron, a.step) < std::tie(b.sample, b.neuron, b.step);
    };
    if (watched.size() > most_watched) {
        std::nth_element(watched.begin(), watched.begin() + most_watched, watched.end(),
                         [](const Watched& a, const Watched& b) { return a.margin < b.margin; });
        watched.resize(most_watched);
    }
    std::sort(watched.begin(), watched.end(), before);
    Inequalities q;
    std::vector<double> unit;
    for (std::size_t i = 0; i < group.weight.size(); ++i) {
        const IntConnection& c = layer.integers.connections[layer.inflow.connections[group.source[i]]];
        unit.push_back(layer.step * std::exp2(c.exponent + layer.integers.rules.accumulator_shift) /
                       at(p.scale, group.first));
    }
    for (std::size_t from = 0; from < watched.size();) {
        std::size_t to = from;
        while (to < watched.size() && watched[to].sample == watched[from].sample &&
               watched[to].neuron == watched[from].neuron)
            ++to;
        const CalibrationSample& run = layer.runs[watched[from].sample];
        const ArrivingValues x = arriving_values(layer.network, layer.inflow, run);
        std::size_t next = from;
        for_each_sensitivity(layer.population, layer.inflow, group, watched[from].neuron, x,
                             run.trace.populations[layer.inflow.population], watched[to - 1].step + 1,
                             [&](std::size_t t, const std::vector<double>& row) {
                                 if (next == to || watched[next].step != t) return;
                                 std::vector<double> signs(group.weight.size());
                                 for (std::size_t i = 0; i < signs.size(); ++i)
                                     signs[i] = watched[next].side * row[i] * unit[i];
                                 q.x.push_back(std::move(signs));
                                 q.margin.push_back(watched[next++].margin);
                             });
        while (next < to) ++next;  // refractory steps: no weight moves them
        from = to;
    }
    return q;
}

void repair_group(const Layer& layer, const SynapseGroup& group, const std::vector<Watched>& watched,
                  Calibration& calibration) {
    std::vector<std::int32_t> value(group.weight.size());
    const auto each = [&](auto visit) {
        for (std::size_t k = 0; k < layer.inflow.folded.size(); ++k) {
            const Folded& f = *layer.inflow.folded[k];
            const std::size_t from =
                f.matrix.begin(rows_of(f, group.first, group.last, layer.inflow.neurons).first);
            std::vector<std::int16_t>& weight = calibration.connections[layer.inflow.connections[k]].weight;
            for (std::size_t s = 0; s < group.parameter[k].size(); ++s)
                visit(weight[from + s], group.parameter[k][s]);
        }
    };
    each([&](std::int16_t w, std::uint32_t p) { value[p] = w / layer.step; });
    Inequalities q = inequalities_of(layer, group, watched);
    const IntPopulation& p = layer.integers.populations[layer.inflow.population];
    // What the decays' truncation may take, and a little more.
    const double wanted = 4 / at(p.scale, group.first);
    satisfy(q, wanted, layer.most, value);
    each([&](std::int16_t& w, std::uint32_t parameter) {
        w = static_cast<std::int16_t>(value[parameter] * layer.step);
    });
}

bool any_wrong(const std::vector<std::uint8_t>& wrong, const SynapseGroup& group) {
    return std::any_of(wrong.begin() + static_cast<std::ptrdiff_t>(group.first),
                       wrong.begin() + static_cast<std::ptrdiff_t>(group.last),
                       [](std::uint8_t w) { return w != 0; });
}

}  // namespace

RepairResult repair(const Network& network, const QuantizeOptions& options,
                    const std::vector<CalibrationSample>& runs, int most_rounds, unsigned threads,
                    Calibration& calibration) {
    Report quiet;
    const Profile profile = profile_of(options, quiet);
    std::vector<Folded> folded;
    for (const Connection& c : network.connections) folded.push_back(fold(network, c));
    Calibration best = calibration;
    RepairResult result;
    for (int round = 0;; ++round) {
        const IntNetwork integers = quantize(network, options, quiet, &calibration);
        const Judgement judgement = judge(network, integers, runs, threads);
        if (round == 0) result.before = result.after = judgement.differing;
        if (round == 0 || judgement.differing < result.after) {
            best = calibration;
            result.after = judgement.differing;
            result.left = judgement.first;
            result.rounds = round;
        }
        if (judgement.differing == 0 || round == most_rounds) break;
        for (std::size_t p = 0; p < network.populations.size(); ++p) {
            const Population& population = network.populations[p];
            const Inflow inflow = inflow_of(network, folded, p);
            const bool rounded =
                std::all_of(inflow.connections.begin(), inflow.connections.end(), [&](std::size_t c) {
                    return calibration.connections[c].weight.size() == integers.connections[c].weight.size();
                });
            if (!rounded || inflow.connections.empty()) continue;
            const Profile own = with_weight_bits(profile, options, population.name);
            const Layer layer{network,        population, inflow,
                              integers,       runs,       own.weight_max / own.weight_step,
                              own.weight_step};
            const std::vector<SynapseGroup> groups = synapse_groups(inflow);
            for_each_index(groups.size(), threads, [&](std::size_t g) {
                if (!any_wrong(judgement.wrong[p], groups[g])) return;
                std::vector<Watched> watched;
                for (const Watched& w : judgement.watched[p])
                    if (w.neuron >= groups[g].first && w.neuron < groups[g].last) watched.push_back(w);
                repair_group(layer, groups[g], watched, calibration);
            });
        }
    }
    calibration = std::move(best);
    return result;
}

}  // namespace synfire
