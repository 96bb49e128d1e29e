// What the engine of runtime/engine.hpp cannot hold.
#include <algorithm>
#include <cstdint>

#include "compiler/support/report.hpp"
#include "targets/mcu/mcu.hpp"
#include "targets/mcu/values.hpp"

namespace synfire::mcu {
namespace {

constexpr std::size_t most_neurons = UINT16_MAX;  // of a population, and of all inputs together
constexpr std::int64_t largest_sum = INT32_MAX;
constexpr int largest_exponent = 30;
constexpr int most_delay = 255;

std::string quoted(const char* kind, const std::string& name) {
    return "'" + name + "' (" + kind + ")";
}

void check_inputs(const IntNetwork& network, Report& report) {
    std::size_t total = 0;
    for (const Input& input : network.inputs) {
        if (!carries_values(input)) total += neurons(input);
    }
    if (total <= most_neurons) return;
    Diagnostic d;
    d.field = "inputs";
    d.reason = std::to_string(total) + " input neurons do not fit 16-bit event numbers";
    d.expected = "at most " + std::to_string(most_neurons);
    d.hint = "pool or crop the input, or split the network";
    report.error(std::move(d));
}

void check_population(const IntPopulation& p, Report& report) {
    if (neurons(p) > most_neurons) {
        Diagnostic d;
        d.node = quoted("population", p.name);
        d.reason = std::to_string(neurons(p)) + " neurons do not fit 16-bit event numbers";
        d.expected = "at most " + std::to_string(most_neurons);
        d.hint = "split the population into several";
        report.error(std::move(d));
    }
    if (p.refractory_steps < 0 || p.refractory_steps > UINT8_MAX) {
        Diagnostic d;
        d.node = quoted("population", p.name);
        d.field = "refractory_steps";
        d.reason = std::to_string(p.refractory_steps) + " steps do not fit the 8-bit counter";
        d.expected = "0 to 255";
        d.hint = "use a longer time step";
        report.error(std::move(d));
    }
}

// Returns whether the exponent may be used in a sum.
bool check_connection(const IntConnection& c, Report& report) {
    if (c.delay < 0 || c.delay > most_delay) {
        Diagnostic d;
        d.node = quoted("connection", c.name);
        d.field = "delay";
        d.reason = "a delay of " + std::to_string(c.delay) + " steps is not available on microcontrollers";
        d.expected = "0 to " + std::to_string(most_delay);
        d.hint = "use a longer time step; every step of delay keeps a list of spikes in RAM";
        report.error(std::move(d));
    }
    if (c.exponent >= 0 && c.exponent <= largest_exponent) return true;
    Diagnostic d;
    d.node = quoted("connection", c.name);
    d.field = "exponent";
    d.reason = "weights times 2^" + std::to_string(c.exponent) + " cannot be added exactly";
    d.expected = "an exponent of 0 to " + std::to_string(largest_exponent);
    d.hint = c.exponent < 0 ? "scale weights, thresholds and biases of the target up by a power of two"
                            : "scale weights, thresholds and biases of the target down by a power of two";
    report.error(std::move(d));
    return false;
}

void check_seed(const IntNetwork& network, const IntConnection& c, Report& report) {
    const bool values = reads_values(network, c);
    if (c.drawn && !values) return;
    Diagnostic d;
    d.node = quoted("connection", c.name);
    d.field = "weight";
    if (values) {
        d.reason = "is multiplied with values, and drawn weights are not";
        d.expected = "weights in flash";
        d.hint = "leave out --weights seed";
        report.error(std::move(d));
        return;
    }
    d.reason = "its integers are not those that a seed gives, times a whole factor per neuron";
    d.expected = "one dense layer, initialized with integers";
    d.hint =
        "synfire init MODEL --quant int8 --keep-seeds -o OUT.json (--correction layer, the default, "
        "keeps one unit per layer), or take the weights from flash: leave out --weights seed";
    report.error(std::move(d));
}

// Every partial sum lies between the sum of the negative and the sum of the positive products, so that these
// two bound the 32-bit accumulator in any order of additions.
void check_sums(const IntNetwork& network, std::size_t target, Report& report) {
    const IntPopulation& p = network.populations[target];
    std::vector<std::int64_t> positive(neurons(p), 0), negative(neurons(p), 0);
    for (std::size_t o = 0; o < positive.size(); ++o) {
        const std::int64_t bias = at(p.bias_u, o);
        (bias > 0 ? positive : negative)[o] = bias;
    }
    for (const IntConnection& c : network.connections) {
        if (c.target != target) continue;
        const bool input = c.source.kind == Presynaptic::Kind::input;
        const Interval sent = input ? level_range(network, network.inputs[c.source.index]) : Interval{0, 1};
        for (std::size_t o = 0; o < c.outputs; ++o)
            for_each_synapse(c, o, [&](std::size_t, std::int16_t weight) {
                const std::int64_t w = weight * (std::int64_t{1} << c.exponent);
                const std::int64_t ends[] = {w * sent.low, w * sent.high};
                // Saturates far outside of 32 bits, so that no number of synapses can overflow 64.
                if (positive[o] <= largest_sum) positive[o] += std::max({ends[0], ends[1], std::int64_t{0}});
                if (negative[o] >= -largest_sum) negative[o] += std::min({ends[0], ends[1], std::int64_t{0}});
            });
    }
    for (std::size_t o = 0; o < positive.size(); ++o) {
        if (positive[o] <= largest_sum && negative[o] >= -largest_sum) continue;
        Diagnostic d;
        d.node = quoted("population", p.name);
        d.field = "weight";
        d.reason = "the weights into neuron " + std::to_string(o) + " add up to more than a 32-bit sum holds";
        d.expected = "|sum| <= 2147483647";
        d.hint = "quantize with fewer weight bits, or scale the population down by a power of two";
        report.error(std::move(d));
        return;
    }
}

}  // namespace

void check(const IntNetwork& network, const TargetOptions& options, Report& report) {
    if (options.weights == WeightSource::seed)
        for (const IntConnection& c : network.connections) check_seed(network, c, report);
    check_inputs(network, report);
    const bool levels_usable = check_values(network, report);
    for (const IntPopulation& p : network.populations) check_population(p, report);
    bool exponents_usable = true;
    for (const IntConnection& c : network.connections)
        exponents_usable = check_connection(c, report) && exponents_usable;
    // One list per input and population, and at most one copy for every step of delay.
    std::size_t lists = network.inputs.size() + network.populations.size();
    for (const IntConnection& c : network.connections)
        lists += static_cast<std::size_t>(std::max(c.delay, 0)) + (c.source_pool ? 1 : 0);
    if (lists > UINT16_MAX || network.connections.size() > UINT16_MAX) {
        Diagnostic d;
        d.field = "populations";
        d.reason = "more inputs, populations or connections than 16-bit numbers count";
        d.expected = "at most 65535 inputs, populations and steps of delay together, 65535 connections";
        d.hint = "merge populations";
        report.error(std::move(d));
    }
    if (!exponents_usable || !levels_usable) return;
    for (std::size_t p = 0; p < network.populations.size(); ++p) check_sums(network, p, report);
}

}  // namespace synfire::mcu
