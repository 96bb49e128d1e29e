// Compiled -> network.json and arrays/. Single values stand in the JSON, longer lists become .npy files named
// after their place in the network. The same network always gives the same bytes.
#include "compiler/quantize/compiled.hpp"
#include "compiler/quantize/compiled_names.hpp"
#include "compiler/quantize/compiled_stage.hpp"
#include "compiler/quantize/compiled_writer.hpp"

namespace synfire {
namespace {

using compiled::Json;
using compiled::to_json;
using compiled::word;
using compiled::Writer;

Json to_json(const std::vector<Input>& inputs) {
    Json all = Json::array();
    for (const Input& i : inputs)
        all.push_back(Json{{"name", i.name},
                           {"shape", i.shape},
                           {"kind", word(compiled::signal_kinds, i.kind)},
                           {"range", i.range},
                           {"levels", i.levels}});
    return all;
}

Json to_json(const Presynaptic& source) {
    return Json{{"kind", word(compiled::source_kinds, source.kind)}, {"index", source.index}};
}

Json to_json(const PeriodicReset& reset) {
    return Json{{"interval", reset.interval}, {"first", reset.first}};
}

// --- the float network

struct ResetToJson {
    const Writer& writer;

    Json operator()(const NoReset&) const { return Json{{"kind", "none"}}; }
    Json operator()(const HardReset& r) const {
        return Json{{"kind", "hard"}, {"value", writer.values(r.value, "reset_value")}};
    }
    Json operator()(const SoftReset& r) const {
        return Json{{"kind", "soft"},
                    {"amount", writer.values(r.amount, "reset_amount")},
                    {"next_step", r.next_step}};
    }
    Json operator()(const NoDelayReset& r) const {
        return Json{{"kind", "no_delay"},
                    {"to_zero", r.to_zero},
                    {"amount", writer.values(r.amount, "reset_amount")}};
    }
};

Json to_json(const Population& p, const Writer& writer) {
    Json json{{"name", p.name},
              {"shape", p.shape},
              {"alpha", writer.values(p.alpha, "alpha")},
              {"beta", writer.values(p.beta, "beta")},
              {"bias", writer.values(p.bias, "bias")},
              {"initial_v", writer.values(p.initial_v, "initial_v")},
              {"initial_i", writer.values(p.initial_i, "initial_i")}};
    if (!p.v_min.empty()) json["v_min"] = writer.values(p.v_min, "v_min");
    json["periodic_reset"] = to_json(p.periodic_reset);
    if (p.spiking)
        json["spiking"] = Json{{"threshold", writer.values(p.spiking->threshold, "threshold")},
                               {"compare", word(compiled::compares, p.spiking->compare)},
                               {"reset", std::visit(ResetToJson{writer}, p.spiking->reset)},
                               {"refractory_steps", p.spiking->refractory_steps},
                               {"max_spikes", p.spiking->max_spikes}};
    return json;
}

Json to_json(const Connection& c, const Writer& writer) {
    Json json{{"name", c.name},
              {"source", to_json(c.source)},
              {"target", c.target},
              {"delay", c.delay},
              {"stages", Json::array()}};
    for (std::size_t s = 0; s < c.stages.size(); ++s) {
        const Writer inner{writer.files, writer.place + ".stage" + std::to_string(s)};
        json["stages"].push_back(to_json(c.stages[s], inner));
    }
    return json;
}

// --- the integers

Json to_json(const rt::Register& r) {
    return Json{{"bits", r.bits}, {"overflow", word(compiled::overflows, r.overflow)}};
}

Json to_json(const rt::Rules& rules) {
    return Json{{"decay_bits", rules.decay_bits},
                {"accumulator_shift", rules.accumulator_shift},
                {"accumulator", to_json(rules.accumulator)},
                {"current", to_json(rules.current)},
                {"drive", to_json(rules.drive)},
                {"membrane", to_json(rules.membrane)}};
}

Json to_json(const IntPopulation& p, const Writer& writer) {
    return Json{{"name", p.name},
                {"shape", p.shape},
                {"decay_u", writer.values(p.decay_u, "decay_u")},
                {"decay_v", writer.values(p.decay_v, "decay_v")},
                {"bias", writer.values(p.bias, "bias")},
                {"bias_u", writer.values(p.bias_u, "bias_u")},
                {"spiking", p.spiking},
                {"threshold", writer.values(p.threshold, "threshold")},
                {"reset", word(compiled::resets, p.reset)},
                {"reset_amount", writer.values(p.reset_amount, "reset_amount")},
                {"refractory_steps", p.refractory_steps},
                {"max_spikes", p.max_spikes},
                {"initial_v", writer.values(p.initial_v, "initial_v")},
                {"initial_u", writer.values(p.initial_u, "initial_u")},
                {"v_min", writer.values(p.v_min, "v_min")},
                {"periodic_reset", to_json(p.periodic_reset)},
                {"scale", writer.values(p.scale, "scale")}};
}

Json to_json(const IntConnection& c, const Writer& writer) {
    Json json{{"name", c.name},    {"source", to_json(c.source)}, {"target", c.target},
              {"delay", c.delay},  {"exponent", c.exponent},      {"outputs", c.outputs},
              {"inputs", c.inputs}};
    if (is_sparse(c)) {
        const auto numbers = [](const std::vector<std::uint32_t>& values) {
            return std::vector<std::int32_t>(values.begin(), values.end());
        };
        json["synapses"] = c.weight.size();
        json["first"] = writer.array(numbers(c.first), {c.first.size()}, "first");
        json["column"] = writer.array(numbers(c.column), {c.column.size()}, "column");
    }
    if (c.drawn) {
        json["drawn"] = compiled::drawn_to_json(c.drawn->seed, c.drawn->stream, c.drawn->table, writer);
        json["drawn"]["factor"] = writer.values(c.drawn->factor, "factor");
    } else {
        json["weight"] = writer.array(
            c.weight, is_sparse(c) ? Shape{c.weight.size()} : Shape{c.outputs, c.inputs}, "weight");
    }
    if (c.source_pool) json["source_pool"] = compiled::to_json(*c.source_pool);
    if (c.sum_pool) json["sum_pool"] = compiled::to_json(*c.sum_pool);
    if (c.convolution) json["convolution"] = compiled::sizes_to_json(*c.convolution);
    return json;
}

// Populations, connections and outputs, which both networks have.
template <class AnyNetwork>
void add_graph(Json& json, const AnyNetwork& network, const std::string& prefix, Artifacts& files) {
    json["inputs"] = to_json(network.inputs);
    json["populations"] = Json::array();
    for (std::size_t p = 0; p < network.populations.size(); ++p)
        json["populations"].push_back(
            to_json(network.populations[p], Writer{files, prefix + ".population" + std::to_string(p)}));
    json["connections"] = Json::array();
    for (std::size_t c = 0; c < network.connections.size(); ++c)
        json["connections"].push_back(
            to_json(network.connections[c], Writer{files, prefix + ".connection" + std::to_string(c)}));
    json["outputs"] = network.outputs;
}

}  // namespace

Artifacts to_artifacts(const Compiled& compiled) {
    Artifacts files;
    Json json{{"format", compiled::format_name},
              {"version", compiled::format_version},
              {"target", compiled.target},
              {"profile", compiled.integers.profile}};
    Json network{{"name", compiled.network.name}};
    add_graph(network, compiled.network, "float", files);
    Json integers{{"name", compiled.integers.name}, {"rules", to_json(compiled.integers.rules)}};
    add_graph(integers, compiled.integers, "int", files);
    json["network"] = std::move(network);
    json["integers"] = std::move(integers);
    files["network.json"] = json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
    return files;
}

}  // namespace synfire
