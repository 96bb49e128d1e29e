// Rossbroich, Gygax and Zenke 2022, "Fluctuation-driven initialization for spiking neural network training":
// neurons fire because their potential fluctuates around a mean mu_U, with (threshold - mu_U) / sigma_U = xi.
// Inputs are Poisson spikes of rate nu; per step p = nu dt, with the kernels of kernels.hpp:
//
//   mu_U = n mu_W p sum,   sigma_U^2 = n (sigma_W^2 + mu_W^2) p squares.
//
// A fraction alpha of sigma_U^2 comes from feed-forward synapses, the rest from recurrent ones.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/init/kernels.hpp"
#include "compiler/init/schemes.hpp"

namespace synfire {
namespace {

// The kernel of the population, which has to forget; nothing where it does not.
bool find_kernel(const Population& population, Kernel& kernel, Report& report) {
    const double alpha = *std::max_element(population.alpha.begin(), population.alpha.end());
    const double beta = *std::max_element(population.beta.begin(), population.beta.end());
    if (alpha < 1 && beta < 1) {
        kernel = kernel_of(alpha, beta);
        return true;
    }
    refuse(population, "keeps all of its potential from step to step, so that fluctuations grow without end",
           "alpha and beta below 1", "use the scheme variance-conserving", report);
    return false;
}

double target_of(const Fan& fan) {
    return fan.threshold > 0 ? fan.threshold : 1;
}

// Spikes per step of the source of a stage: the rate that the user gave, or the input's own.
double rate_of(const DrawnStage& s, const InitOptions& options) {
    return options.rate.value_or(s.input.mean);
}

bool has_rates(const Population& population, const Fan& fan, const InitOptions& options, Report& report) {
    const bool good = std::all_of(fan.drawn.begin(), fan.drawn.end(),
                                  [&](const DrawnStage& s) { return rate_of(s, options) > 0; });
    if (!good)
        refuse(population, "the rate of what arrives is not known", "spikes per second or per step",
               "give --input hz=NU with --dt, or --input rate=P", report);
    return good;
}

// The part of sigma_U^2 that one stage has to bring.
double share_of(const DrawnStage& s, const Fan& fan, const InitOptions& options) {
    const auto alike = std::count_if(fan.drawn.begin(), fan.drawn.end(),
                                     [&](const DrawnStage& other) { return other.recurrent == s.recurrent; });
    const bool both = alike < static_cast<std::ptrdiff_t>(fan.drawn.size());
    const double part = !both ? 1 : s.recurrent ? 1 - options.feed_forward_share : options.feed_forward_share;
    return part / static_cast<double>(alike);
}

}  // namespace

std::vector<Law> fluctuation_driven(const Population& population, const Fan& fan, const InitOptions& options,
                                    Report& report) {
    std::vector<Law> laws(fan.drawn.size());
    Kernel kernel;
    if (fan.drawn.empty() || !find_kernel(population, kernel, report) ||
        !has_rates(population, fan, options, report))
        return laws;
    const double sigma_u = options.sigma_u.value_or((target_of(fan) - options.mean_u) / options.xi);
    double synapses = 0;  // that carry the mean, each with its rate
    for (const DrawnStage& s : fan.drawn) synapses += s.fan_in * rate_of(s, options);
    for (std::size_t k = 0; k < laws.size(); ++k) {
        const DrawnStage& s = fan.drawn[k];
        const double mean = options.mean_u / (synapses * kernel.sum);
        const double square =
            share_of(s, fan, options) * sigma_u * sigma_u / (s.fan_in * rate_of(s, options) * kernel.squares);
        const double spread = square - mean * mean;
        if (!(spread > 0)) {
            refuse(
                population,
                fmt::format("mu_U = {:.4g} alone makes its potential fluctuate by more than sigma_U = {:.4g}",
                            options.mean_u, sigma_u),
                fmt::format("sigma_W^2 = {:.4g} above 0", spread), "use a smaller --mean-u or more inputs",
                report);
            return laws;
        }
        const double sd = std::sqrt(spread);
        laws[k] =
            scaled(options.uniform ? Law{UniformLaw{std::sqrt(3.0) * sd, mean}} : Law{NormalLaw{sd, mean}},
                   1 / s.gain);
    }
    return laws;
}

// Excitation and inhibition cancel in the mean (mu_U = 0), W ~ Exp(lambda) with E[W^2] = 2 / lambda^2:
//   d_R = lambda_rec / lambda_ff = sqrt(alpha N_rec / ((1 - alpha) N_ff)),
//   d_I = lambda_inh / lambda_ff = N_inh / (N_ff + N_rec / d_R),
//   lambda_ff = (xi / threshold) sqrt(2 p squares) sqrt(N_ff + N_rec / d_R^2 + N_inh / d_I^2).
// Every synapse of a population has the same kernel here, so the kernels' sums cancel in d_I.
std::vector<Law> dale(const Population& population, const Fan& fan, const InitOptions& options,
                      Report& report) {
    std::vector<Law> laws(fan.drawn.size());
    Kernel kernel;
    if (fan.drawn.empty() || !find_kernel(population, kernel, report) ||
        !has_rates(population, fan, options, report))
        return laws;
    const auto inhibits = [&](const std::string& name) {
        return std::find(options.inhibitory.begin(), options.inhibitory.end(), name) !=
               options.inhibitory.end();
    };
    double forward = 0, recurrent = 0, inhibitory = 0;
    for (std::size_t k = 0; k < fan.drawn.size(); ++k) {
        const DrawnStage& s = fan.drawn[k];
        double& group = inhibits(s.name) ? inhibitory : s.recurrent ? recurrent : forward;
        group += s.fan_in;
    }
    if (forward == 0 || inhibitory == 0) {
        refuse(population,
               forward == 0 ? "no excitatory connection reaches it" : "no inhibitory connection reaches it",
               "at least one of each", "name the inhibitory connections with --inhibitory", report);
        return laws;
    }
    const double alpha = options.feed_forward_share;
    const double d_r = recurrent > 0 ? std::sqrt(alpha * recurrent / ((1 - alpha) * forward)) : 1;
    const double d_i = inhibitory / (forward + recurrent / d_r);
    const double rate = rate_of(fan.drawn[0], options);
    const double lambda = options.xi / target_of(fan) * std::sqrt(2 * rate * kernel.squares) *
                          std::sqrt(forward + recurrent / (d_r * d_r) + inhibitory / (d_i * d_i));
    for (std::size_t k = 0; k < laws.size(); ++k) {
        const DrawnStage& s = fan.drawn[k];
        const bool minus = inhibits(s.name);
        const double factor = minus ? d_i : s.recurrent ? d_r : 1;
        laws[k] = scaled(ExponentialLaw{lambda * factor, minus ? -1.0 : 1.0}, 1 / s.gain);
    }
    return laws;
}

}  // namespace synfire
