#include "compiler/init/moments.hpp"

#include <algorithm>
#include <cmath>

namespace synfire {
namespace {

struct Behind {
    Moments x;

    Moments operator()(const Scale& s) const {
        Moments sum;
        const std::size_t n = std::max(s.factor.size(), s.offset.size());
        for (std::size_t i = 0; i < n; ++i) {
            const double factor = s.factor[s.factor.size() == 1 ? 0 : i];
            const double offset = s.offset.empty() ? 0 : s.offset[s.offset.size() == 1 ? 0 : i];
            sum.mean += factor * x.mean + offset;
            sum.square += factor * factor * x.square + 2 * factor * offset * x.mean + offset * offset;
        }
        return {sum.mean / static_cast<double>(n), sum.square / static_cast<double>(n)};
    }

    Moments operator()(const Pool& pool) const {
        const auto m = static_cast<double>(pool.window.kernel[0] * pool.window.kernel[1]);
        if (pool.kind == Pool::Kind::maximum)
            return spikes_of(1 - std::pow(1 - std::clamp(x.mean, 0.0, 1.0), m));
        const Moments average{x.mean, x.square / m + x.mean * x.mean * (1 - 1 / m)};
        if (pool.kind == Pool::Kind::average) return average;
        return {m * average.mean, m * m * average.square};
    }

    Moments operator()(const IndexMap& map) const {
        const auto missing = std::count(map.source.begin(), map.source.end(), IndexMap::nothing);
        const double kept = 1 - static_cast<double>(missing) /
                                    static_cast<double>(std::max<std::size_t>(map.source.size(), 1));
        return {kept * x.mean, kept * x.square};
    }

    // Stages with weights are not looked through here.
    Moments operator()(const Dense&) const { return x; }
    Moments operator()(const Sparse&) const { return x; }
    Moments operator()(const Convolution&) const { return x; }
};

}  // namespace

Moments behind(const Stage& stage, const Moments& x) {
    return std::visit(Behind{x}, stage);
}

}  // namespace synfire
