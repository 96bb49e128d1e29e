#include "tuning/data_driven.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/init/initialize.hpp"
#include "compiler/init/schemes.hpp"
#include "emulator/reference.hpp"
#include "tuning/slice.hpp"

namespace synfire {
namespace {

constexpr int most_rounds = 10;     // a reset makes the potential a curved function of the weights
constexpr double tolerance = 0.01;  // of the standard deviation

struct Fitting {
    Network& network;
    const std::vector<std::vector<Signal>>& samples;
    std::vector<std::vector<Signal>> spikes;  // [sample][population]

    // The record of one population for every sample.
    std::vector<PopulationTrace<double>> run(std::size_t population) const {
        std::vector<PopulationTrace<double>> records;
        for (std::size_t b = 0; b < samples.size(); ++b) {
            const Slice slice = slice_of(network, population, samples[b], spikes[b]);
            records.push_back(simulate(slice.network, slice.inputs).populations[0]);
        }
        return records;
    }

    void keep(std::size_t population, const std::vector<PopulationTrace<double>>& records) {
        for (std::size_t b = 0; b < samples.size(); ++b) {
            Signal& signal = spikes[b][population];
            signal = {samples[b][0].steps, records[b].neurons, {}};
            signal.values.assign(records[b].s.begin(), records[b].s.end());
        }
    }

    void scale(const Fan& fan, double factor) {
        for (const DrawnStage& s : fan.drawn)
            std::visit(
                [&](auto& stage) {
                    if constexpr (requires { stage.weight; })
                        for (double& w : stage.weight) w *= factor;
                },
                network.connections[s.connection].stages[s.stage]);
    }
};

double deviation(const std::vector<PopulationTrace<double>>& records) {
    double sum = 0, squares = 0, count = 0;
    for (const auto& record : records)
        for (double u : record.compared) {
            sum += u;
            squares += u * u;
            ++count;
        }
    return std::sqrt(std::max(squares / count - sum / count * (sum / count), 0.0));
}

// The value that a share `rate` of all potentials of a neuron exceeds.
double quantile(const std::vector<PopulationTrace<double>>& records, std::size_t neuron, double rate) {
    std::vector<double> u;
    for (const auto& record : records)
        for (std::size_t at = neuron; at < record.compared.size(); at += record.neurons)
            u.push_back(record.compared[at]);
    const auto above = static_cast<std::size_t>(std::round(rate * static_cast<double>(u.size())));
    const std::size_t place = u.size() - std::clamp<std::size_t>(above, 1, u.size());
    std::nth_element(u.begin(), u.begin() + static_cast<std::ptrdiff_t>(place), u.end());
    const double upper = u[place];
    if (place == 0) return upper;
    const double lower = *std::max_element(u.begin(), u.begin() + static_cast<std::ptrdiff_t>(place));
    return (upper + lower) / 2;
}

void fit_variance(Fitting& fitting, const Fan& fan, Report& report) {
    for (int round = 0; round < most_rounds; ++round) {
        const double sd = deviation(fitting.run(fan.population));
        if (sd == 0)
            return refuse(fitting.network.populations[fan.population],
                          "nothing reaches it from the calibration data", "inputs that fire",
                          "use other data, or a smaller --operating-point", report);
        if (std::abs(sd / fan.sigma_u - 1) < tolerance) return;
        fitting.scale(fan, fan.sigma_u / sd);
    }
}

// A threshold of 0 or less would fire without input. Neurons whose potentials ask for one get a tenth of the
// median of the others, and fire less often than wanted.
void hold_above_zero(const Population& p, PerNeuron& thresholds, Report& report) {
    PerNeuron positive;
    for (double t : thresholds)
        if (t > 0) positive.push_back(t);
    if (positive.empty())
        return refuse(p, "its potentials exceed 0 less often than that",
                      "a rate below that of the potentials above 0", "give a smaller --rate", report);
    std::nth_element(positive.begin(), positive.begin() + static_cast<std::ptrdiff_t>(positive.size() / 2),
                     positive.end());
    const double least = positive[positive.size() / 2] / 10;
    std::size_t held = 0;
    for (double& t : thresholds) {
        held += t < least ? 1 : 0;
        t = std::max(t, least);
    }
    if (held == 0) return;
    Diagnostic d;
    d.node = "'" + p.name + "'";
    d.reason = fmt::format("{} of {} neurons exceed 0 less often than that and will fire less", held,
                           thresholds.size());
    d.hint = "give a smaller --rate";
    report.warning(d);
}

// A soft reset that subtracted the threshold subtracts the new one.
void fit_thresholds(Fitting& fitting, std::size_t index, double rate, Report& report) {
    Population& p = fitting.network.populations[index];
    if (!p.spiking) return;
    Spiking& spiking = *p.spiking;
    const std::vector<PopulationTrace<double>> records = fitting.run(index);
    PerNeuron thresholds;
    for (std::size_t j = 0; j < neurons(p); ++j) thresholds.push_back(quantile(records, j, rate));
    hold_above_zero(p, thresholds, report);
    auto* soft = std::get_if<SoftReset>(&spiking.reset);
    if (soft != nullptr && soft->amount == spiking.threshold) soft->amount = thresholds;
    spiking.threshold = thresholds;
}

}  // namespace

Network initialize_from_data(Network network, DataScheme scheme, const InitOptions& options,
                             const std::vector<std::vector<Signal>>& samples, Report& report) {
    InitOptions start = options;
    start.scheme = "lecun";
    const std::vector<PlannedPopulation> planned = plan(network, start, report);
    if (!is_layered(network))
        refuse(network.populations.back(), "later populations drive earlier ones", "a layered network",
               "use a scheme without data", report);
    if (scheme == DataScheme::threshold_quantile && !options.rate) {
        Diagnostic d;
        d.field = "--rate";
        d.reason = "the rate that every neuron is to have is not known";
        d.expected = "spikes per step";
        d.hint = "give --rate 0.1";
        report.error(d);
    }
    report.stop_on_errors();
    Fitting fitting{network, samples, {}};
    fitting.spikes.assign(samples.size(), std::vector<Signal>(network.populations.size()));
    for (const PlannedPopulation& p : planned) {
        draw_weights(p, options.seed, [&](std::size_t c) -> Connection& { return network.connections[c]; });
        if (scheme == DataScheme::unit_variance && !p.fan.drawn.empty()) fit_variance(fitting, p.fan, report);
        if (scheme == DataScheme::threshold_quantile)
            fit_thresholds(fitting, p.fan.population, *options.rate, report);
        report.stop_on_errors();
        fitting.keep(p.fan.population, fitting.run(p.fan.population));
    }
    return network;
}

}  // namespace synfire
