// One neuron after the other as in emulate.cpp, with intervals for what truncation leaves unknown.
#include "emulator/certify.hpp"

#include "compiler/network/window.hpp"
#include "compiler/support/report.hpp"
#include "emulator/span.hpp"
#include "emulator/synapses.hpp"

namespace synfire {
namespace {

struct State {
    Span u, v;
    int held = 0;             // refractory steps left
    bool impossible = false;  // the integer neuron has left the reference's history for certain
};

// The whole numbers v with which a neuron sends this many spikes; all where that is not one range.
Span sending(const rt::NeuronParameters& p, int spikes) {
    const double unit = static_cast<double>(p.threshold) + 1, most = p.max_spikes;
    Span v{-HUGE_VAL, HUGE_VAL};
    if (spikes == 0) return {v.low, unit - 1};
    if (most == 1) return {unit, v.high};
    if (unit <= 0) return v;
    v.low = spikes * unit;
    if (spikes < most) v.high = (spikes + 1) * unit - 1;
    return v;
}

Verdict judge(const rt::NeuronParameters& p, Span v, int spikes) {
    if (p.max_spikes > 1 && p.threshold < 0) return Verdict::open;
    const Span wanted = sending(p, spikes);
    // Whole numbers: above wanted.low - 1 is as good as wanted.low.
    if (v.low > wanted.low - 1 && v.high < wanted.high + 1) return Verdict::certified;
    if (v.high < wanted.low || v.low > wanted.high) return Verdict::differs;
    return Verdict::open;
}

// A part of the interval that the reset in front of the update treats alike.
struct Part {
    Span v;
    bool above = false;  // the threshold
};

bool reads_membrane(rt::Reset reset) {
    return reset == rt::Reset::subtract_next_step || rt::without_delay(reset);
}

std::vector<Part> parts_of(const rt::NeuronParameters& p, Span v) {
    if (!reads_membrane(p.reset)) return {{v, false}};
    const double threshold = p.threshold;
    std::vector<Part> parts;
    if (v.low <= threshold) parts.push_back({{v.low, std::min(v.high, threshold)}, false});
    if (v.high >= threshold + 1) parts.push_back({{std::max(v.low, threshold + 1), v.high}, true});
    return parts;
}

// v as it meets the threshold.
Span updated(const rt::Rules& rules, const rt::NeuronParameters& p, const Part& part, Span drive) {
    Span before = part.v;
    const bool subtracts =
        p.reset == rt::Reset::subtract_next_step || p.reset == rt::Reset::subtract_no_delay;
    if (subtracts && part.above) drive = sum(drive, point(-static_cast<double>(p.reset_amount)));
    if (p.reset == rt::Reset::to_zero_no_delay && part.above) before = point(0);
    const Span v = stored(sum(decayed(before, p.decay_v, rules.decay_bits), drive), rules.membrane);
    const double floor = p.v_min;
    return {std::max(v.low, floor), std::max(v.high, floor)};
}

// v after a step that began above the threshold or not, and in which the neuron sent this many spikes.
Span after(const rt::Rules& rules, const rt::NeuronParameters& p, bool above, Span v, int spikes) {
    const double amount = p.reset_amount;
    if (rt::without_delay(p.reset)) {
        const int times = (spikes > 0 ? 1 : 0) - (above ? 1 : 0);
        if (times == 0) return v;
        if (p.reset == rt::Reset::subtract_no_delay)
            return stored(sum(v, point(-times * amount)), rules.membrane);
        return times > 0 ? point(0) : stored({2 * v.low, 2 * v.high}, rules.membrane);
    }
    if (spikes == 0) return v;
    if (p.reset == rt::Reset::to_value) return point(amount);
    if (p.reset == rt::Reset::subtract_at_once)
        return stored(sum(v, point(-spikes * amount)), rules.membrane);
    return v;
}

struct Cell {
    Span v;
    Verdict verdict = Verdict::open;
};

// One step of rt::integrate and rt::fire; spikes: what the reference sent.
Cell step(const rt::Rules& rules, const rt::NeuronParameters& p, bool spiking, State& state,
          std::int64_t arriving, int spikes) {
    const double a = rt::store(rt::shift_floor(arriving, rules.accumulator_shift), rules.accumulator);
    state.u = stored(sum(decayed(state.u, p.decay_u, rules.decay_bits), point(a)), rules.current);
    if (!rt::without_delay(p.reset) && state.held > 0) {
        --state.held;
        if (state.impossible) return {state.v, Verdict::left};
        return {state.v, spikes == 0 ? Verdict::certified : Verdict::open};
    }
    const Span drive = stored(sum(state.u, point(p.bias)), rules.drive);
    std::vector<Part> parts = parts_of(p, state.v);
    if (parts.empty()) SYNFIRE_BUG("an interval without whole numbers");
    Cell cell;
    for (std::size_t k = 0; k < parts.size(); ++k) {
        parts[k].v = updated(rules, p, parts[k], drive);
        cell.v = k == 0 ? parts[k].v : hull(cell.v, parts[k].v);
    }
    state.v = cell.v;
    if (!spiking) return cell;
    cell.verdict = state.impossible ? Verdict::left : judge(p, cell.v, spikes);
    state.impossible = state.impossible || cell.verdict == Verdict::differs;
    // Equal histories from here on: only what sends the reference's spikes remains.
    const Span wanted = state.impossible ? Span{-HUGE_VAL, HUGE_VAL} : sending(p, spikes);
    bool any = false;
    for (const Part& part : parts) {
        const Span kept{std::max(part.v.low, wanted.low), std::min(part.v.high, wanted.high)};
        if (kept.low > kept.high) continue;
        const Span v = after(rules, p, part.above, kept, spikes);
        state.v = any ? hull(state.v, v) : v;
        any = true;
    }
    if (!any) state.impossible = true;
    if (spikes > 0) state.held = p.refractory_steps;
    return cell;
}

// Marks the outputs of a pool that see a marked input.
std::vector<std::uint8_t> pooled(const Pool& pool, const std::vector<std::uint8_t>& marked) {
    std::vector<std::uint8_t> out;
    const Shape shape = output_shape(pool);
    for (std::size_t c = 0; c < shape[0]; ++c)
        for (std::size_t y = 0; y < shape[1]; ++y)
            for (std::size_t x = 0; x < shape[2]; ++x) {
                std::uint8_t any = 0;
                for_each_inside(pool.window, pool.input, y, x, [&](std::size_t, std::size_t at) {
                    any |= marked[c * pool.input[1] * pool.input[2] + at];
                });
                out.push_back(any);
            }
    return out;
}

// Marks the neurons that a marked source reaches with a weight other than 0.
void spread(const IntConnection& c, const PresynapticRows& rows, std::vector<std::uint8_t> marked,
            std::vector<std::uint8_t>& reached) {
    if (c.source_pool) marked = pooled(*c.source_pool, marked);
    std::vector<std::uint8_t> out(c.outputs, 0);
    for (std::size_t i = 0; i < c.inputs; ++i) {
        if (!marked[i]) continue;
        for (std::size_t k = rows.first[i]; k < rows.first[i + 1]; ++k)
            if (rows.weight[k] != 0) out[rows.output.empty() ? k - rows.first[i] : rows.output[k]] = 1;
    }
    if (c.sum_pool) out = pooled(*c.sum_pool, out);
    for (std::size_t j = 0; j < out.size(); ++j) reached[j] |= out[j];
}

struct Run {
    const IntNetwork& network;
    const FloatTrace& reference;
    Arrivals arrivals;
    SpikeViews spikes;
    std::vector<std::vector<State>> states;
    std::vector<std::vector<std::uint8_t>> clean;  // by population and neuron: no open cell in its past
    Certificate out;
};

State initial_state(const IntPopulation& p, std::size_t n) {
    return {point(at(p.initial_u, n)), point(at(p.initial_v, n))};
}

// Neurons that an open cell reaches in this step are no longer clean.
void soil(Run& run, std::size_t index, std::size_t step_) {
    std::vector<std::uint8_t> reached(run.clean[index].size(), 0);
    for (std::size_t k = 0; k < run.network.connections.size(); ++k) {
        const IntConnection& c = run.network.connections[k];
        const auto delay = static_cast<std::size_t>(c.delay);
        if (c.target != index || delay > step_ || c.source.kind == Presynaptic::Kind::input) continue;
        const std::vector<std::uint8_t>& sure = run.out[c.source.index].unconditional;
        if (sure.empty()) continue;  // a readout sends nothing
        const std::size_t n = width(run.network, c.source), first = (step_ - delay) * n;
        std::vector<std::uint8_t> marked(n);
        bool any = false;
        for (std::size_t i = 0; i < n; ++i) any |= (marked[i] = !sure[first + i]) != 0;
        if (any) spread(c, run.arrivals.rows[k], std::move(marked), reached);
    }
    for (std::size_t j = 0; j < reached.size(); ++j)
        if (reached[j]) run.clean[index][j] = 0;
}

void step_population(Run& run, std::size_t index, std::size_t t) {
    const IntPopulation& p = run.network.populations[index];
    const std::size_t n = neurons(p);
    if (clears(p.periodic_reset, t)) {
        run.states[index].assign(n, State{});
        run.clean[index].assign(n, 1);
    }
    const std::vector<std::int64_t> sums = run.arrivals.sums(index, t, run.spikes);
    soil(run, index, t);
    PopulationCertificate& out = run.out[index];
    for (std::size_t j = 0; j < n; ++j) {
        const std::size_t cell = t * n + j;
        const int spikes = (*run.spikes[index])[cell];
        const Cell c = step(run.network.rules, neuron_parameters(p, j), p.spiking, run.states[index][j],
                            sums[j], spikes);
        out.low[cell] = c.v.low;
        out.high[cell] = c.v.high;
        if (!p.spiking) continue;
        out.verdict[cell] = c.verdict;
        if (c.verdict != Verdict::certified) run.clean[index][j] = 0;
        out.unconditional[cell] = run.clean[index][j];
    }
}

// How far the reference's v is from where the integer neuron would decide otherwise.
double margin_of(const rt::NeuronParameters& p, int spikes, double scale, double v) {
    const Span wanted = sending(p, spikes);
    const double below = v - (wanted.low - 1) / scale, above = (wanted.high + 1) / scale - v;
    return std::min(below, above);
}

}  // namespace

Certificate certify(const IntNetwork& network, const std::vector<Signal>& inputs,
                    const FloatTrace& reference) {
    if (inputs.size() != network.inputs.size() || reference.populations.size() != network.populations.size())
        SYNFIRE_BUG("a certificate needs the reference's run on the same inputs");
    Run run{network, reference, {network, inputs}, {}, {}, {}, {}};
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        const IntPopulation& population = network.populations[p];
        const std::size_t n = neurons(population), cells = n * reference.steps;
        run.spikes.push_back(&reference.populations[p].s);
        run.clean.emplace_back(n, std::uint8_t{1});
        run.states.emplace_back();
        for (std::size_t j = 0; j < n; ++j) run.states.back().push_back(initial_state(population, j));
        PopulationCertificate record;
        record.low.resize(cells);
        record.high.resize(cells);
        if (population.spiking) {
            record.verdict.resize(cells);
            record.unconditional.resize(cells);
        }
        run.out.push_back(std::move(record));
    }
    for (std::size_t t = 0; t < reference.steps; ++t)
        for (std::size_t p = 0; p < network.populations.size(); ++p) step_population(run, p, t);
    return std::move(run.out);
}

double deviation_bound(const PopulationCertificate& c, std::size_t cell, double scale, double v) {
    return up(std::max(up(up(c.high[cell] / scale) - v), up(v - down(c.low[cell] / scale))));
}

namespace {

void add_cell(CertificateSummary& summary, std::size_t sample, std::size_t step, std::size_t index,
              std::size_t n, const IntPopulation& p, const PopulationTrace<double>& reference,
              const PopulationCertificate& certificate, std::size_t most_listed) {
    CertifiedLayer& layer = summary.layers[index];
    const std::size_t cell = step * reference.neurons + n;
    ++layer.cells;
    const Verdict verdict = p.spiking ? certificate.verdict[cell] : Verdict::certified;
    if (verdict == Verdict::left) ++layer.left_cells;
    const int spikes = p.spiking ? reference.s[cell] : 0;
    layer.spikes += spikes > 0;
    if (verdict == Verdict::left) return;
    const double scale = at(p.scale, n), v = reference.compared[cell];
    const double bound = deviation_bound(certificate, cell, scale, v);
    layer.largest_bound = std::max(layer.largest_bound, bound);
    if (!p.spiking) return;
    const bool certified = verdict == Verdict::certified, sure = certificate.unconditional[cell] != 0;
    layer.certified_cells += certified;
    layer.unconditional_cells += sure;
    layer.certified_spikes += certified && spikes > 0;
    layer.unconditional_spikes += sure && spikes > 0;
    if (certified) return;
    ++(verdict == Verdict::open ? layer.open_cells : layer.differing_cells);
    if (summary.listed.size() >= most_listed) return;
    const double margin = margin_of(neuron_parameters(p, n), spikes, scale, v);
    summary.listed.push_back({sample, step, index, n, spikes, verdict == Verdict::differs, v, margin, bound});
}

}  // namespace

void add_sample(CertificateSummary& summary, std::size_t sample, const IntNetwork& network,
                const FloatTrace& reference, const Certificate& certificate, std::size_t most_listed) {
    summary.layers.resize(network.populations.size());
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        summary.layers[p].name = network.populations[p].name;
        summary.layers[p].spiking = network.populations[p].spiking;
    }
    for (std::size_t step = 0; step < reference.steps; ++step)
        for (std::size_t p = 0; p < network.populations.size(); ++p)
            for (std::size_t n = 0; n < reference.populations[p].neurons; ++n)
                add_cell(summary, sample, step, p, n, network.populations[p], reference.populations[p],
                         certificate[p], most_listed);
}

}  // namespace synfire
