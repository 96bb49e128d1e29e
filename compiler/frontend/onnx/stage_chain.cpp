// Each rule looks at two neighbours of the chain and either makes one stage of them or leaves them alone.
#include "compiler/frontend/onnx/stage_chain.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/network/per_neuron.hpp"
#include "compiler/support/report.hpp"

namespace synfire::onnx {
namespace {

bool is_one(const PerNeuron& factor) {
    return all_equal(factor, 1.0);
}

// One value per channel of `plane` values each, where all values of a channel are equal.
std::optional<PerNeuron> per_channel(const PerNeuron& values, std::size_t channels, std::size_t plane) {
    if (values.size() == 1) return PerNeuron(channels, values[0]);
    if (values.size() != channels * plane) return std::nullopt;
    PerNeuron result;
    for (std::size_t c = 0; c < channels; ++c) {
        const auto first = values.begin() + static_cast<std::ptrdiff_t>(c * plane);
        if (std::any_of(first, first + static_cast<std::ptrdiff_t>(plane),
                        [&](double v) { return v != *first; }))
            return std::nullopt;
        result.push_back(*first);
    }
    return result;
}

void multiply_rows(std::vector<double>& values, const PerNeuron& factor, std::size_t rows) {
    if (rows == 0) return;
    const std::size_t length = values.size() / rows;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] *= at(factor, i / length);
}

// Multiplies what leaves a stage; false where it cannot.
struct ScaleOutputs {
    const PerNeuron& factor;

    bool operator()(Dense& d) const {
        multiply_rows(d.weight, factor, d.outputs);
        multiply_rows(d.bias, factor, d.bias.size());
        return true;
    }
    bool operator()(Sparse& s) const {
        for (std::size_t o = 0; o < s.outputs; ++o)
            for (std::size_t k = s.first[o]; k < s.first[o + 1]; ++k) s.weight[k] *= at(factor, o);
        multiply_rows(s.bias, factor, s.bias.size());
        return true;
    }
    bool operator()(Scale& s) const {
        s.factor = multiply(s.factor, factor);
        if (!s.offset.empty()) s.offset = multiply(s.offset, factor);
        return true;
    }
    bool operator()(Convolution& c) const {
        const Shape out = output_shape(c);
        const std::optional<PerNeuron> filters = per_channel(factor, c.filters, out[1] * out[2]);
        if (!filters) return false;
        multiply_rows(c.weight, *filters, c.filters);
        multiply_rows(c.bias, *filters, c.bias.size());
        return true;
    }
    bool operator()(Pool&) const { return false; }
    bool operator()(IndexMap&) const { return false; }
};

// Multiplies what enters a stage; false where it cannot.
struct ScaleInputs {
    const PerNeuron& factor;

    bool operator()(Dense& d) const {
        for (std::size_t i = 0; i < d.weight.size(); ++i) d.weight[i] *= at(factor, i % d.inputs);
        return true;
    }
    bool operator()(Sparse& s) const {
        for (std::size_t k = 0; k < s.weight.size(); ++k) s.weight[k] *= at(factor, s.column[k]);
        return true;
    }
    bool operator()(Scale& s) const {
        s.factor = multiply(s.factor, factor);
        return true;
    }
    bool operator()(Convolution& c) const {
        const std::optional<PerNeuron> channels = per_channel(factor, c.input[0], c.input[1] * c.input[2]);
        if (!channels) return false;
        const std::size_t kernel = c.window.kernel[0] * c.window.kernel[1], per_group = c.input[0] / c.groups;
        for (std::size_t i = 0; i < c.weight.size(); ++i) {
            const std::size_t filter = i / kernel / per_group, group = filter / (c.filters / c.groups);
            c.weight[i] *= (*channels)[group * per_group + i / kernel % per_group];
        }
        return true;
    }
    bool operator()(Pool&) const { return false; }
    bool operator()(IndexMap&) const { return false; }
};

struct AddBias {
    const PerNeuron& offset;

    static void add(std::vector<double>& bias, const PerNeuron& values, std::size_t count) {
        bias.resize(count, 0.0);
        for (std::size_t i = 0; i < count; ++i) bias[i] += at(values, i);
    }
    bool operator()(Dense& d) const {
        add(d.bias, offset, d.outputs);
        return true;
    }
    bool operator()(Sparse& s) const {
        add(s.bias, offset, s.outputs);
        return true;
    }
    bool operator()(Scale& s) const {
        if (s.offset.empty()) s.offset = {0.0};
        s.offset = combine(s.offset, offset, [](double a, double b) { return a + b; });
        return true;
    }
    bool operator()(Convolution& c) const {
        const Shape out = output_shape(c);
        const std::optional<PerNeuron> filters = per_channel(offset, c.filters, out[1] * out[2]);
        if (filters) add(c.bias, *filters, c.filters);
        return filters.has_value();
    }
    bool operator()(Pool&) const { return false; }
    bool operator()(IndexMap&) const { return false; }
};

// Where the map places a whole smaller image inside `image` and 0 around it: how far from each side. The
// image itself may be one of fewer channels only where first_channel is wanted.
struct Placed {
    Shape inner;
    std::size_t first_channel = 0;
    std::array<std::size_t, 2> before{0, 0};
    std::array<std::size_t, 2> after{0, 0};
};

std::optional<Placed> placed(const IndexMap& map, const Shape& image) {
    const auto is_something = [](std::size_t s) { return s != IndexMap::nothing; };
    const auto first = std::find_if(map.source.begin(), map.source.end(), is_something);
    const auto last = std::find_if(map.source.rbegin(), map.source.rend(), is_something);
    if (first == map.source.end() || *first != 0 || *last != map.inputs - 1) return std::nullopt;
    const auto begin = static_cast<std::size_t>(first - map.source.begin());
    const auto end = map.source.size() - 1 - static_cast<std::size_t>(last - map.source.rbegin());
    const std::size_t plane = image[1] * image[2];
    const std::array<std::size_t, 3> low{begin / plane, begin / image[2] % image[1], begin % image[2]};
    const std::array<std::size_t, 3> high{end / plane, end / image[2] % image[1], end % image[2]};
    Placed p;
    p.first_channel = low[0];
    for (std::size_t axis = 0; axis < 3; ++axis) {
        if (high[axis] < low[axis]) return std::nullopt;
        p.inner.push_back(high[axis] - low[axis] + 1);
    }
    p.before = {low[1], low[2]};
    p.after = {image[1] - 1 - high[1], image[2] - 1 - high[2]};
    std::size_t expected = 0;
    for (std::size_t i = 0; i < map.source.size(); ++i) {
        const std::array<std::size_t, 3> at{i / plane, i / image[2] % image[1], i % image[2]};
        bool inside = true;
        for (std::size_t axis = 0; axis < 3; ++axis)
            inside = inside && at[axis] >= low[axis] && at[axis] <= high[axis];
        if (map.source[i] != (inside ? expected : IndexMap::nothing)) return std::nullopt;
        if (inside) ++expected;
    }
    return p;
}

void widen(Window& window, const Placed& p) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
        window.pad_before[axis] += p.before[axis];
        window.pad_after[axis] += p.after[axis];
    }
}

// One stage that does what both do; nothing where there is none.
struct Merge {
    const IndexMap& map;

    // A matrix that would be mostly zeros stays behind its map.
    std::optional<Stage> operator()(const Dense& d) const {
        if (map.inputs > 4 * d.inputs + 64) return std::nullopt;
        Dense merged{d.outputs, map.inputs, std::vector<double>(d.outputs * map.inputs, 0.0), d.bias};
        for (std::size_t o = 0; o < d.outputs; ++o)
            for (std::size_t i = 0; i < d.inputs; ++i)
                if (map.source[i] != IndexMap::nothing)
                    merged.weight[o * map.inputs + map.source[i]] += d.weight[o * d.inputs + i];
        return merged;
    }
    std::optional<Stage> operator()(const IndexMap& second) const {
        IndexMap merged{map.inputs, second.source};
        for (std::size_t& source : merged.source)
            if (source != IndexMap::nothing) source = map.source[source];
        return merged;
    }
    std::optional<Stage> operator()(const Convolution& c) const {
        const std::optional<Placed> p = placed(map, c.input);
        if (!p || (p->inner[0] != c.input[0] && c.groups != 1)) return std::nullopt;
        Convolution merged = c;
        merged.input = p->inner;
        widen(merged.window, *p);
        if (p->inner[0] == c.input[0]) return merged;
        const std::size_t kernel = c.window.kernel[0] * c.window.kernel[1];
        merged.weight.clear();
        for (std::size_t f = 0; f < c.filters; ++f) {
            const auto from =
                c.weight.begin() + static_cast<std::ptrdiff_t>((f * c.input[0] + p->first_channel) * kernel);
            merged.weight.insert(merged.weight.end(), from,
                                 from + static_cast<std::ptrdiff_t>(p->inner[0] * kernel));
        }
        return merged;
    }
    // Zeros around an image count in a mean as padding that is counted; in a maximum they are values.
    std::optional<Stage> operator()(const Pool& pool) const {
        const std::optional<Placed> p = placed(map, pool.input);
        const bool unpadded = pool.window.pad_before == std::array<std::size_t, 2>{0, 0} &&
                              pool.window.pad_after == std::array<std::size_t, 2>{0, 0};
        if (!p || p->inner[0] != pool.input[0] || pool.kind == Pool::Kind::maximum ||
            (pool.kind == Pool::Kind::average && !pool.count_padding && !unpadded))
            return std::nullopt;
        Pool merged = pool;
        merged.input = p->inner;
        merged.count_padding = true;
        widen(merged.window, *p);
        return merged;
    }
    std::optional<Stage> operator()(const Sparse&) const { return std::nullopt; }
    std::optional<Stage> operator()(const Scale&) const { return std::nullopt; }
};

}  // namespace

void append(std::vector<Stage>& chain, Stage stage) {
    if (!chain.empty()) {
        if (const auto* map = std::get_if<IndexMap>(&chain.back()))
            if (std::optional<Stage> merged = std::visit(Merge{*map}, stage)) {
                chain.back() = std::move(*merged);
                return;
            }
        if (const auto* scale = std::get_if<Scale>(&chain.back());
            scale != nullptr && scale->offset.empty() && std::visit(ScaleInputs{scale->factor}, stage))
            chain.pop_back();
    }
    chain.push_back(std::move(stage));
}

void scale_outputs(std::vector<Stage>& chain, const PerNeuron& factor, std::size_t count) {
    if (is_one(factor)) return;
    if (factor.size() != 1 && factor.size() != count) SYNFIRE_BUG("a factor for another number of values");
    if (!chain.empty() && std::visit(ScaleOutputs{factor}, chain.back())) return;
    chain.emplace_back(Scale{factor, {}});
}

void scale_inputs(std::vector<Stage>& chain, const PerNeuron& factor) {
    if (is_one(factor)) return;
    if (!chain.empty() && std::visit(ScaleInputs{factor}, chain.front())) return;
    chain.insert(chain.begin(), Scale{factor, {}});
}

bool add_bias(std::vector<Stage>& chain, const PerNeuron& offset, std::size_t count) {
    if (all_equal(offset, 0.0)) return true;
    if (offset.size() != 1 && offset.size() != count) SYNFIRE_BUG("an offset for another number of values");
    return !chain.empty() && std::visit(AddBias{offset}, chain.back());
}

Sparse one_to_one(const PerNeuron& factor, std::size_t count) {
    Sparse sparse{count, count, {0}, {}, {}, {}};
    for (std::size_t i = 0; i < count; ++i) {
        sparse.column.push_back(i);
        sparse.weight.push_back(at(factor, i));
        sparse.first.push_back(i + 1);
    }
    return sparse;
}

}  // namespace synfire::onnx
