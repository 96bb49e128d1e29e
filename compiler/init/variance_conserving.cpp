// Micheli et al. 2024 (arXiv 2410.00580): the variance of the membrane potential over the neurons of a layer
// is the same in every layer,
//
//   Var[w] = sigma_u^2 / (n Q(threshold / sigma_u)),     Q(a) = P(N(0, 1) > a),
//
// their equation for sigma_u = 1, stated for any sigma_u. Q is what the spikes of the layer before
// contribute, E[x^2]; a first layer takes the mean square of the input instead. Several connections into one
// population share sigma_u^2 synapse by synapse: n Q becomes the sum over all of them. Leak and reset are not
// part of the derivation.
#include <cmath>

#include <fmt/format.h>

#include "compiler/init/schemes.hpp"

namespace synfire {

std::vector<Law> variance_conserving(const Population& population, const Fan& fan, const InitOptions& options,
                                     Report& report) {
    const double wanted = fan.sigma_u * fan.sigma_u, fixed = variance(fan.fixed), reach = drive(fan);
    std::vector<Law> laws(fan.drawn.size());
    if (fan.drawn.empty()) return laws;
    if (!(reach > 0)) {
        refuse(population, "nothing that arrives is ever different from 0", "an input that fires",
               "give the input's statistics with --input", report);
        return laws;
    }
    if (fixed >= wanted) {
        refuse(population,
               fmt::format("connections without weights to choose already give Var[u] = {:.4g}", fixed),
               fmt::format("less than the wanted {:.4g}", wanted), "ask for a larger --sigma-u", report);
        return laws;
    }
    const double weight_variance = (wanted - fixed) / reach;
    for (Law& law : laws) law = centred_law(weight_variance, options);
    return laws;
}

}  // namespace synfire
