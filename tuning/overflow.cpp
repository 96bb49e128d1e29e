// Signs go backward from the neuron, values forward through the emulator.
#include "tuning/overflow.hpp"

#include <algorithm>

#include "compiler/network/window.hpp"
#include "emulator/emulate.hpp"
#include "emulator/synapses.hpp"

namespace synfire {
namespace {

// How much each value is wanted: positive where more of it helps.
using Wish = std::vector<double>;

// A pooled value is wanted of every value in its window.
Wish in_front_of(const std::optional<Pool>& pool, const Wish& wish, std::size_t width) {
    if (!pool) return wish;
    Wish front(width, 0.0);
    const Shape shape = output_shape(*pool);
    const std::size_t plane = pool->input[1] * pool->input[2];
    for (std::size_t k = 0; k < wish.size(); ++k) {
        const std::size_t inside = k % (shape[1] * shape[2]);
        for_each_inside(
            pool->window, pool->input, inside / shape[2], inside % shape[2],
            [&](std::size_t, std::size_t at) { front[k / (shape[1] * shape[2]) * plane + at] += wish[k]; });
    }
    return front;
}

void add_wishes(const IntNetwork& network, const IntConnection& c, const Wish& target, Wish& source) {
    const Wish rows = in_front_of(c.sum_pool, target, c.outputs);
    Wish columns(c.inputs, 0.0);
    for (std::size_t o = 0; o < c.outputs; ++o)
        if (rows[o] != 0)
            for_each_synapse(
                c, o, [&](std::size_t i, std::int64_t w) { columns[i] += rows[o] * static_cast<double>(w); });
    const Wish all = in_front_of(c.source_pool, columns, width(network, c.source));
    for (std::size_t i = 0; i < all.size(); ++i) source[i] += all[i];
}

// Only the direction counts, so that wishes neither grow nor vanish over many layers.
void normalize(Wish& wish) {
    double most = 0;
    for (double x : wish) most = std::max(most, std::abs(x));
    if (most > 0)
        for (double& x : wish) x /= most;
}

double value_for(const Input& input, double wish) {
    if (input.kind == SignalKind::real) return wish > 0 ? input.range : wish < 0 ? -input.range : 0;
    const int most = input.kind == SignalKind::counts ? max_count : 1;
    return wish > 0 ? most : 0;
}

void look(Reached& reached, std::size_t step, const char* name, std::int64_t value, rt::Register r) {
    const Interval limit = register_limits(r);
    const Reached now{step, name, value, value < 0 ? limit.low : limit.high,
                      value < limit.low || value > limit.high};
    if (!reached.overflows && (reached.limit == 0 || now.overflows || now.part() > reached.part()))
        reached = now;
}

// What integrate() and fire() ask the registers of one neuron to hold, then the step itself.
void step(const IntNetwork& network, const rt::NeuronParameters& p, bool spiking, rt::NeuronState& s,
          std::int64_t sum, std::size_t t, Reached& reached) {
    const rt::Rules& rules = network.rules;
    const rt::NeuronState before = s;
    const std::int64_t raw = rt::shift_floor(sum, rules.accumulator_shift);
    look(reached, t, "accumulator", raw, rules.accumulator);
    const std::int64_t a = rt::store(raw, rules.accumulator);
    look(reached, t, "current", rt::decay_toward_zero(before.u, p.decay_u, rules.decay_bits) + a,
         rules.current);
    const bool free = rt::integrate(rules, p, s, sum);
    if (!free) return;
    const bool above = before.v > p.threshold;
    const std::int64_t drive = std::int64_t{s.u} + p.bias;
    look(reached, t, "drive", drive, rules.drive);
    const bool subtracts =
        above && (p.reset == rt::Reset::subtract_next_step || p.reset == rt::Reset::subtract_no_delay);
    const std::int32_t start = above && p.reset == rt::Reset::to_zero_no_delay ? 0 : before.v;
    look(reached, t, "membrane",
         rt::decay_toward_zero(start, p.decay_v, rules.decay_bits) + rt::store(drive, rules.drive) -
             (subtracts ? p.reset_amount : 0),
         rules.membrane);
    const std::int32_t met = s.v;
    const int spikes = spiking ? rt::fire(rules, p, s) : 0;
    if (p.reset == rt::Reset::subtract_at_once)
        look(reached, t, "membrane", met - std::int64_t{spikes} * p.reset_amount, rules.membrane);
}

}  // namespace

std::vector<std::vector<double>> worst_values(const IntNetwork& network, std::size_t population,
                                              std::size_t neuron, int direction) {
    std::vector<Wish> wanted, inputs;
    for (const IntPopulation& p : network.populations) wanted.emplace_back(neurons(p), 0.0);
    for (const Input& i : network.inputs) inputs.emplace_back(neurons(i), 0.0);
    wanted[population][neuron] = direction;
    for (std::size_t p = population + 1; p-- > 0;) {
        normalize(wanted[p]);
        for (const IntConnection& c : network.connections) {
            if (c.target != p) continue;
            const bool input = c.source.kind == Presynaptic::Kind::input;
            if (!input && c.source.index >= p) continue;  // feedback
            add_wishes(network, c, wanted[p], input ? inputs[c.source.index] : wanted[c.source.index]);
        }
    }
    std::vector<std::vector<double>> values;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        values.emplace_back();
        for (double wish : inputs[i]) values[i].push_back(value_for(network.inputs[i], wish));
    }
    return values;
}

std::vector<Signal> repeated(const std::vector<std::vector<double>>& values, std::size_t steps) {
    std::vector<Signal> signals;
    for (const std::vector<double>& x : values) {
        signals.push_back({steps, x.size(), {}});
        for (std::size_t t = 0; t < steps; ++t)
            signals.back().values.insert(signals.back().values.end(), x.begin(), x.end());
    }
    return signals;
}

Reached run_to_limit(const IntNetwork& network, const std::vector<Signal>& inputs, std::size_t population,
                     std::size_t neuron) {
    const IntTrace trace = emulate(network, inputs);
    SpikeViews spikes;
    for (const auto& p : trace.populations) spikes.push_back(&p.s);
    const Arrivals arrivals(network, inputs);
    const IntPopulation& p = network.populations[population];
    const rt::NeuronParameters parameters = neuron_parameters(p, neuron);
    rt::NeuronState state{at(p.initial_u, neuron), at(p.initial_v, neuron), 0};
    Reached reached;
    for (std::size_t t = 0; t < trace.steps && !reached.overflows; ++t) {
        if (clears(p.periodic_reset, t)) state = {};
        step(network, parameters, p.spiking, state, arrivals.sums(population, t, spikes)[neuron], t, reached);
    }
    return reached;
}

std::optional<OverflowWitness> find_overflow(const IntNetwork& network, std::size_t population,
                                             const PopulationRange& range, std::size_t most_steps) {
    if (range.verdict == RangeVerdict::proven || range.safe_steps >= most_steps) return std::nullopt;
    // Layers in between may need a few steps to start.
    std::size_t steps = static_cast<std::size_t>(range.safe_steps) + 1 + 16 * (population + 1);
    for (const IntConnection& c : network.connections) steps += static_cast<std::size_t>(c.delay);
    OverflowWitness best;
    for (int direction : {1, -1}) {
        OverflowWitness witness{population, range.neuron, direction, std::min(steps, most_steps), {}, {}};
        witness.values = worst_values(network, population, range.neuron, direction);
        witness.reached =
            run_to_limit(network, repeated(witness.values, witness.steps), population, range.neuron);
        if (best.steps == 0 || (witness.reached.overflows && !best.reached.overflows) ||
            (witness.reached.overflows == best.reached.overflows &&
             witness.reached.part() > best.reached.part()))
            best = std::move(witness);
    }
    return best;
}

}  // namespace synfire
