#include "tuning/gaussian_process.hpp"

#include <algorithm>
#include <cmath>

#include "compiler/init/normal.hpp"
#include "compiler/support/report.hpp"
#include "emulator/neuron.hpp"

namespace synfire {
namespace {

using Spikes = std::vector<std::uint8_t>;  // [steps x neurons]

// The spikes of one layer at step t as a row; nullptr before the first.
const std::uint8_t* row(const Spikes& spikes, std::size_t neurons, std::size_t t, int delay) {
    const auto late = static_cast<std::size_t>(delay);
    return late > t ? nullptr : spikes.data() + (t - late) * neurons;
}

double dot(const std::uint8_t* x, const std::uint8_t* y, std::size_t n) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += x[i] * y[i];
    return static_cast<double>(sum);
}

struct Sampler {
    const std::vector<ProcessLayer>& layers;
    std::vector<Spikes> spikes;  // of the layers drawn so far
    std::uint64_t seed, first_stream;
};

// Row t of the lower Cholesky factor of the covariance, appended to the rows before. A step that brings
// nothing new, as a repeated spike pattern, has a zero on the diagonal and leaves a zero column below.
void append_factor_row(const Sampler& s, std::size_t layer, std::size_t t,
                       std::vector<std::vector<double>>& rows) {
    std::vector<double> covariance(t + 1, 0.0);
    for (const ProcessSource& source : s.layers[layer].sources) {
        const std::size_t n = neurons(s.layers[source.layer].population);
        const std::uint8_t* now = row(s.spikes[source.layer], n, t, source.delay);
        for (std::size_t before = 0; before <= t && now != nullptr; ++before)
            if (const auto* x = row(s.spikes[source.layer], n, before, source.delay))
                covariance[before] += source.variance_n / static_cast<double>(n) * dot(now, x, n);
    }
    std::vector<double> factor(t + 1, 0.0);
    double left = covariance[t];
    for (std::size_t k = 0; k < t; ++k) {
        if (rows[k][k] == 0) continue;
        double sum = covariance[k];
        for (std::size_t j = 0; j < k; ++j) sum -= factor[j] * rows[k][j];
        factor[k] = sum / rows[k][k];
        left -= factor[k] * factor[k];
    }
    factor[t] = left > 1e-11 * covariance[t] ? std::sqrt(left) : 0.0;  // below: rounding
    rows.push_back(std::move(factor));
}

// What nonzero mean weights give every neuron at step t.
double mean_current(const Sampler& s, std::size_t layer, std::size_t t) {
    double sum = 0;
    for (const ProcessSource& source : s.layers[layer].sources) {
        const std::size_t n = neurons(s.layers[source.layer].population);
        const std::uint8_t* now = row(s.spikes[source.layer], n, t, source.delay);
        if (now == nullptr || source.mean_n == 0) continue;
        double count = 0;
        for (std::size_t i = 0; i < n; ++i) count += now[i];
        sum += source.mean_n * count / static_cast<double>(n);
    }
    return sum;
}

void record(ProcessActivity& activity, const std::vector<double>& v, double spikes) {
    const double n = static_cast<double>(v.size());
    double mean = 0, square = 0;
    for (const double value : v) mean += value / n;
    for (const double value : v) square += (value - mean) * (value - mean) / n;
    activity.fraction.push_back(spikes / n);
    activity.mean.push_back(mean);
    activity.variance.push_back(square);
}

ProcessActivity draw_layer(Sampler& s, std::size_t layer, std::size_t steps) {
    const ProcessLayer& l = s.layers[layer];
    const std::size_t n = neurons(l.population);
    std::vector<std::vector<double>> factor;
    std::vector<double> normals(l.sources.empty() ? 0 : n * steps), drive(n), compared(n);
    if (!normals.empty()) draw_normal(s.seed, s.first_stream + layer, 0, normals);
    NeuronState state = initial_state(l.population);
    ProcessActivity activity;
    s.spikes.emplace_back(n * steps);
    for (std::size_t t = 0; t < steps; ++t) {
        if (clears(l.population.periodic_reset, t)) clear(state);
        append_factor_row(s, layer, t, factor);
        std::fill(drive.begin(), drive.end(), mean_current(s, layer, t));
        for (std::size_t k = 0; k <= t; ++k)
            if (const double f = factor[t][k]; f != 0)
                for (std::size_t i = 0; i < n; ++i) drive[i] += f * normals[k * n + i];
        double spikes = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (!l.driven.values.empty()) drive[i] += l.driven.values[t * n + i];
            const NeuronStep step = step_neuron(l.population, state, i, drive[i]);
            compared[i] = step.compared;
            s.spikes[layer][t * n + i] = static_cast<std::uint8_t>(step.spikes);
            spikes += step.spikes;
        }
        record(activity, compared, spikes);
    }
    return activity;
}

}  // namespace

std::vector<ProcessActivity> gaussian_process(const std::vector<ProcessLayer>& layers, std::size_t steps,
                                              std::uint64_t seed, std::uint64_t first_stream) {
    Sampler sampler{layers, {}, seed, first_stream};
    std::vector<ProcessActivity> all;
    for (std::size_t l = 0; l < layers.size(); ++l) {
        const Signal& driven = layers[l].driven;
        if (!driven.values.empty() && driven.values.size() != steps * neurons(layers[l].population))
            SYNFIRE_BUG("currents of another size than the layer");
        for (const ProcessSource& source : layers[l].sources)
            if (source.layer > l || (source.layer == l && source.delay < 1))
                SYNFIRE_BUG("a layer may hear earlier layers, or itself with a delay");
        all.push_back(draw_layer(sampler, l, steps));
    }
    return all;
}

Signal constant_normal(std::size_t neurons, std::size_t steps, double sd, std::uint64_t seed,
                       std::uint64_t stream) {
    std::vector<double> once(neurons);
    draw_normal(seed, stream, 0, once);
    Signal signal{steps, neurons, {}};
    for (std::size_t t = 0; t < steps; ++t)
        for (const double z : once) signal.values.push_back(sd * z);
    return signal;
}

}  // namespace synfire
