// The reference's step and the emulator's in one, so that every source of error has its own switch.
#include "tuning/hybrid.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "compiler/network/apply_stage.hpp"
#include "tuning/hybrid_parameters.hpp"

namespace synfire {
namespace {

double wrapped(double x, int bits) {
    const double half = std::ldexp(1.0, bits - 1);
    return x - 2 * half * std::floor((x + half) / (2 * half));
}

// rt::store for numbers that need not be whole.
double stored(double x, rt::Register to) {
    const double half = std::ldexp(1.0, to.bits - 1);
    if (to.overflow == rt::Overflow::clamp) return std::clamp(x, 1 - half, half - 1);
    if (to.overflow == rt::Overflow::saturate) return std::clamp(x, -half, half - 1);
    if (to.overflow == rt::Overflow::wrap) return wrapped(x, to.bits);
    const double once = wrapped(x, 32);
    return once > half ? once - 2 * half : once <= -half ? once + 2 * half : once;
}

void clear_bias(Stage& stage) {
    if (auto* dense = std::get_if<Dense>(&stage)) dense->bias.clear();
    if (auto* sparse = std::get_if<Sparse>(&stage)) sparse->bias.clear();
    if (auto* scale = std::get_if<Scale>(&stage)) scale->offset.clear();
    if (auto* convolution = std::get_if<Convolution>(&stage)) convolution->bias.clear();
}

struct State {
    double u = 0, v = 0;
    int held = 0;
    bool spiked = false;
};

double kept_of(double x, double kept, bool truncates) {
    return truncates ? std::trunc(kept * x) : kept * x;
}

bool above(const Parameters& p, double v) {
    return p.strict ? v > p.threshold : v >= p.threshold;
}

struct Step {
    const rt::Rules& rules;
    bool saturates;
    bool reads_membrane;  // whether the neuron spiked in the step before, as the runtime does
    int refractory_steps;
    int max_spikes;

    double store(double x, rt::Register to) const { return saturates ? stored(x, to) : x; }

    // What is subtracted in front of the update; sets v to 0 where the reset does.
    double before(const Parameters& p, const State& s, bool reset, double& v) const {
        const bool spiked = reads_membrane ? above(p, s.v) : s.spiked;
        if (p.reset == rt::Reset::subtract_next_step && spiked) return p.amount;
        if (p.reset == rt::Reset::subtract_no_delay && reset) return p.amount;
        if (p.reset == rt::Reset::to_zero_no_delay && reset) v = 0;
        return 0;
    }

    double after(const Parameters& p, double v, bool reset, int spikes) const {
        if (rt::without_delay(p.reset)) {
            const double times = (spikes > 0 ? 1 : 0) - (reset ? 1 : 0);
            return store(v - times * (p.reset == rt::Reset::to_zero_no_delay ? v : p.amount), rules.membrane);
        }
        if (spikes == 0) return v;
        if (p.reset == rt::Reset::to_value) return p.amount;
        return p.reset == rt::Reset::subtract_at_once ? store(v - spikes * p.amount, rules.membrane) : v;
    }

    int operator()(const Parameters& p, State& s, double drive) const {
        const double a = store(drive, rules.accumulator);
        s.u = store(kept_of(s.u, p.kept_u, p.truncates_u) + a, rules.current);
        if (s.held > 0) {
            --s.held;
            s.spiked = false;
            return 0;
        }
        const bool reset = rt::without_delay(p.reset) && above(p, s.v);
        double v = s.v;
        const double subtracted = before(p, s, reset, v);
        const double kept = kept_of(v, p.kept_v, p.truncates_v);
        // Sums in the order of the reference; whole numbers have no order.
        v = saturates ? stored(kept + (stored(s.u + p.bias_v, rules.drive) - subtracted), rules.membrane)
                      : kept + s.u + p.bias_v - subtracted;
        s.v = std::max(v, p.v_min);
        int spikes = above(p, s.v) ? 1 : 0;
        if (spikes > 0 && max_spikes > 1)
            spikes = static_cast<int>(std::clamp<double>(std::floor(s.v / p.count_unit), 1, max_spikes));
        s.v = after(p, s.v, reset, spikes);
        s.spiked = spikes > 0;
        if (spikes > 0) s.held = refractory_steps;
        return spikes;
    }
};

std::vector<double> pooled(const Pool& pool, const std::vector<double>& x) {
    return apply_stage(Stage{pool}, x);
}

// add_sums for values that need not be whole.
void add_real_sums(const IntConnection& c, const PresynapticRows& rows, std::vector<double> sent,
                   std::vector<double>& sums) {
    if (c.source_pool) sent = pooled(*c.source_pool, sent);
    std::vector<double> sum(c.outputs, 0.0);
    for (std::size_t i = 0; i < c.inputs; ++i) {
        if (sent[i] == 0) continue;
        for (std::size_t k = rows.first[i]; k < rows.first[i + 1]; ++k)
            sum[rows.output.empty() ? k - rows.first[i] : rows.output[k]] += sent[i] * rows.weight[k];
    }
    for (double& s : sum) s = std::ldexp(s, c.exponent);
    if (c.sum_pool) sum = pooled(*c.sum_pool, sum);
    for (std::size_t o = 0; o < sum.size(); ++o) sums[o] += sum[o];
}

struct Run {
    HybridSample& sample;
    ErrorSources on;
    SpikeViews read;  // what connections read

    // What the source sends, with levels for real values where inputs are integers: in the units of the file,
    // or in levels.
    std::vector<double> sent(const Presynaptic& source, std::size_t step, bool levels) const {
        const Network& network = sample.model.network;
        const std::size_t n = width(network, source), first = step * n;
        std::vector<double> x(n);
        if (source.kind == Presynaptic::Kind::population) {
            std::copy_n(read[source.index]->begin() + static_cast<std::ptrdiff_t>(first), n, x.begin());
            return x;
        }
        const Input& input = sample.model.integers.inputs[source.index];
        const bool real = input.kind == SignalKind::real;
        const double per_level = real ? input.range / input.levels : 1;
        for (std::size_t i = 0; i < n; ++i) {
            const double value = sample.inputs[source.index].values[first + i];
            if (real && is_on(on, ErrorSource::input))
                x[i] = static_cast<double>(to_level(value, input)) * (levels ? 1 : per_level);
            else
                x[i] = levels ? value / per_level : value;
        }
        return x;
    }

    // In the units of the model file.
    std::vector<double> float_sums(std::size_t index, std::size_t step) const {
        const Network& network = is_on(on, ErrorSource::bias) ? sample.model.unbiased : sample.model.network;
        std::vector<double> drive(neurons(network.populations[index]), 0.0);
        for (const Connection& c : network.connections) {
            if (c.target != index) continue;
            const auto delay = static_cast<std::size_t>(c.delay);
            std::vector<double> x = delay > step ? std::vector<double>(width(network, c.source), 0.0)
                                                 : sent(c.source, step - delay, false);
            for (const Stage& stage : c.stages) x = apply_stage(stage, x);
            for (std::size_t j = 0; j < drive.size(); ++j) drive[j] += x[j];
        }
        return drive;
    }

    // In integer units, without biases.
    std::vector<double> whole_sums(std::size_t index, std::size_t step) const {
        const IntNetwork& network = sample.model.integers;
        const IntPopulation& p = network.populations[index];
        std::vector<double> drive(neurons(p), 0.0);
        if (!sample.model.real_input || is_on(on, ErrorSource::input)) {
            const std::vector<std::int64_t> sums = sample.arrivals.sums(index, step, read);
            for (std::size_t j = 0; j < drive.size(); ++j)
                drive[j] = static_cast<double>(sums[j] - at(p.bias_u, j));
        } else {
            for (std::size_t k = 0; k < network.connections.size(); ++k) {
                const IntConnection& c = network.connections[k];
                const auto delay = static_cast<std::size_t>(c.delay);
                if (c.target == index && delay <= step)
                    add_real_sums(c, sample.arrivals.rows[k], sent(c.source, step - delay, true), drive);
            }
        }
        for (double& d : drive) d = std::ldexp(d, network.rules.accumulator_shift);
        return drive;
    }

    std::vector<double> sums(std::size_t index, std::size_t step) const {
        return is_on(on, ErrorSource::weights) ? whole_sums(index, step) : float_sums(index, step);
    }

    // [steps x neurons] where no spike of the run itself arrives, else nothing.
    const std::vector<double>* shared_sums(std::size_t index, bool local, std::size_t steps) {
        const auto heard = [&](const Connection& c) {
            return c.target == index && c.source.kind == Presynaptic::Kind::population;
        };
        const std::vector<Connection>& all = sample.model.network.connections;
        if (!local && std::any_of(all.begin(), all.end(), heard)) return nullptr;
        ErrorSources kind;
        for (ErrorSource s : {ErrorSource::weights, ErrorSource::bias, ErrorSource::input})
            kind[static_cast<std::size_t>(s)] = is_on(on, s);
        std::vector<double>& kept = sample.kept[{index, kind.to_ulong()}];
        if (!kept.empty()) return &kept;
        for (std::size_t t = 0; t < steps; ++t) {
            const std::vector<double> x = sums(index, t);
            kept.insert(kept.end(), x.begin(), x.end());
        }
        return &kept;
    }
};

// One population in the run.
struct Neurons {
    Origin origin;
    std::vector<Parameters> parameters;
    std::vector<State> states;
    Step step;
    const std::vector<double>* sums = nullptr;  // of all steps, where they are known
};

Neurons neurons_of(const HybridModel& model, std::size_t index, ErrorSources on) {
    const bool saturates = is_on(on, ErrorSource::saturation);
    const bool lattice = saturates || is_on(on, ErrorSource::truncation);
    const Population& f = model.network.populations[index];
    const Spiking none;
    const Spiking& spiking = f.spiking ? *f.spiking : none;
    Neurons all{{model, index, on, lattice},
                {},
                {},
                {model.integers.rules, saturates, is_on(on, ErrorSource::threshold), spiking.refractory_steps,
                 spiking.max_spikes}};
    for (std::size_t j = 0; j < neurons(f); ++j) {
        all.parameters.push_back(parameters_of(all.origin, j));
        all.states.push_back({all.parameters[j].initial_u, all.parameters[j].initial_v});
    }
    return all;
}

void step_population(const Run& run, Neurons& all, std::size_t t, std::vector<std::uint8_t>& s) {
    const std::size_t n = all.states.size();
    if (clears(all.origin.floats().periodic_reset, t)) all.states.assign(n, State{});
    std::vector<double> now;
    if (all.sums == nullptr) now = run.sums(all.origin.index, t);
    const double* sums = all.sums != nullptr ? all.sums->data() + t * n : now.data();
    const bool whole = is_on(run.on, ErrorSource::weights);
    for (std::size_t j = 0; j < n; ++j) {
        const double arriving = whole ? all.origin.of_whole(sums[j], j) : all.origin.of_real(sums[j], j);
        const double drive = all.parameters[j].bias_u == 0 ? arriving : arriving + all.parameters[j].bias_u;
        s[t * n + j] = static_cast<std::uint8_t>(all.step(all.parameters[j], all.states[j], drive));
    }
}

}  // namespace

const char* name_of(ErrorSource source) {
    constexpr std::array<const char*, error_sources> names = {"weights", "threshold",  "decay",     "bias",
                                                              "input",   "truncation", "saturation"};
    return names[static_cast<std::size_t>(source)];
}

HybridModel::HybridModel(const Network& floats, const IntNetwork& whole)
    : network(floats), integers(whole), unbiased(floats) {
    for (Connection& c : unbiased.connections)
        for (Stage& stage : c.stages) clear_bias(stage);
    std::vector<Folded> folded;
    for (const Connection& c : network.connections) {
        folded.push_back(fold(network, c));
        folded.back().matrix = {};
    }
    for (std::size_t p = 0; p < network.populations.size(); ++p)
        biases.push_back(total_biases(network, folded, p));
    for (const Input& input : network.inputs) real_input = real_input || input.kind == SignalKind::real;
}

HybridSample::HybridSample(const HybridModel& shared, const std::vector<Signal>& signals,
                           const SpikeViews& reference)
    : model(shared), inputs(signals), reference_spikes(reference), arrivals(shared.integers, signals) {}

ForcedSpikes HybridSample::run(ErrorSources integer, bool local) {
    const std::size_t steps = inputs.at(0).steps;
    ForcedSpikes spikes;
    std::vector<Neurons> populations;
    for (std::size_t p = 0; p < model.network.populations.size(); ++p) {
        populations.push_back(neurons_of(model, p, integer));
        spikes.emplace_back(steps * populations[p].states.size(), std::uint8_t{0});
    }
    Run run{*this, integer, reference_spikes};
    if (!local)
        for (std::size_t p = 0; p < spikes.size(); ++p) run.read[p] = &spikes[p];
    for (std::size_t p = 0; p < spikes.size(); ++p)
        if (model.network.populations[p].spiking) populations[p].sums = run.shared_sums(p, local, steps);
    for (std::size_t t = 0; t < steps; ++t)
        for (std::size_t p = 0; p < spikes.size(); ++p)
            if (model.network.populations[p].spiking) step_population(run, populations[p], t, spikes[p]);
    return spikes;
}

}  // namespace synfire
