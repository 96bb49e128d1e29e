// A recurrent layer whose framework starts without the loop adds the loop's bias from the second step on. The
// state before the first step makes up for it: what that state leaves after one decay cancels the bias.
#include "compiler/frontend/json/recurrent.hpp"

#include <fmt/format.h>

#include "compiler/frontend/json/initialise.hpp"
#include "compiler/network/per_neuron.hpp"

namespace synfire::json {
namespace {

bool above(const Spiking& spiking, std::size_t n, double v) {
    const double threshold = at(spiking.threshold, n);
    return spiking.compare == Compare::greater ? v > threshold : v >= threshold;
}

// snnTorch's reset without delay looks at v before the first step too.
void check_start(const Population& p, std::size_t n, double before, const Place& place) {
    if (!p.spiking || !std::holds_alternative<NoDelayReset>(p.spiking->reset)) return;
    if (above(*p.spiking, n, before) || above(*p.spiking, n, p.initial_v[n]))
        fail(place, fmt::format("the potential that makes up for it is above the threshold at index {}", n),
             "true, or a potential below the threshold", "use another timing of the reset");
}

// bias: with the neuron's gain.
void start_without(const std::vector<double>& bias, Population& p, const Place& place, Report& report) {
    const std::size_t n = bias.size();
    PerNeuron i(n), v(n);
    for (std::size_t j = 0; j < n; ++j) {
        i[j] = at(p.initial_i, j);
        v[j] = at(p.initial_v, j);
    }
    const PerNeuron before = v;
    for (std::size_t j = 0; j < n; ++j) {
        if (bias[j] == 0) continue;
        if (at(p.alpha, j) > 0)
            i[j] -= bias[j] / at(p.alpha, j);
        else if (at(p.beta, j) > 0)
            v[j] -= bias[j] / at(p.beta, j);
        else
            fail(place, fmt::format("neuron {} keeps nothing from step to step that could make up for it", j),
                 "true, or beta or alpha > 0", "add the bias to the dense layer before");
    }
    p.initial_i = i;
    p.initial_v = v;
    for (std::size_t j = 0; j < n; ++j) check_start(p, j, before[j], place);
    report.note(complaint(place,
                          fmt::format("folded into the state before the first step: i = {}, v = {}",
                                      shown_values(i), shown_values(v)),
                          "", ""));
}

}  // namespace

Connection read_recurrent(const Value& loop, const std::string& name, std::size_t p,
                          const FoldedNeuron& neuron, Population& population, const Place& place,
                          TensorSource& source, Report& report) {
    const std::size_t n = neurons(population);
    Dense d{n, n, {}, {}};
    if (loop.contains("weight"))
        d.weight = read_tensor(loop["weight"], {n, n}, "[n, n]", inside(place, "weight"), source);
    if (loop.contains("bias")) d.bias = read_tensor(loop["bias"], {n}, "[n]", inside(place, "bias"), source);
    for (std::size_t w = 0; w < d.weight.size(); ++w)
        d.weight[w] *= at(neuron.gain, w / n) * neuron.spike_value;
    for (std::size_t j = 0; j < d.bias.size(); ++j) d.bias[j] *= at(neuron.gain, j);
    const PerNeuron gain = multiply(neuron.gain, {neuron.spike_value});
    if (loop.contains("weight") && all_equal(gain, gain[0])) {
        d.drawn = drawn_tensor(loop["weight"], inside(place, "weight"));
        if (d.drawn) d.drawn->unit *= gain[0];
    }
    if (!loop.value("bias_at_first_step", true) && !d.bias.empty())
        start_without(d.bias, population, inside(place, "bias_at_first_step"), report);
    std::vector<Stage> stages;
    if (lacks_weights(d) && !all_equal(gain, 1)) stages.emplace_back(Scale{gain, {}});
    stages.insert(stages.begin(), std::move(d));
    return {name, {Presynaptic::Kind::population, p}, p, loop.value("delay", 1), std::move(stages)};
}

}  // namespace synfire::json
