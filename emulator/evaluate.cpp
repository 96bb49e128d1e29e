#include "emulator/evaluate.hpp"

#include <algorithm>

#include "compiler/support/parallel.hpp"
#include "emulator/emulate.hpp"
#include "emulator/reference.hpp"

namespace synfire {
namespace {

// Traces of a block of samples stay below this.
constexpr std::size_t block_bytes = std::size_t{1} << 30;

struct Prepared {
    const Network& network;
    const IntNetwork& integers;
    const ReadoutRule& rule;
    std::size_t output = 0;
    std::vector<Both<FanOut>> fans;  // per connection
};

struct Sample {
    FloatTrace reference;
    IntTrace propagated, local;
    std::vector<Both<Traffic>> traffic;  // per connection
    std::vector<std::vector<std::uint64_t>> input_events;
    Both<Answer> answer;
};

template <class Value>
std::vector<const std::vector<std::uint8_t>*> spikes_of(const Trace<Value>& trace) {
    std::vector<const std::vector<std::uint8_t>*> spikes;
    for (const auto& p : trace.populations) spikes.push_back(&p.s);
    return spikes;
}

std::vector<Both<Traffic>> traffic_of(const Prepared& run, const std::vector<Signal>& inputs,
                                      const Sample& sample) {
    const auto reference = spikes_of(sample.reference), emulator = spikes_of(sample.propagated);
    std::vector<Both<Traffic>> result;
    for (std::size_t k = 0; k < run.integers.connections.size(); ++k) {
        const IntConnection& c = run.integers.connections[k];
        const auto count = [&](const auto& spikes, const FanOut& fan) {
            return traffic(c, fan, sent(run.integers, c.source, inputs, spikes), sample.reference.steps);
        };
        result.push_back({count(reference, run.fans[k].reference), count(emulator, run.fans[k].emulator)});
    }
    return result;
}

std::vector<std::vector<std::uint64_t>> events_of_inputs(const std::vector<Signal>& inputs) {
    std::vector<std::vector<std::uint64_t>> events;
    for (const Signal& signal : inputs) {
        events.emplace_back(signal.neurons);
        for (std::size_t k = 0; k < signal.values.size(); ++k)
            events.back()[k % signal.neurons] += signal.values[k] != 0;
    }
    return events;
}

Sample run_sample(const Prepared& run, const std::vector<Signal>& inputs) {
    Sample sample;
    sample.reference = simulate(run.network, inputs);
    sample.propagated = emulate(run.integers, inputs);
    ForcedSpikes forced;
    for (const auto& p : sample.reference.populations) forced.push_back(p.s);
    sample.local = emulate(run.integers, inputs, &forced);
    sample.traffic = traffic_of(run, inputs, sample);
    sample.input_events = events_of_inputs(inputs);
    const auto answer = [&](const auto& trace, const PerNeuron& scale) {
        return answer_of(run.rule.scores(output_record(trace.populations[run.output], trace.steps, scale)));
    };
    sample.answer.reference = answer(sample.reference, {1.0});
    sample.answer.emulator = answer(sample.propagated, run.integers.populations[run.output].scale);
    return sample;
}

template <class Value>
bool is_silent(const PopulationTrace<Value>& output) {
    return output.spiking && std::all_of(output.s.begin(), output.s.end(), [](auto s) { return s == 0; });
}

void add_answer(AnswerCounts& counts, std::size_t index, const Sample& sample, std::size_t output,
                const std::size_t* label) {
    const Answer reference = sample.answer.reference, emulator = sample.answer.emulator;
    ++counts.samples;
    counts.same += reference.label == emulator.label;
    if (reference.label != emulator.label && counts.changed.size() < AnswerCounts::most_changed)
        counts.changed.push_back(index);
    counts.tied.reference += reference.tied;
    counts.tied.emulator += emulator.tied;
    counts.silent.reference += is_silent(sample.reference.populations[output]);
    counts.silent.emulator += is_silent(sample.propagated.populations[output]);
    if (label == nullptr) return;
    const bool expected = reference.label == *label, actual = emulator.label == *label;
    ++counts.labelled;
    counts.right.reference += expected;
    counts.right.emulator += actual;
    counts.lost += expected && !actual;
    counts.won += actual && !expected;
    ++counts.per_class[*label];
    counts.right_per_class.reference[*label] += expected;
    counts.right_per_class.emulator[*label] += actual;
}

void add_potentials(LayerEvaluation& layer, const PopulationTrace<double>& reference,
                    const PopulationTrace<std::int32_t>& emulator, const PerNeuron& scale) {
    for (std::size_t k = 0; k < reference.v.size(); ++k) {
        const double v = emulator.v[k] / at(scale, k % reference.neurons);
        layer.squared_error += (v - reference.v[k]) * (v - reference.v[k]);
        layer.squared_reference += reference.v[k] * reference.v[k];
    }
}

void add_result(Evaluation& total, std::size_t index, const Prepared& run, const Sample& sample,
                const std::size_t* label) {
    add_sample(total.agreement, index, run.network, run.integers, sample.reference, sample.propagated,
               sample.local);
    for (std::size_t p = 0; p < total.layers.size(); ++p) {
        LayerEvaluation& layer = total.layers[p];
        const auto& reference = sample.reference.populations[p];
        const auto& emulator = sample.propagated.populations[p];
        if (layer.spiking) {
            add_spikes(layer.activity.reference, reference.s, layer.neurons);
            add_spikes(layer.activity.emulator, emulator.s, layer.neurons);
            add_margins(layer.margins, *run.network.populations[p].spiking, reference, emulator,
                        sample.local.populations[p]);
        } else {
            add_potentials(layer, reference, emulator, run.integers.populations[p].scale);
        }
    }
    for (std::size_t k = 0; k < total.connections.size(); ++k) {
        add(total.connections[k].traffic.reference, sample.traffic[k].reference);
        add(total.connections[k].traffic.emulator, sample.traffic[k].emulator);
    }
    for (std::size_t i = 0; i < total.input_events.size(); ++i)
        for (std::size_t j = 0; j < total.input_events[i].size(); ++j)
            total.input_events[i][j] += sample.input_events[i][j];
    add_answer(total.answers, index, sample, run.output, label);
}

std::uint64_t sum(const std::vector<std::uint32_t>& values) {
    std::uint64_t total = 0;
    for (std::uint32_t value : values) total += value;
    return total;
}

Evaluation empty_evaluation(const Prepared& run) {
    Evaluation total;
    for (const Population& p : run.network.populations)
        total.layers.push_back({p.name, neurons(p), p.spiking.has_value(), {}, 0, 0, {}});
    for (std::size_t k = 0; k < run.network.connections.size(); ++k) {
        const Connection& c = run.network.connections[k];
        const Both<FanOut>& fan = run.fans[k];
        total.connections.push_back({c.name,
                                     name_of(run.network, c.source),
                                     run.network.populations[c.target].name,
                                     {sum(fan.reference.synapses), sum(fan.emulator.synapses)},
                                     {sum(fan.reference.zeros), sum(fan.emulator.zeros)},
                                     {}});
    }
    for (const Input& i : run.network.inputs) total.input_events.emplace_back(neurons(i));
    const std::size_t classes = neurons(run.network.populations[run.output]);
    total.answers.per_class.resize(classes);
    total.answers.right_per_class = {total.answers.per_class, total.answers.per_class};
    return total;
}

// Samples whose traces fit into a block, and at least one.
std::size_t block_size(const Network& network, std::size_t steps) {
    std::size_t cells = 0;
    for (const Population& p : network.populations) cells += neurons(p) * steps;
    constexpr std::size_t bytes_per_cell = 4 * sizeof(double) + 2 * 4 * sizeof(std::int32_t);
    return std::clamp<std::size_t>(block_bytes / bytes_per_cell / std::max<std::size_t>(cells, 1), 1, 64);
}

}  // namespace

Evaluation evaluate(const Network& network, const IntNetwork& integers, std::size_t samples,
                    std::size_t steps, const SampleSource& source, const std::vector<std::size_t>& labels,
                    const EvaluateOptions& options) {
    const std::size_t output = network.outputs.at(0);
    Prepared run{network,
                 integers,
                 options.rule != nullptr
                     ? *options.rule
                     : default_readout_rule(network.populations[output].spiking.has_value()),
                 output,
                 {}};
    for (std::size_t k = 0; k < network.connections.size(); ++k) {
        const IntConnection& c = integers.connections.at(k);
        run.fans.push_back({fan_out(network, network.connections[k], c), fan_out(c)});
    }
    Evaluation total = empty_evaluation(run);
    total.samples = samples;
    total.steps = steps;
    const std::size_t block = block_size(network, steps);
    for (std::size_t begin = 0; begin < samples; begin += block) {
        std::vector<Sample> results(std::min(block, samples - begin));
        for_each_index(results.size(), options.threads,
                       [&](std::size_t i) { results[i] = run_sample(run, source(begin + i)); });
        for (std::size_t i = 0; i < results.size(); ++i)
            add_result(total, begin + i, run, results[i], labels.empty() ? nullptr : &labels[begin + i]);
        if (options.progress) options.progress(begin + results.size());
    }
    return total;
}

}  // namespace synfire
