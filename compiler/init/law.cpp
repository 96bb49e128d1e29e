#include "compiler/init/law.hpp"

#include <fmt/format.h>

#include "compiler/init/normal.hpp"

namespace synfire {
namespace {

// Turns the standard numbers of a law into its weights, in place.
struct FromStandard {
    std::span<double> x;

    void operator()(const NormalLaw& law) const {
        for (double& w : x) w = law.mean == 0 ? w * law.sd : law.mean + w * law.sd;
    }
    void operator()(const UniformLaw& law) const {
        for (double& w : x) w = law.mean + law.half_width * (2 * w - 1);
    }
    void operator()(const ExponentialLaw& law) const {
        for (double& w : x) w = law.sign * -natural_logarithm(w) / law.rate;
    }
};

bool is_normal(const Law& law) {
    return std::holds_alternative<NormalLaw>(law);
}

}  // namespace

double mean(const Law& law) {
    if (const auto* normal = std::get_if<NormalLaw>(&law)) return normal->mean;
    if (const auto* uniform = std::get_if<UniformLaw>(&law)) return uniform->mean;
    const auto& exponential = std::get<ExponentialLaw>(law);
    return exponential.sign / exponential.rate;
}

double variance(const Law& law) {
    if (const auto* normal = std::get_if<NormalLaw>(&law)) return normal->sd * normal->sd;
    if (const auto* uniform = std::get_if<UniformLaw>(&law))
        return uniform->half_width * uniform->half_width / 3;
    const double rate = std::get<ExponentialLaw>(law).rate;
    return 1 / (rate * rate);
}

double mean_square(const Law& law) {
    return variance(law) + mean(law) * mean(law);
}

std::string to_string(const Law& law) {
    if (const auto* normal = std::get_if<NormalLaw>(&law))
        return fmt::format("N({:.6g}, {:.6g}^2)", normal->mean, normal->sd);
    if (const auto* uniform = std::get_if<UniformLaw>(&law))
        return fmt::format("U({:.6g}, {:.6g})", uniform->mean - uniform->half_width,
                           uniform->mean + uniform->half_width);
    const auto& exponential = std::get<ExponentialLaw>(law);
    return fmt::format("{}Exp({:.6g})", exponential.sign < 0 ? "-" : "", exponential.rate);
}

Law scaled(const Law& law, double factor) {
    if (const auto* normal = std::get_if<NormalLaw>(&law))
        return NormalLaw{normal->sd * factor, normal->mean * factor};
    if (const auto* uniform = std::get_if<UniformLaw>(&law))
        return UniformLaw{uniform->half_width * factor, uniform->mean * factor};
    const auto& exponential = std::get<ExponentialLaw>(law);
    return ExponentialLaw{exponential.rate / factor, exponential.sign};
}

void draw(const Law& law, Stream s, std::uint64_t first, std::span<double> out) {
    if (is_normal(law))
        draw_normal(s.seed, s.stream, first, out);
    else
        draw_uniform(s.seed, s.stream, first, out);
    std::visit(FromStandard{out}, law);
}

void draw(const Law& law, Stream s, std::span<const std::uint64_t> index, std::span<double> out) {
    if (is_normal(law))
        draw_normal(s.seed, s.stream, index, out);
    else
        draw_uniform(s.seed, s.stream, index, out);
    std::visit(FromStandard{out}, law);
}

}  // namespace synfire
