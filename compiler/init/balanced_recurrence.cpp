// Herranz-Celotti and Rouat 2022 (arXiv 2202.00282, conditions I and II): recurrent layers that fire half of
// the time at the start, with recurrent and feed-forward input of the same variance.
//
//   I:  mean w_rec = threshold (3 - 2 beta) / (n_rec - 1), soft reset;  2 (1 - beta) threshold / (n_rec - 1),
//   hard II: Var w_rec = E[x^2] Var[w_in] n_in / (n_rec - 1) - (mean w_rec)^2 / 2,   E[x^2] = 1/2 behind a
//   layer
//
// Feed-forward weights have variance 1 / n_in. Conditions III and IV concern surrogate gradients.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/init/schemes.hpp"

namespace synfire {
namespace {

constexpr double half_active = 0.5;  // E[x^2] of neurons that fire every other step

}  // namespace

std::vector<Law> balanced_recurrence(const Population& population, const Fan& fan, const InitOptions& options,
                                     Report& report) {
    std::vector<Law> laws(fan.drawn.size());
    double forward = 0;  // variance that feed-forward synapses bring
    for (std::size_t k = 0; k < laws.size(); ++k) {
        const DrawnStage& s = fan.drawn[k];
        if (s.recurrent) continue;
        laws[k] = centred_law(1 / s.fan_in, options);
        forward += s.from_input ? s.input.square : half_active;
    }
    for (std::size_t k = 0; k < laws.size(); ++k) {
        const DrawnStage& s = fan.drawn[k];
        if (!s.recurrent) continue;
        const bool soft = population.spiking && std::holds_alternative<SoftReset>(population.spiking->reset);
        const double beta = *std::max_element(population.beta.begin(), population.beta.end());
        const double others = std::max(s.fan_in - 1, 1.0);
        const double mean = fan.threshold * (soft ? 3 - 2 * beta : 2 * (1 - beta)) / others;
        const double spread = forward / others - mean * mean / 2;
        if (!(spread > 0)) {
            refuse(population,
                   fmt::format("the recurrent mean {:.4g} leaves no variance for recurrent weights", mean),
                   "more variance from feed-forward synapses",
                   "use more neurons, or the scheme fluctuation-driven", report);
            return laws;
        }
        const double sd = std::sqrt(spread);
        laws[k] = options.uniform ? Law{UniformLaw{std::sqrt(3.0) * sd, mean}} : Law{NormalLaw{sd, mean}};
    }
    return laws;
}

}  // namespace synfire
