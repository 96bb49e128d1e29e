// Critical width, largest operating point and capacity to tell inputs apart (theory/).
#include <algorithm>

#include "compiler/init/forecast.hpp"
#include "compiler/init/theory/correlation.hpp"
#include "compiler/init/theory/mean_field.hpp"
#include "compiler/init/theory/survival.hpp"

namespace synfire {
namespace {

constexpr std::size_t widest = 8192;

}  // namespace

std::optional<Outlook> outlook(const Network& network, const std::vector<PlannedPopulation>& planned,
                               const std::vector<Forecast>& forecasts, double survive) {
    Outlook o;
    for (std::size_t p = 0; p < planned.size(); ++p) {
        if (forecasts[p].margin == 0) continue;
        const std::size_t n = neurons(network.populations[planned[p].fan.population]);
        o.width = o.layers == 0 ? n : std::min(o.width, n);
        o.a = std::max(o.a, forecasts[p].effective_a);
        ++o.layers;
        if (forecasts[p].margin < 1) return std::nullopt;
    }
    if (o.layers == 0) return std::nullopt;
    o.largest_a = theory::largest_a(o.width, o.layers, survive);
    if (o.a >= theory::critical_a()) return o;
    o.smallest_width = theory::smallest_width(o.a, o.layers, survive, widest);
    const theory::CorrelationLimit limit = theory::correlation_limit(o.a);
    o.similarity = limit.rho;
    o.e_fold = limit.e_fold_depth;
    o.apart = theory::discrimination_depth(o.a, static_cast<double>(o.width), 0.9, 0, o.layers);
    return o;
}

}  // namespace synfire
