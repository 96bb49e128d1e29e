#include "tuning/propagate.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "compiler/quantize/quantize.hpp"
#include "compiler/support/parallel.hpp"
#include "emulator/emulate.hpp"
#include "emulator/reference.hpp"
#include "tuning/slice.hpp"

namespace synfire {
namespace {

// The neurons that send anything in any step.
std::vector<std::size_t> active(const Signal& signal) {
    std::vector<std::size_t> list;
    for (std::size_t j = 0; j < signal.neurons; ++j)
        for (std::size_t t = 0; t < signal.steps; ++t) {
            if (signal.values[t * signal.neurons + j] == 0) continue;
            list.push_back(j);
            break;
        }
    return list;
}

Signal columns(const Signal& signal, const std::vector<std::size_t>& kept) {
    Signal out{signal.steps, kept.size(), {}};
    out.values.reserve(signal.steps * kept.size());
    for (std::size_t t = 0; t < signal.steps; ++t)
        for (std::size_t j : kept) out.values.push_back(signal.values[t * signal.neurons + j]);
    return out;
}

// Draws a Dense that comes first in its connection for the active inputs only: the others add nothing.
// Returns false where this does not apply.
bool draw_active(Slice& slice, std::size_t connection, std::size_t stage, const Law& law, Stream stream) {
    Connection& c = slice.network.connections[connection];
    auto* dense = std::get_if<Dense>(&c.stages[stage]);
    if (dense == nullptr || stage != 0 || c.source.kind != Presynaptic::Kind::input) return false;
    const std::vector<std::size_t> kept = active(slice.inputs[c.source.index]);
    std::vector<std::uint64_t> index;
    index.reserve(dense->outputs * kept.size());
    for (std::size_t o = 0; o < dense->outputs; ++o)
        for (std::size_t j : kept) index.push_back(std::uint64_t{o} * dense->inputs + j);
    dense->weight.resize(index.size());
    draw(law, stream, index, dense->weight);
    dense->inputs = kept.size();
    slice.inputs[c.source.index] = columns(slice.inputs[c.source.index], kept);
    slice.network.inputs[c.source.index].shape = {kept.size()};
    return true;
}

// "u > round(threshold)" instead of the floor rule, in integers: half a unit above the next one, so that a
// sum that equals it is below in every rounding.
void round_thresholds(Slice& slice, double unit) {
    std::optional<Spiking>& spiking = slice.network.populations[0].spiking;
    if (!spiking) return;
    for (double& threshold : spiking->threshold)
        threshold = (std::floor(threshold / unit + 0.5) + 0.5) * unit;
}

void draw_slice(Slice& slice, const PlannedPopulation& planned, std::uint64_t seed, bool sparse) {
    const auto place = [&](std::size_t connection) {
        const auto it = std::find(slice.connection.begin(), slice.connection.end(), connection);
        return static_cast<std::size_t>(it - slice.connection.begin());
    };
    if (planned.integers || !sparse) {
        const std::optional<double> unit = draw_weights(
            planned, seed, [&](std::size_t c) -> Connection& { return slice.network.connections[place(c)]; });
        if (unit && planned.integers->options.nearest_threshold) round_thresholds(slice, *unit);
        return;
    }
    for (std::size_t k = 0; k < planned.laws.size(); ++k) {
        const DrawnStage& s = planned.fan.drawn[k];
        PlannedPopulation one{planned.fan, {planned.laws[k]}, {}};
        one.fan.drawn = {s};
        if (draw_active(slice, place(s.connection), s.stage, planned.laws[k], {seed, s.stream})) continue;
        draw_weights(one, seed,
                     [&](std::size_t c) -> Connection& { return slice.network.connections[place(c)]; });
    }
}

// Whether anything but the population itself is ever active.
bool is_driven(const Slice& slice) {
    return std::any_of(slice.inputs.begin(), slice.inputs.end(), [](const Signal& s) {
        return std::any_of(s.values.begin(), s.values.end(), [](double x) { return x != 0; });
    });
}

// A population that gets nothing and has nothing of its own stays at 0: no weight needs to be drawn.
bool stays_silent(const Slice& slice) {
    if (is_driven(slice)) return false;
    const Population& p = slice.network.populations[0];
    const auto zero = [](const PerNeuron& x) {
        return std::all_of(x.begin(), x.end(), [](double v) { return v == 0; });
    };
    if (!zero(p.bias) || !zero(p.initial_v) || !zero(p.initial_i) || !p.v_min.empty()) return false;
    if (p.spiking && std::any_of(p.spiking->threshold.begin(), p.spiking->threshold.end(),
                                 [](double t) { return t <= 0; }))
        return false;
    const auto& list = slice.network.connections;
    return std::all_of(list.begin(), list.end(), [](const Connection& c) {
        return std::all_of(c.stages.begin(), c.stages.end(), [](const Stage& stage) {
            return std::visit(
                [](const auto& s) {
                    if constexpr (requires { s.bias; }) return s.bias.empty();
                    if constexpr (requires { s.offset; }) return s.offset.empty();
                    return true;
                },
                stage);
        });
    });
}

struct Record {
    std::vector<LayerStep> steps;
    Signal spikes;
};

template <class Value>
Record record_of(const PopulationTrace<Value>& trace, std::size_t steps, double scale) {
    Record record{std::vector<LayerStep>(steps), {steps, trace.neurons, {}}};
    const std::size_t n = trace.neurons;
    record.spikes.values.assign(steps * n, 0.0);
    for (std::size_t t = 0; t < steps; ++t) {
        LayerStep& out = record.steps[t];
        double sum = 0;
        for (std::size_t j = 0; j < n; ++j) sum += static_cast<double>(trace.compared[t * n + j]) / scale;
        out.mean = sum / static_cast<double>(n);
        double squares = 0;
        for (std::size_t j = 0; j < n; ++j) {
            const double d = static_cast<double>(trace.compared[t * n + j]) / scale - out.mean;
            squares += d * d;
        }
        out.variance = squares / static_cast<double>(n);
        if (!trace.spiking) continue;
        for (std::size_t j = 0; j < n; ++j) {
            record.spikes.values[t * n + j] = trace.s[t * n + j];
            out.spikes += trace.s[t * n + j];
        }
    }
    return record;
}

// Real values have no integers of their own: what they drive runs in floating point.
bool takes_integers(const Slice& slice) {
    return std::none_of(slice.network.inputs.begin(), slice.network.inputs.end(),
                        [](const Input& i) { return i.kind == SignalKind::real; });
}

Record run(const Slice& slice, std::size_t steps, bool use_emulator) {
    if (!use_emulator || !takes_integers(slice))
        return record_of(simulate(slice.network, slice.inputs).populations[0], steps, 1);
    Report ignored;
    const IntNetwork integers = quantize(slice.network, {}, ignored);
    return record_of(emulate(integers, slice.inputs).populations[0], steps, integers.populations[0].scale[0]);
}

Spread spread_of(const std::vector<double>& x) {
    Spread s;
    for (double v : x) s.mean += v / static_cast<double>(x.size());
    for (double v : x) s.sd += (v - s.mean) * (v - s.mean) / static_cast<double>(x.size());
    s.sd = std::sqrt(s.sd);
    return s;
}

template <class Get>
Spread over_trials(const std::vector<TrialActivity>& trials, Get get) {
    std::vector<double> values;
    for (const TrialActivity& trial : trials) values.push_back(get(trial));
    return spread_of(values);
}

double total(const std::vector<LayerStep>& steps) {
    double sum = 0;
    for (const LayerStep& s : steps) sum += s.spikes;
    return sum;
}

// All populations at once: needed where later ones drive earlier ones.
TrialActivity propagate_whole(Network network, const std::vector<PlannedPopulation>& planned,
                              const std::vector<Signal>& inputs, std::uint64_t seed, bool use_emulator) {
    for (const PlannedPopulation& p : planned)
        draw_weights(p, seed, [&](std::size_t c) -> Connection& { return network.connections[c]; });
    TrialActivity activity;
    const std::size_t steps = inputs[0].steps;
    if (!use_emulator) {
        for (const auto& trace : simulate(network, inputs).populations)
            activity.push_back(record_of(trace, steps, 1).steps);
        return activity;
    }
    Report ignored;
    const IntNetwork integers = quantize(network, {}, ignored);
    const IntTrace trace = emulate(integers, inputs);
    for (std::size_t p = 0; p < trace.populations.size(); ++p)
        activity.push_back(record_of(trace.populations[p], steps, integers.populations[p].scale[0]).steps);
    return activity;
}

}  // namespace

TrialActivity propagate_once(const Network& network, const std::vector<PlannedPopulation>& planned,
                             const std::vector<Signal>& inputs, std::uint64_t seed, bool use_emulator) {
    const std::size_t steps = inputs.at(0).steps;
    if (!is_layered(network)) return propagate_whole(network, planned, inputs, seed, use_emulator);
    std::vector<Signal> spikes(network.populations.size());
    TrialActivity activity;
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        Slice slice = slice_of(network, p, inputs, spikes);
        const std::size_t n = neurons(network.populations[p]);
        Record record{std::vector<LayerStep>(steps), {steps, n, {}}};
        if (stays_silent(slice)) {
            record.spikes.values.assign(steps * n, 0.0);
        } else {
            draw_slice(slice, planned[p], seed, !use_emulator);
            record = run(slice, steps, use_emulator);
        }
        spikes[p] = std::move(record.spikes);
        activity.push_back(std::move(record.steps));
    }
    return activity;
}

std::vector<PopulationActivity> propagate(const Network& network,
                                          const std::vector<PlannedPopulation>& planned,
                                          const DrawInputs& inputs, const PropagateOptions& options,
                                          const std::function<void(std::size_t)>& progress) {
    std::vector<TrialActivity> trials(options.trials);
    std::mutex mutex;
    std::size_t done = 0;
    for_each_index(options.trials, options.threads, [&](std::size_t k) {
        const std::uint64_t seed = options.seed + k;
        trials[k] = propagate_once(network, planned, inputs(seed), seed, options.use_emulator);
        const std::lock_guard<std::mutex> lock(mutex);
        progress(++done);
    });
    std::vector<PopulationActivity> layers(network.populations.size());
    for (std::size_t p = 0; p < layers.size(); ++p) {
        PopulationActivity& layer = layers[p];
        for (std::size_t t = 0; t < trials[0][p].size(); ++t) {
            layer.variance.push_back(over_trials(trials, [&](const auto& x) { return x[p][t].variance; }));
            layer.mean.push_back(over_trials(trials, [&](const auto& x) { return x[p][t].mean; }));
            layer.spikes.push_back(over_trials(trials, [&](const auto& x) { return x[p][t].spikes; }));
        }
        layer.total_spikes = over_trials(trials, [&](const auto& x) { return total(x[p]); });
        const auto living =
            std::count_if(trials.begin(), trials.end(), [&](const auto& x) { return total(x[p]) > 0; });
        layer.alive = static_cast<double>(living) / static_cast<double>(trials.size());
    }
    return layers;
}

}  // namespace synfire
