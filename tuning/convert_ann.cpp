// Measure, scale, replace max pools.
#include "tuning/convert_ann.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "compiler/frontend/onnx/stage_chain.hpp"
#include "compiler/network/check.hpp"
#include "compiler/network/per_neuron.hpp"
#include "compiler/network/rectified.hpp"
#include "tuning/rectified_maxima.hpp"

namespace synfire {
namespace {

[[noreturn]] void refuse(const Network& ann, const std::string& node, const std::string& reason,
                         const std::string& hint) {
    Diagnostic d;
    d.node = node.empty() ? "'" + ann.name + "' (network)" : "'" + node + "'";
    d.reason = reason;
    d.expected = "calibration data that the network was trained for";
    d.hint = hint;
    throw InputError(d);
}

// Channels of an image have a scale each; other layers have one.
std::size_t channels(const Population& p) {
    return p.shape.size() == 3 ? p.shape[0] : 1;
}

double percentile(std::vector<double>& values, double percent) {
    const double place = percent / 100 * static_cast<double>(values.size() - 1);
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::ceil(place));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

// What counts as the greatest activation, per population and channel.
std::vector<PerNeuron> greatest_activations(const Network& ann,
                                            const std::vector<std::vector<double>>& samples,
                                            const ConvertOptions& options) {
    std::vector<std::vector<std::vector<double>>> seen(ann.populations.size());
    for (std::size_t p = 0; p < seen.size(); ++p) seen[p].resize(channels(ann.populations[p]));
    for (const std::vector<double>& sample : samples) {
        const std::vector<std::vector<double>> values = evaluate_rectified(ann, {sample});
        for (std::size_t p = 0; p < values.size(); ++p) {
            const std::size_t plane = values[p].size() / seen[p].size();
            for (std::size_t i = 0; i < values[p].size(); ++i) seen[p][i / plane].push_back(values[p][i]);
        }
    }
    std::vector<PerNeuron> greatest;
    for (std::size_t p = 0; p < seen.size(); ++p) {
        PerNeuron own;
        double most = 0;
        for (std::vector<double>& channel : seen[p]) {
            const double largest = *std::max_element(channel.begin(), channel.end());
            const double robust = percentile(channel, options.percentile);
            own.push_back(robust > 0 ? robust : largest);
            most = std::max(most, own.back());
        }
        if (ann.populations[p].rectifier && !(most > 0))
            refuse(ann, ann.populations[p].name, "no neuron is active for any calibration sample",
                   "calibrate with inputs in the range that the network was trained with");
        // A channel without activity keeps the scale of its layer.
        for (double& value : own)
            if (!(value > 0)) value = most;
        greatest.push_back(std::move(own));
    }
    return greatest;
}

// One value per neuron, or one for all.
PerNeuron spread(const Population& p, const PerNeuron& per_channel) {
    if (per_channel.size() == 1) return per_channel;
    PerNeuron values;
    const std::size_t plane = neurons(p) / per_channel.size();
    for (const double value : per_channel) values.insert(values.end(), plane, value);
    return values;
}

PerNeuron inverse(PerNeuron values) {
    for (double& value : values) value = 1 / value;
    return values;
}

Population neuron_of(const Population& relu, const PerNeuron& greatest) {
    Population p = relu;
    p.rectifier.reset();
    p.beta = {1.0};
    p.bias = multiply(relu.bias, inverse(greatest));
    p.initial_v = {0.5};
    p.spiking = Spiking{{1.0}, Compare::greater_equal, SoftReset{{1.0}, false}};
    return p;
}

// What leaves the pools and maps at the front of a chain, one value per channel or neuron like what enters.
PerNeuron passed_on(const Stage& stage, const PerNeuron& values) {
    if (values.size() == 1) return values;
    PerNeuron result;
    if (const Pool* pool = std::get_if<Pool>(&stage)) {
        const Shape out = output_shape(*pool);
        const std::size_t plane = pool->input[1] * pool->input[2];
        for (std::size_t c = 0; c < out[0]; ++c)
            result.insert(result.end(), out[1] * out[2], values[c * plane]);
    } else {
        for (const std::size_t source : std::get<IndexMap>(stage).source)
            result.push_back(source == IndexMap::nothing ? 1.0 : values[source]);
    }
    return result;
}

// Weights times before and after, biases times after: pools and maps let both pass.
void scale(std::vector<Stage>& stages, PerNeuron before, const PerNeuron& after, std::size_t count) {
    std::size_t front = 0;
    while (front < stages.size() &&
           (std::holds_alternative<Pool>(stages[front]) || std::holds_alternative<IndexMap>(stages[front]))) {
        before = passed_on(stages[front], before);
        ++front;
    }
    const auto middle = stages.begin() + static_cast<std::ptrdiff_t>(front);
    std::vector<Stage> weighted(std::make_move_iterator(middle), std::make_move_iterator(stages.end()));
    stages.erase(middle, stages.end());
    if (weighted.empty()) weighted.emplace_back(onnx::one_to_one({1.0}, count));
    onnx::scale_inputs(weighted, before);
    onnx::scale_outputs(weighted, after, count);
    stages.insert(stages.end(), std::make_move_iterator(weighted.begin()),
                  std::make_move_iterator(weighted.end()));
}

void note(const Network& ann, std::size_t samples, const ConvertOptions& options, Report& report) {
    Diagnostic d;
    d.node = "'" + ann.name + "' (network)";
    d.reason = fmt::format(
        "converted to integrate-and-fire neurons: threshold 1, soft reset at once, start at 1/2; weights "
        "divided "
        "by percentile {} of the activations over {} samples, channel by channel",
        options.percentile, samples);
    report.note(d);
}

}  // namespace

Network convert_ann(const Network& given, const std::vector<std::vector<double>>& samples,
                    const ConvertOptions& options, Report& report) {
    if (given.inputs.size() != 1)
        refuse(given, "", fmt::format("it has {} inputs", given.inputs.size()),
               "convert networks of one input");
    if (samples.empty()) refuse(given, "", "there are no calibration samples", "give at least one sample");
    Network measured = rectified_before_pools(given);
    const std::vector<PerNeuron> known = greatest_activations(measured, samples, options);
    const RectifiedMaxima maxima = with_rectified_maxima(std::move(measured), report);
    const Network& ann = maxima.ann;
    std::vector<PerNeuron> greatest;
    for (const std::size_t origin : maxima.origin) greatest.push_back(known[origin]);
    Network snn = ann;
    for (const std::vector<double>& sample : samples)
        for (const double x : sample) snn.inputs[0].range = std::max(snn.inputs[0].range, std::fabs(x));
    const bool whole = std::all_of(samples.begin(), samples.end(), [](const std::vector<double>& sample) {
        return std::all_of(sample.begin(), sample.end(),
                           [](double x) { return x >= 0 && x <= max_count && x == std::floor(x); });
    });
    snn.inputs[0].kind = whole ? SignalKind::counts : SignalKind::real;
    if (whole) snn.inputs[0].range = 0;
    for (std::size_t p = 0; p < snn.populations.size(); ++p) {
        const Population& relu = ann.populations[p];
        if (relu.rectifier)
            snn.populations[p] = neuron_of(relu, spread(relu, greatest[p]));
        else
            snn.populations[p].beta = {1.0};
    }
    for (Connection& c : snn.connections) {
        const Population& target = ann.populations[c.target];
        PerNeuron before{1.0}, after{1.0};
        if (c.source.kind == Presynaptic::Kind::population)
            before = spread(ann.populations[c.source.index], greatest[c.source.index]);
        if (target.rectifier) after = inverse(spread(target, greatest[c.target]));
        scale(c.stages, before, after, neurons(target));
    }
    note(ann, samples.size(), options, report);
    return sort_populations(snn);
}

}  // namespace synfire
