// Schemes of conventional networks: the variance follows from fan-in and fan-out alone, and no threshold is
// asked. A deep spiking network of them goes silent where fan-in * variance / threshold^2 is below 6.03
// (theory/mean_field.hpp).
#include <cmath>

#include "compiler/init/schemes.hpp"

namespace synfire {
namespace {

template <class Variance>
std::vector<Law> each(const Fan& fan, const InitOptions& options, Variance variance) {
    std::vector<Law> laws;
    for (const DrawnStage& s : fan.drawn) laws.push_back(centred_law(variance(s), options));
    return laws;
}

}  // namespace

std::vector<Law> kaiming(const Population&, const Fan& fan, const InitOptions& options, Report&) {
    const double gain = 2 / (1 + options.leaky_slope * options.leaky_slope);
    return each(fan, options, [&](const DrawnStage& s) { return gain / s.fan_in; });
}

std::vector<Law> xavier(const Population&, const Fan& fan, const InitOptions& options, Report&) {
    return each(fan, options, [](const DrawnStage& s) { return 2 / (s.fan_in + s.fan_out); });
}

std::vector<Law> lecun(const Population&, const Fan& fan, const InitOptions& options, Report&) {
    return each(fan, options, [](const DrawnStage& s) { return 1 / s.fan_in; });
}

std::vector<Law> torch_default(const Population&, const Fan& fan, const InitOptions& options, Report&) {
    InitOptions uniform = options;
    uniform.uniform = true;
    return each(fan, uniform, [](const DrawnStage& s) { return 1 / (3 * s.fan_in); });
}

std::vector<Law> inverse_sqrt(const Population&, const Fan& fan, const InitOptions& options, Report&) {
    const double w0 = options.weight_scale * (fan.threshold > 0 ? fan.threshold : 1);
    return each(fan, options, [&](const DrawnStage& s) { return w0 * w0 / s.fan_in; });
}

}  // namespace synfire
