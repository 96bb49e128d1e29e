// Each kind of stage: how it is written, and how it is read back. Numbers and shapes are checked here;
// whether the stages fit together is checked with the whole network.
#include "compiler/quantize/compiled_stage.hpp"

#include <algorithm>

namespace synfire::compiled {
namespace {

constexpr std::int32_t no_source = -1;

std::vector<std::int32_t> to_int32(const std::vector<std::size_t>& values) {
    std::vector<std::int32_t> numbers;
    for (std::size_t v : values)
        numbers.push_back(v == IndexMap::nothing ? no_source : static_cast<std::int32_t>(v));
    return numbers;
}

std::vector<std::size_t> indices(const Field& f, std::size_t count, std::int32_t least) {
    std::vector<std::size_t> numbers;
    for (std::int32_t v : f.array<std::int32_t>({count})) {
        if (v < least) f.fail(fmt::format("holds {}", v), fmt::format("numbers from {}", least));
        numbers.push_back(v == no_source ? IndexMap::nothing : static_cast<std::size_t>(v));
    }
    return numbers;
}

Json window_to_json(const Window& w) {
    return Json{{"kernel", w.kernel},
                {"stride", w.stride},
                {"dilation", w.dilation},
                {"pad_before", w.pad_before},
                {"pad_after", w.pad_after}};
}

std::array<std::size_t, 2> pair(const Field& f) {
    const std::vector<Field> both = f.list();
    if (both.size() != 2) f.fail("is not a pair", "[height, width]");
    return {both[0].size(), both[1].size()};
}

Window read_window(const Field& f) {
    f.only({"kernel", "stride", "dilation", "pad_before", "pad_after"});
    return {pair(f["kernel"]), pair(f["stride"]), pair(f["dilation"]), pair(f["pad_before"]),
            pair(f["pad_after"])};
}

void add_bias(Json& json, const std::vector<double>& bias, const Writer& writer) {
    if (!bias.empty()) json["bias"] = writer.array(bias, {bias.size()}, "bias");
}

std::vector<double> read_bias(const Field& f, std::size_t outputs) {
    return f.has("bias") ? f["bias"].array<double>({outputs}) : std::vector<double>{};
}

struct Write {
    const Writer& writer;

    Json operator()(const Dense& d) const {
        Json json{{"kind", "dense"}, {"outputs", d.outputs}, {"inputs", d.inputs}};
        if (d.drawn && draw(*d.drawn, d.weight.size()) == d.weight) {
            json["drawn"] = drawn_to_json(d.drawn->seed, d.drawn->stream, d.drawn->table, writer);
            json["drawn"]["unit"] = d.drawn->unit;
        } else {
            json["weight"] = writer.array(d.weight, {d.outputs, d.inputs}, "weight");
        }
        add_bias(json, d.bias, writer);
        return json;
    }
    Json operator()(const Sparse& s) const {
        Json json{{"kind", "sparse"},
                  {"outputs", s.outputs},
                  {"inputs", s.inputs},
                  {"synapses", s.weight.size()},
                  {"first", writer.array(to_int32(s.first), {s.first.size()}, "first")},
                  {"column", writer.array(to_int32(s.column), {s.column.size()}, "column")},
                  {"weight", writer.array(s.weight, {s.weight.size()}, "weight")}};
        add_bias(json, s.bias, writer);
        return json;
    }
    Json operator()(const Scale& s) const {
        Json json{{"kind", "scale"},
                  {"values", s.factor.size()},
                  {"factor", writer.array(s.factor, {s.factor.size()}, "factor")}};
        if (s.offset.empty()) return json;
        json["offsets"] = s.offset.size();
        json["offset"] = writer.array(s.offset, {s.offset.size()}, "offset");
        return json;
    }
    Json operator()(const Convolution& c) const {
        const Shape shape{c.filters, c.input[0] / c.groups, c.window.kernel[0], c.window.kernel[1]};
        Json json{{"kind", "convolution"}};
        json.update(sizes_to_json(c));
        json["weight"] = writer.array(c.weight, shape, "weight");
        add_bias(json, c.bias, writer);
        return json;
    }
    Json operator()(const Pool& p) const { return to_json(p); }
    Json operator()(const IndexMap& m) const {
        return Json{{"kind", "index_map"},
                    {"inputs", m.inputs},
                    {"outputs", m.source.size()},
                    {"source", writer.array(to_int32(m.source), {m.source.size()}, "source")}};
    }
};

DrawnWeights read_drawn(const Field& f) {
    f.only({"seed", "stream", "largest", "table", "unit"});
    return {f["seed"].natural(), f["stream"].natural(), read_table(f), f["unit"].real()};
}

Stage read_dense(const Field& f) {
    f.only({"kind", "outputs", "inputs", "drawn", "weight", "bias"});
    Dense d;
    d.outputs = f["outputs"].size();
    d.inputs = f["inputs"].size();
    if (f.has("drawn")) {
        d.drawn = read_drawn(f["drawn"]);
        d.weight = draw(*d.drawn, d.outputs * d.inputs);
    } else {
        d.weight = f["weight"].array<double>({d.outputs, d.inputs});
    }
    d.bias = read_bias(f, d.outputs);
    return d;
}

Stage read_sparse(const Field& f) {
    f.only({"kind", "outputs", "inputs", "synapses", "first", "column", "weight", "bias"});
    Sparse s;
    s.outputs = f["outputs"].size();
    s.inputs = f["inputs"].size();
    const std::size_t synapses = f["synapses"].size();
    s.first = indices(f["first"], s.outputs + 1, 0);
    s.column = indices(f["column"], synapses, 0);
    s.weight = f["weight"].array<double>({synapses});
    s.bias = read_bias(f, s.outputs);
    return s;
}

Stage read_scale(const Field& f) {
    f.only({"kind", "values", "factor", "offsets", "offset"});
    Scale s;
    s.factor = f["factor"].array<double>({f["values"].size()});
    if (f.has("offset")) s.offset = f["offset"].array<double>({f["offsets"].size()});
    return s;
}

Stage read_convolution(const Field& f) {
    f.only({"kind", "input", "filters", "groups", "window", "weight", "bias"});
    Convolution c = read_sizes(f);
    c.weight =
        f["weight"].array<double>({c.filters, c.input[0] / c.groups, c.window.kernel[0], c.window.kernel[1]});
    c.bias = read_bias(f, c.filters);
    return c;
}

Stage read_index_map(const Field& f) {
    f.only({"kind", "inputs", "outputs", "source"});
    return IndexMap{f["inputs"].size(), indices(f["source"], f["outputs"].size(), no_source)};
}

}  // namespace

Json to_json(const Pool& p) {
    return Json{{"kind", "pool"},
                {"of", word(pool_kinds, p.kind)},
                {"input", p.input},
                {"window", window_to_json(p.window)},
                {"count_padding", p.count_padding}};
}

Json sizes_to_json(const Convolution& c) {
    return Json{{"input", c.input},
                {"filters", c.filters},
                {"groups", c.groups},
                {"window", window_to_json(c.window)}};
}

Convolution read_sizes(const Field& f) {
    Convolution c;
    c.input = f["input"].shape();
    c.filters = f["filters"].size();
    c.groups = f["groups"].size();
    c.window = read_window(f["window"]);
    if (c.input.size() != 3) f["input"].fail("is not an image", "[channels, height, width]");
    if (c.groups == 0) f["groups"].fail("is 0", "1 or more");
    return c;
}

Pool read_pool(const Field& f) {
    f.only({"kind", "of", "input", "window", "count_padding"});
    return {f["of"].one_of(pool_kinds), f["input"].shape(), read_window(f["window"]),
            f["count_padding"].yes_or_no()};
}

Json drawn_to_json(std::uint64_t seed, std::uint64_t stream, const std::vector<std::uint32_t>& table,
                   const Writer& writer) {
    const std::vector<std::int64_t> numbers(table.begin(), table.end());
    return Json{{"seed", seed},
                {"stream", stream},
                {"largest", table.size() / 2},
                {"table", writer.array(numbers, {numbers.size()}, "table")}};
}

std::vector<std::uint32_t> read_table(const Field& drawn) {
    const auto largest = static_cast<std::size_t>(drawn["largest"].small(0, INT16_MAX));
    const auto numbers = drawn["table"].array<std::int64_t>({2 * largest});
    const bool within = std::all_of(numbers.begin(), numbers.end(),
                                    [](std::int64_t x) { return x >= 0 && x <= std::int64_t{UINT32_MAX}; });
    if (!within || !std::is_sorted(numbers.begin(), numbers.end()))
        drawn["table"].fail("is no distribution function", "ascending numbers of 32 bits");
    return {numbers.begin(), numbers.end()};
}

void limit_drawn(const Field& connections) {
    constexpr std::size_t most = std::size_t{1} << 26;
    std::size_t left = most;
    const auto take = [&](const Field& f) {
        if (!f.has("drawn")) return;
        const auto count = element_count({f["outputs"].size(), f["inputs"].size()});
        if (!count || *count > left)
            f["drawn"].fail("stands for too many weights", fmt::format("at most {} in all", most));
        left -= *count;
    };
    for (const Field& c : connections.list()) {
        take(c);
        if (!c.has("stages")) continue;
        for (const Field& stage : c["stages"].list()) take(stage);
    }
}

std::vector<std::uint32_t> read_indices(const Field& f, std::size_t count) {
    const std::vector<std::size_t> numbers = indices(f, count, 0);
    return {numbers.begin(), numbers.end()};
}

Json to_json(const Stage& stage, const Writer& writer) {
    return std::visit(Write{writer}, stage);
}

Stage read_stage(const Field& f) {
    const std::string kind = f["kind"].text();
    if (kind == "dense") return read_dense(f);
    if (kind == "sparse") return read_sparse(f);
    if (kind == "scale") return read_scale(f);
    if (kind == "convolution") return read_convolution(f);
    if (kind == "pool") return read_pool(f);
    if (kind == "index_map") return read_index_map(f);
    f["kind"].fail("'" + kind + "' is unknown", "dense, sparse, scale, convolution, pool, index_map");
}

}  // namespace synfire::compiled
