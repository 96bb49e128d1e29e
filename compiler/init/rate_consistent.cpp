// Weights with which a layer fires at the rate of the layer before: the cure of firing-rate collapse that
// Perez-Nieves and Goodman 2023 (arXiv 2305.08879, abstract) describe, with formulas of our own. The
// potential is taken as a diffusion with the variance that leaky integration of n inputs of rate p gives it,
//
//   s^2 = n p E[w^2] squares,
//
// whose rate is Siegert's with a reset to V_r,
//
//   1/nu = t_ref + tau sqrt(pi) integral over [V_r / (sqrt 2 s), threshold' / (sqrt 2 s)] of exp(x^2) (1 +
//   erf x) dx.
//
// Threshold' = threshold + 0.5826 s_step makes up for crossings between two steps (Broadie, Glasserman and
// Kou 1997, with the standard deviation s_step of one step); a soft reset leaves that overshoot, so it counts
// as a reset to 0.5826 s_step. Neurons without memory fire with Q(threshold / s).
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/init/kernels.hpp"
#include "compiler/init/schemes.hpp"

namespace synfire {
namespace {

constexpr double overshoot = 0.5826;

// Steps of Simpson's rule; the integrand is smooth.
constexpr int intervals = 400;

double siegert_integrand(double x) {
    // exp(x^2) (1 + erf x) without overflow where x is far below 0.
    return x > -4 ? std::exp(x * x) * std::erfc(-x) : -1 / (x * std::sqrt(std::acos(-1.0)));
}

double integral(double from, double to) {
    const double h = (to - from) / intervals;
    double sum = siegert_integrand(from) + siegert_integrand(to);
    for (int k = 1; k < intervals; ++k) sum += (k % 2 == 0 ? 2 : 4) * siegert_integrand(from + k * h);
    return sum * h / 3;
}

struct Neuron {
    double alpha = 0, beta = 0, threshold = 1, reset = 0, refractory = 0;
    bool soft = false;
};

// Spikes per step at the weight variance sum over synapses `input` = n p E[w^2].
double rate_at(const Neuron& neuron, double input) {
    const Kernel kernel = kernel_of(neuron.alpha, neuron.beta);
    const double s = std::sqrt(input * kernel.squares), step = std::sqrt(input);
    if (neuron.beta == 0) return 0.5 * std::erfc(neuron.threshold / (s * std::sqrt(2.0)));
    const double scale = std::sqrt(2.0) * s;
    const double top = (neuron.threshold + overshoot * step) / scale;
    const double bottom = (neuron.soft ? overshoot * step : neuron.reset) / scale;
    if (top > 25) return 0;
    const double tau = -1 / std::log(neuron.beta);
    return 1 / (neuron.refractory +
                tau * std::sqrt(std::acos(-1.0)) * integral(bottom, std::max(top, bottom)) + 1);
}

Neuron neuron_of(const Population& population, const Fan& fan) {
    Neuron neuron;
    neuron.alpha = *std::max_element(population.alpha.begin(), population.alpha.end());
    neuron.beta = *std::max_element(population.beta.begin(), population.beta.end());
    neuron.threshold = fan.threshold;
    neuron.refractory = population.spiking->refractory_steps;
    if (const auto* hard = std::get_if<HardReset>(&population.spiking->reset))
        neuron.reset = at(hard->value, 0);
    neuron.soft = std::holds_alternative<SoftReset>(population.spiking->reset);
    return neuron;
}

// The input at which the neuron fires at the wanted rate: rates rise with it.
double input_for(const Neuron& neuron, double rate) {
    double low = 1e-6, high = 1;
    const double unit = neuron.threshold * neuron.threshold;
    while (rate_at(neuron, high * unit) < rate && high < 1e12) high *= 2;
    for (int k = 0; k < 200; ++k) {
        const double middle = std::sqrt(low * high);
        (rate_at(neuron, middle * unit) < rate ? low : high) = middle;
    }
    return high * unit;
}

}  // namespace

std::vector<Law> rate_consistent(const Population& population, const Fan& fan, const InitOptions& options,
                                 Report& report) {
    std::vector<Law> laws(fan.drawn.size());
    if (fan.drawn.empty()) return laws;
    const double rate = options.rate.value_or(options.input_spikes ? options.input.mean : 0);
    if (!(rate > 0 && rate < 0.5)) {
        refuse(population, "the rate that all layers are to keep is not known",
               "between 0 and 0.5 spikes per step", "give --rate P, or --input rate=P", report);
        return laws;
    }
    double synapses = 0;  // with what each delivers in a step, squared
    for (const DrawnStage& s : fan.drawn) {
        const bool first = s.input.square > 0 && !options.input_spikes && s.from_input;
        synapses += s.fan_in * s.gain * s.gain * (first ? s.input.square : rate);
    }
    if (!population.spiking || !(fan.threshold > 0)) {  // a readout: the fluctuation that was asked for
        for (Law& law : laws) law = centred_law(fan.sigma_u * fan.sigma_u / synapses, options);
        return laws;
    }
    const Neuron neuron = neuron_of(population, fan);
    if (neuron.alpha >= 1 || neuron.beta >= 1) {
        refuse(population, "keeps all of its potential from step to step, so it has no rate of its own",
               "alpha and beta below 1", "use the scheme variance-conserving", report);
        return laws;
    }
    const double input = input_for(neuron, rate);
    // At the fixed point a rise of the rate must not feed itself: the slope of rate over rate is input F' /
    // F.
    const double slope = (rate_at(neuron, input * 1.001) - rate) / (0.001 * rate);
    if (slope >= 1) {
        Diagnostic d;
        d.node = "'" + population.name + "'";
        d.reason = fmt::format(
            "a rate of {:.4g} is not stable: {:.3g} % more input give {:.3g} % more spikes, so that it dies "
            "out or "
            "grows from layer to layer",
            rate, 1.0, slope);
        d.hint = "ask for a higher --rate";
        report.warning(d);
    }
    for (Law& law : laws) law = centred_law(input / synapses, options);
    return laws;
}

}  // namespace synfire
