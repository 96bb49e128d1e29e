// Neighbours are merged pair by pair until no pair changes; every merge leaves one stage less, or moves a
// factor one place to the left, where it ends in the first weights or at the front.
#include "compiler/frontend/nir/merge_stages.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace synfire::nir {
namespace {

using Pair = std::vector<Stage>;  // what two neighbours become; the same two: nothing

double value(const std::vector<double>& values, std::size_t i) {
    return values[values.size() == 1 ? 0 : i];
}

bool is_plain(const Scale& scale) {
    return std::all_of(scale.offset.begin(), scale.offset.end(), [](double x) { return x == 0; });
}

bool is_identity(const Stage& stage) {
    const auto* scale = std::get_if<Scale>(&stage);
    return scale != nullptr && is_plain(*scale) &&
           std::all_of(scale->factor.begin(), scale->factor.end(), [](double x) { return x == 1; });
}

// Keeps or drops each value where it stands.
bool is_selection(const IndexMap& map) {
    if (map.source.size() != map.inputs) return false;
    for (std::size_t i = 0; i < map.source.size(); ++i)
        if (map.source[i] != i && map.source[i] != IndexMap::nothing) return false;
    return true;
}

Scale multiplied(const Scale& a, const Scale& b) {
    Scale out;
    const std::size_t n = std::max(a.factor.size(), b.factor.size());
    for (std::size_t i = 0; i < n; ++i) out.factor.push_back(value(a.factor, i) * value(b.factor, i));
    const std::size_t offsets = std::max({a.offset.size(), b.offset.size(), a.offset.empty() ? 1 : n});
    if (!a.offset.empty() || !b.offset.empty())
        for (std::size_t i = 0; i < offsets; ++i)
            out.offset.push_back((a.offset.empty() ? 0 : value(a.offset, i) * value(b.factor, i)) +
                                 (b.offset.empty() ? 0 : value(b.offset, i)));
    return out;
}

Dense with_columns(Dense dense, const Scale& scale) {
    for (std::size_t k = 0; k < dense.weight.size(); ++k)
        dense.weight[k] *= value(scale.factor, k % dense.inputs);
    return dense;
}

Sparse with_columns(Sparse sparse, const Scale& scale) {
    for (std::size_t k = 0; k < sparse.weight.size(); ++k)
        sparse.weight[k] *= value(scale.factor, sparse.column[k]);
    return sparse;
}

// The offset of a scale behind weights joins their bias.
void scale_bias(std::vector<double>& bias, std::size_t outputs, const Scale& scale) {
    if (bias.empty() && is_plain(scale)) return;
    bias.resize(outputs, 0.0);
    for (std::size_t o = 0; o < outputs; ++o)
        bias[o] = bias[o] * value(scale.factor, o) + (scale.offset.empty() ? 0 : value(scale.offset, o));
}

Dense with_rows(Dense dense, const Scale& scale) {
    for (std::size_t k = 0; k < dense.weight.size(); ++k)
        dense.weight[k] *= value(scale.factor, k / dense.inputs);
    scale_bias(dense.bias, dense.outputs, scale);
    return dense;
}

Sparse with_rows(Sparse sparse, const Scale& scale) {
    for (std::size_t o = 0; o < sparse.outputs; ++o)
        for (std::size_t k = sparse.first[o]; k < sparse.first[o + 1]; ++k)
            sparse.weight[k] *= value(scale.factor, o);
    scale_bias(sparse.bias, sparse.outputs, scale);
    return sparse;
}

// A scale with one value per channel of an image; nothing where values differ within a channel.
std::optional<Scale> per_channel(const Scale& scale, std::size_t channels, std::size_t plane) {
    const auto shrink = [&](const std::vector<double>& values, std::vector<double>& out) {
        if (values.size() <= 1) {
            out = values;
            return true;
        }
        for (std::size_t i = 0; i < values.size(); ++i)
            if (values[i] != values[i / plane * plane]) return false;
        for (std::size_t c = 0; c < channels; ++c) out.push_back(values[c * plane]);
        return true;
    };
    Scale out;
    if (!shrink(scale.factor, out.factor) || !shrink(scale.offset, out.offset)) return std::nullopt;
    return out;
}

std::optional<Convolution> with_filters(const Convolution& c, const Scale& scale) {
    const Shape shape = output_shape(c);
    const std::optional<Scale> channels = per_channel(scale, shape[0], shape[1] * shape[2]);
    if (!channels) return std::nullopt;
    Convolution out = c;
    const std::size_t per_filter = out.weight.size() / out.filters;
    for (std::size_t k = 0; k < out.weight.size(); ++k)
        out.weight[k] *= value(channels->factor, k / per_filter);
    scale_bias(out.bias, out.filters, *channels);
    return out;
}

Sparse selected_columns(const Sparse& all, const IndexMap& map) {
    Sparse out{all.outputs, all.inputs, {0}, {}, {}, all.bias};
    for (std::size_t o = 0; o < all.outputs; ++o) {
        for (std::size_t k = all.first[o]; k < all.first[o + 1]; ++k) {
            if (map.source[all.column[k]] == IndexMap::nothing) continue;
            out.column.push_back(all.column[k]);
            out.weight.push_back(all.weight[k]);
        }
        out.first.push_back(out.column.size());
    }
    return out;
}

Sparse selected_rows(const Sparse& all, const IndexMap& map) {
    Sparse out{all.outputs, all.inputs, {0}, {}, {}, all.bias};
    for (std::size_t o = 0; o < all.outputs; ++o) {
        const bool kept = map.source[o] != IndexMap::nothing;
        if (!kept && !out.bias.empty()) out.bias[o] = 0;
        for (std::size_t k = all.first[o]; kept && k < all.first[o + 1]; ++k) {
            out.column.push_back(all.column[k]);
            out.weight.push_back(all.weight[k]);
        }
        out.first.push_back(out.column.size());
    }
    return out;
}

struct Merge {
    // Behind a scale: weights take its factors, where it adds nothing.
    static std::optional<Pair> behind(const Scale& scale, const Stage& next) {
        if (const auto* other = std::get_if<Scale>(&next)) return Pair{multiplied(scale, *other)};
        if (!is_plain(scale)) return std::nullopt;
        if (const auto* dense = std::get_if<Dense>(&next)) return Pair{with_columns(*dense, scale)};
        if (const auto* sparse = std::get_if<Sparse>(&next)) return Pair{with_columns(*sparse, scale)};
        const auto* c = std::get_if<Convolution>(&next);
        if (c == nullptr || scale.factor.size() != 1) return std::nullopt;
        Convolution out = *c;
        for (double& w : out.weight) w *= scale.factor.front();
        return Pair{out};
    }

    static std::optional<Pair> before(const Stage& stage, const Scale& scale) {
        if (const auto* dense = std::get_if<Dense>(&stage)) return Pair{with_rows(*dense, scale)};
        if (const auto* sparse = std::get_if<Sparse>(&stage)) return Pair{with_rows(*sparse, scale)};
        if (const auto* c = std::get_if<Convolution>(&stage))
            if (std::optional<Convolution> scaled = with_filters(*c, scale)) return Pair{std::move(*scaled)};
        const auto* pool = std::get_if<Pool>(&stage);
        const bool passes =
            (pool != nullptr && pool->kind != Pool::Kind::maximum) || std::holds_alternative<IndexMap>(stage);
        if (passes && scale.factor.size() == 1 && is_plain(scale)) return Pair{scale, stage};
        return std::nullopt;
    }

    static std::optional<Pair> selection(const Stage& a, const Stage& b) {
        const auto* map = std::get_if<IndexMap>(&a);
        if (map != nullptr && is_selection(*map)) {
            if (const auto* dense = std::get_if<Dense>(&b))
                return Pair{selected_columns(to_sparse(*dense), *map)};
            if (const auto* sparse = std::get_if<Sparse>(&b)) return Pair{selected_columns(*sparse, *map)};
        }
        map = std::get_if<IndexMap>(&b);
        if (map != nullptr && is_selection(*map)) {
            if (const auto* dense = std::get_if<Dense>(&a))
                return Pair{selected_rows(to_sparse(*dense), *map)};
            if (const auto* sparse = std::get_if<Sparse>(&a)) return Pair{selected_rows(*sparse, *map)};
        }
        return std::nullopt;
    }

    static std::optional<Pair> pair(const Stage& a, const Stage& b) {
        if (const auto* scale = std::get_if<Scale>(&a))
            if (std::optional<Pair> merged = behind(*scale, b)) return merged;
        if (const auto* scale = std::get_if<Scale>(&b))
            if (std::optional<Pair> merged = before(a, *scale)) return merged;
        return selection(a, b);
    }
};

}  // namespace

std::vector<Stage> merge_stages(std::vector<Stage> stages) {
    stages.erase(std::remove_if(stages.begin(), stages.end(), is_identity), stages.end());
    for (std::size_t i = 0; i + 1 < stages.size();) {
        std::optional<Pair> merged = Merge::pair(stages[i], stages[i + 1]);
        if (!merged) {
            ++i;
            continue;
        }
        const auto at = stages.begin() + static_cast<std::ptrdiff_t>(i);
        stages.insert(stages.erase(at, at + 2), merged->begin(), merged->end());
        i = i == 0 ? 0 : i - 1;
    }
    return stages;
}

}  // namespace synfire::nir
