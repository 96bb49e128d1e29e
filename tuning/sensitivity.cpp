// The coefficients are run through the neuron's own filters, one entry per parameter.
#include "tuning/sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "compiler/network/apply_stage.hpp"
#include "compiler/network/window.hpp"
#include "compiler/support/parallel.hpp"
#include "emulator/reference.hpp"
#include "emulator/synapses.hpp"

namespace synfire {
namespace {

// Adds what row `row` of a connection's matrix brings in one step.
void add_row(const Folded& folded, const SynapseGroup& group, std::size_t position, std::size_t first_row,
             std::size_t row, const double* x, std::vector<double>& sum) {
    const Matrix& m = folded.matrix;
    const std::uint32_t* parameter = group.parameter[position].data();
    const std::size_t base = m.begin(first_row);
    for (std::size_t s = m.begin(row); s < m.end(row); ++s) {
        const double value = x[m.column_of(row, s)];
        if (value != 0) sum[parameter[s - base]] += value;
    }
}

double row_sum(const Matrix& m, std::size_t row, const double* x) {
    double sum = 0;
    for (std::size_t s = m.begin(row); s < m.end(row); ++s) sum += m.weight[s] * x[m.column_of(row, s)];
    return sum;
}

// The row whose sum passes the maximum pool on its way to the neuron; none where the window is empty.
std::optional<std::size_t> largest_row(const Folded& folded, std::size_t neuron, const double* x) {
    const Pool& pool = *folded.sum_pool;
    const Shape out = output_shape(pool);
    const std::size_t channel = neuron / (out[1] * out[2]), at = neuron % (out[1] * out[2]);
    std::optional<std::size_t> largest;
    double most = 0;
    for_each_inside(pool.window, pool.input, at / out[2], at % out[2], [&](std::size_t, std::size_t place) {
        const std::size_t row = channel * pool.input[1] * pool.input[2] + place;
        const double sum = row_sum(folded.matrix, row, x);
        if (largest && sum <= most) return;
        largest = row;
        most = sum;
    });
    return largest;
}

bool clears_when_spiking(const Population& p) {
    const auto* no_delay = p.spiking ? std::get_if<NoDelayReset>(&p.spiking->reset) : nullptr;
    return p.spiking && (std::holds_alternative<HardReset>(p.spiking->reset) ||
                         (no_delay != nullptr && no_delay->to_zero));
}

void scale_all(std::vector<double>& x, double factor) {
    if (factor == 0)
        std::fill(x.begin(), x.end(), 0.0);
    else
        for (double& value : x) value *= factor;
}

}  // namespace

std::vector<CalibrationSample> reference_runs(const Network& network,
                                              const std::vector<std::vector<Signal>>& samples,
                                              unsigned threads) {
    std::vector<CalibrationSample> runs(samples.size());
    for_each_index(samples.size(), threads, [&](std::size_t i) {
        runs[i] = {samples[i], simulate(network, samples[i])};
        for (PopulationTrace<double>& p : runs[i].trace.populations) {
            p.u = {};
            p.v = {};
        }
    });
    return runs;
}

std::vector<double> arriving(const Network& network, std::size_t connection, const Folded& folded,
                             const CalibrationSample& sample) {
    const Connection& c = network.connections[connection];
    const std::size_t n = width(network, c.source), m = folded.matrix.inputs, steps = sample.trace.steps;
    std::vector<double> all(steps * m, 0.0), x(n);
    for (std::size_t t = static_cast<std::size_t>(c.delay); t < steps; ++t) {
        const std::size_t from = (t - static_cast<std::size_t>(c.delay)) * n;
        for (std::size_t i = 0; i < n; ++i)
            x[i] = c.source.kind == Presynaptic::Kind::input
                       ? static_cast<double>(to_level(sample.inputs[c.source.index].values[from + i],
                                                      network.inputs[c.source.index]))
                       : static_cast<double>(sample.trace.populations[c.source.index].s[from + i]);
        const std::vector<double> y = folded.source_pool ? apply_stage(Stage(*folded.source_pool), x) : x;
        std::copy(y.begin(), y.end(), all.begin() + static_cast<std::ptrdiff_t>(t * m));
    }
    return all;
}

ArrivingValues arriving_values(const Network& network, const Inflow& inflow,
                               const CalibrationSample& sample) {
    ArrivingValues all;
    for (std::size_t k = 0; k < inflow.connections.size(); ++k)
        all.push_back(arriving(network, inflow.connections[k], *inflow.folded[k], sample));
    return all;
}

bool history_free(const Population& p) {
    return p.v_min.empty() && !clears_when_spiking(p) && (!p.spiking || p.spiking->refractory_steps == 0);
}

void for_each_sensitivity(const Population& p, const Inflow& inflow, const SynapseGroup& group,
                          std::size_t neuron, const ArrivingValues& arriving_values,
                          const PopulationTrace<double>& trace, std::size_t steps,
                          const VisitSensitivity& visit) {
    const std::size_t n = group.weight.size(), bias = n, threshold = n + 1;
    const double alpha = at(p.alpha, neuron), beta = at(p.beta, neuron);
    const bool clears_at_spike = clears_when_spiking(p);
    std::vector<double> current(n + 2, 0.0), potential(n + 2, 0.0);
    int held = 0;
    for (std::size_t t = 0; t < steps; ++t) {
        if (clears(p.periodic_reset, t)) {
            scale_all(current, 0);
            scale_all(potential, 0);
            held = 0;
        }
        scale_all(current, alpha);
        for (std::size_t k = 0; k < inflow.folded.size(); ++k) {
            const Folded& f = *inflow.folded[k];
            const double* x = arriving_values[k].data() + t * f.matrix.inputs;
            const std::size_t first_row = rows_of(f, group.first, group.last, inflow.neurons).first;
            const std::optional<std::size_t> row = f.sum_pool ? largest_row(f, neuron, x) : neuron;
            if (row) add_row(f, group, k, first_row, *row, x, current);
        }
        if (held > 0) {
            --held;
            continue;
        }
        for (std::size_t i = 0; i < n; ++i) potential[i] = beta * potential[i] + current[i];
        potential[bias] = beta * potential[bias] + 1;
        const std::size_t cell = t * trace.neurons + neuron;
        if (!p.v_min.empty() && trace.compared[cell] <= at(p.v_min, neuron)) scale_all(potential, 0);
        potential[threshold] = -1;
        visit(t, potential);
        if (!p.spiking || trace.s[cell] == 0) continue;
        if (clears_at_spike) scale_all(potential, 0);
        held = p.spiking->refractory_steps;
    }
}

void add_outer(SymmetricMatrix& moments, const std::vector<double>& x, double weight) {
    std::vector<std::size_t> active;
    for (std::size_t i = 0; i < x.size(); ++i)
        if (x[i] != 0) active.push_back(i);
    for (std::size_t i : active) {
        double* row = moments.values.data() + i * moments.n;
        const double scaled = weight * x[i];
        for (std::size_t j : active) row[j] += scaled * x[j];
    }
}

}  // namespace synfire
