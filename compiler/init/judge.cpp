// What a user should know about a forecast, each with the change that would help.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compiler/init/forecast.hpp"
#include "compiler/init/theory/mean_field.hpp"

namespace synfire {
namespace {

constexpr double coarse = 0.01;  // a threshold may miss its place by this part

void warn(const std::string& population, const std::string& reason, const std::string& expected,
          const std::string& hint, Report& report) {
    Diagnostic d;
    d.node = "'" + population + "'";
    d.reason = reason;
    d.expected = expected;
    d.hint = hint;
    report.warning(d);
}

void judge_margin(const Forecast& f, Report& report) {
    if (f.margin == 0 || f.a == 0) return;
    if (f.margin < 1)
        return warn(
            f.population,
            fmt::format(
                "activity dies out with depth in networks of any width: n Var[w] / threshold^2 = {:.4g}",
                f.kappa),
            fmt::format("at least {:.4g}", theory::minimal_kappa()),
            "use the scheme variance-conserving, or a smaller threshold", report);
    if (f.a > theory::critical_a())
        warn(f.population,
             fmt::format("operating point a = {:.4g} is unstable: activity dies out with depth", f.a),
             fmt::format("at most {:.4g}; 0.8 or less keeps a distance", theory::critical_a()),
             "give --operating-point 0.8", report);
}

// The first layer that hears a layer: later ones follow it.
void judge_first(const std::vector<Forecast>& forecasts, Report& report) {
    const auto first =
        std::find_if(forecasts.begin(), forecasts.end(), [](const Forecast& f) { return f.margin > 0; });
    if (first == forecasts.end() || !first->survival || first->margin < 1) return;
    const Forecast& f = *first;
    const auto points = theory::fixed_points(f.kappa);
    if (!points) return;
    const theory::OperatingPoint point = theory::operating_point(points->stable);
    if (point.unstable && f.fraction < point.unstable->p)
        warn(f.population,
             fmt::format("{:.3g} of the neurons fire, below the {:.3g} from which activity recovers",
                         f.fraction, point.unstable->p),
             "a first layer that fires more", "check --input, or give a smaller --operating-point", report);
}

void judge_threshold(const Forecast& f, const PlannedPopulation& p, Report& report) {
    if (!p.integers || f.a == 0 || std::abs(f.effective_a / f.a - 1) <= coarse) return;
    warn(f.population,
         fmt::format("its integer threshold stands for a = {:.4g} instead of {:.4g}", f.effective_a, f.a),
         "a step for which the threshold lies half way between two sums", "give --step matched", report);
}

void judge_border(const Forecast& f, const PlannedPopulation& p, Report& report) {
    for (const DrawnStage& s : p.fan.drawn) {
        if (s.least_fan_in >= s.fan_in || f.margin == 0) continue;
        const double border = f.margin * s.least_fan_in / s.fan_in;
        if (border < 1 && f.margin >= 1)
            warn(f.population,
                 fmt::format(
                     "at the padded border only {:.4g} of {:.4g} inputs arrive: activity dies out there",
                     s.least_fan_in, s.fan_in),
                 "no padding, or a smaller operating point", "give --operating-point 0.6", report);
    }
}

void judge_survival(const Network& network, const std::vector<PlannedPopulation>& planned,
                    const std::vector<Forecast>& forecasts, double survive, Report& report) {
    const auto last = std::find_if(forecasts.rbegin(), forecasts.rend(),
                                   [](const Forecast& f) { return f.survival.has_value(); });
    if (last == forecasts.rend() || *last->survival >= survive) return;
    std::string hint = "give a smaller --operating-point";
    if (const auto o = outlook(network, planned, forecasts, survive)) {
        hint = o->largest_a > 0
                   ? fmt::format("give --operating-point {:.3g}", std::floor(o->largest_a * 1000) / 1000)
                   : "use wider layers";
        if (o->smallest_width > 0)
            hint += fmt::format(", or at least {} neurons per layer", o->smallest_width);
    }
    warn(last->population, fmt::format("the probability that it is still alive is {:.4g}", *last->survival),
         fmt::format("at least {:.4g}", survive), hint, report);
}

}  // namespace

void judge(const Network& network, const std::vector<PlannedPopulation>& planned,
           const std::vector<Forecast>& forecasts, double survive, bool single_step, Report& report) {
    for (std::size_t p = 0; p < planned.size(); ++p) judge_threshold(forecasts[p], planned[p], report);
    if (!single_step) return;
    for (std::size_t p = 0; p < planned.size(); ++p) {
        judge_margin(forecasts[p], report);
        judge_border(forecasts[p], planned[p], report);
    }
    judge_first(forecasts, report);
    judge_survival(network, planned, forecasts, survive, report);
}

}  // namespace synfire
