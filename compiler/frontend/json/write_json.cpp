// One neuron layer per population, in their order, and before it one chain of layers per connection.
#include "compiler/frontend/json/write_json.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "compiler/frontend/json/write_arrays.hpp"
#include "compiler/network/per_neuron.hpp"

namespace synfire {
namespace {

using Json = nlohmann::ordered_json;

bool is_loop(const Connection& c) {
    return c.source.kind == Presynaptic::Kind::population && c.source.index == c.target;
}

// Layer names of the format: a letter or '_', then letters, digits, '_', '.', '-'.
std::string plain(const std::string& name) {
    std::string out;
    for (char c : name) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        const bool inner = (c >= '0' && c <= '9') || c == '.' || c == '-';
        out += letter || inner ? c : '_';
    }
    const bool starts = !out.empty() && out[0] != '.' && out[0] != '-' && (out[0] < '0' || out[0] > '9');
    return starts ? out : "_" + out;
}

struct Writer {
    const Network& network;
    const JsonWriteOptions& options;
    Report& report;
    json::ArrayFile arrays{};
    Json layers = Json::array();
    std::set<std::string> names{"input"};
    std::vector<std::string> population_name{};

    void refuse(const std::string& node, const std::string& reason) {
        Diagnostic d;
        d.file = options.file;
        d.node = "'" + node + "'";
        d.reason = reason + ", which snn-json cannot say";
        d.hint = "write the network as .nir";
        report.error(d);
    }

    std::string unique(const std::string& wanted) {
        const std::string base = plain(wanted);
        std::string name = base;
        for (int k = 2; !names.insert(name).second; ++k) name = fmt::format("{}_{}", base, k);
        return name;
    }

    Json array(const std::string& layer, const char* field, const Shape& shape,
               const std::vector<double>& values) {
        const std::string key = layer + "." + field;
        arrays.add(key, shape, values);
        return {{"file", options.array_file}, {"key", key}};
    }

    Json per_neuron(const std::string& layer, const char* field, const PerNeuron& values) {
        if (all_equal(values, values[0])) return values[0];
        return array(layer, field, {values.size()}, values);
    }

    Json weight(const std::string& layer, const Dense& d) {
        if (!options.keep_seeds || !d.drawn) return array(layer, "weight", {d.outputs, d.inputs}, d.weight);
        const DrawnWeights& from = *d.drawn;
        return {{"init",
                 {{"type", "drawn"},
                  {"seed", from.seed},
                  {"stream", from.stream},
                  {"unit", from.unit},
                  {"table", from.table}}}};
    }

    // The chain of one connection; returns the name of its last layer, or of the source where it has none.
    struct Chain {
        std::string last;
        Shape shape;
        int delay;  // steps that no layer has taken yet
    };

    void add(Chain& chain, Json layer, const std::string& name, Shape shape) {
        layer["name"] = name;
        layer["from"] = chain.last;
        layers.push_back(std::move(layer));
        chain.last = name;
        chain.shape = std::move(shape);
    }

    void flatten(Chain& chain) {
        if (chain.shape.size() == 1) return;
        add(chain, {{"type", "flatten"}}, unique(chain.last + ".flat"), {*element_count(chain.shape)});
    }

    void dense(Chain& chain, const Dense& d, const std::string& name) {
        flatten(chain);
        const std::string layer = unique(name);
        Json out{{"type", "dense"}, {"units", d.outputs}, {"weight", weight(layer, d)}};
        if (!d.bias.empty()) out["bias"] = array(layer, "bias", {d.outputs}, d.bias);
        if (chain.delay > 0) out["delay"] = chain.delay;
        chain.delay = 0;
        add(chain, std::move(out), layer, {d.outputs});
    }

    void sparse(Chain& chain, const Sparse& s, const std::string& name) {
        const std::optional<std::size_t> count = element_count({s.outputs, s.inputs});
        if (!count || *count > (std::size_t{1} << 24)) return refuse(name, "holds too many sparse synapses");
        Dense d{s.outputs, s.inputs, std::vector<double>(*count, 0.0), s.bias};
        for (std::size_t o = 0; o < s.outputs; ++o)
            for (std::size_t k = s.first[o]; k < s.first[o + 1]; ++k)
                d.weight[o * s.inputs + s.column[k]] = s.weight[k];
        dense(chain, d, name);
    }

    // An image must arrive as the image that a stage expects.
    bool arrives(const Chain& chain, const Shape& wanted, const std::string& name) {
        if (chain.shape == wanted) return true;
        refuse(name, fmt::format("sees values of shape {} as {}", to_string(chain.shape), to_string(wanted)));
        return false;
    }

    void convolution(Chain& chain, const Convolution& c, const std::string& name) {
        if (!arrives(chain, c.input, name)) return;
        const Window& w = c.window;
        if (w.pad_before != w.pad_after) return refuse(name, "is padded differently on both sides");
        const std::string layer = unique(name);
        Json out{{"type", "conv2d"},   {"filters", c.filters},    {"kernel", w.kernel},
                 {"stride", w.stride}, {"padding", w.pad_before}, {"dilation", w.dilation},
                 {"groups", c.groups}};
        out["weight"] =
            array(layer, "weight", {c.filters, c.input[0] / c.groups, w.kernel[0], w.kernel[1]}, c.weight);
        if (!c.bias.empty()) out["bias"] = array(layer, "bias", {c.filters}, c.bias);
        if (chain.delay > 0) out["delay"] = chain.delay;
        chain.delay = 0;
        add(chain, std::move(out), layer, output_shape(c));
    }

    void pool(Chain& chain, const Pool& p, const std::string& name) {
        if (!arrives(chain, p.input, name)) return;
        const Window& w = p.window;
        const bool padded = w.pad_before != std::array<std::size_t, 2>{0, 0};
        if (w.pad_before != w.pad_after || w.dilation != std::array<std::size_t, 2>{1, 1} ||
            (p.kind == Pool::Kind::average && padded && !p.count_padding))
            return refuse(name, "pools with an unusual padding or dilation");
        const char* mode = p.kind == Pool::Kind::maximum   ? "max"
                           : p.kind == Pool::Kind::average ? "avg"
                                                           : "sum";
        add(chain,
            {{"type", "pool2d"},
             {"mode", mode},
             {"kernel", w.kernel},
             {"stride", w.stride},
             {"padding", w.pad_before}},
            unique(name + ".pool"), output_shape(p));
    }

    void scale(Chain& chain, const Scale& s, const std::string& name) {
        if (!s.offset.empty()) return refuse(name, "adds an offset between two stages");
        const std::string layer = unique(name + ".scale");
        add(chain, {{"type", "scale"}, {"value", per_neuron(layer, "value", s.factor)}}, layer, chain.shape);
    }

    void index_map(Chain& chain, const IndexMap& map, const std::string& name) {
        for (std::size_t i = 0; i < map.source.size(); ++i)
            if (map.source[i] != i || map.source.size() != map.inputs)
                return refuse(name, "rearranges values");
        flatten(chain);
    }

    Chain connection(const Connection& c) {
        const bool outside = c.source.kind == Presynaptic::Kind::input;
        Chain chain{outside ? "input" : population_name[c.source.index],
                    outside ? network.inputs[0].shape : network.populations[c.source.index].shape, c.delay};
        for (const Stage& stage : c.stages) {
            if (const auto* d = std::get_if<Dense>(&stage)) dense(chain, *d, c.name);
            if (const auto* s = std::get_if<Sparse>(&stage)) sparse(chain, *s, c.name);
            if (const auto* k = std::get_if<Convolution>(&stage)) convolution(chain, *k, c.name);
            if (const auto* p = std::get_if<Pool>(&stage)) pool(chain, *p, c.name);
            if (const auto* s = std::get_if<Scale>(&stage)) scale(chain, *s, c.name);
            if (const auto* m = std::get_if<IndexMap>(&stage)) index_map(chain, *m, c.name);
        }
        if (chain.delay > 0) refuse(c.name, "delays values without weights");
        if (network.populations[c.target].shape != chain.shape) {
            if (network.populations[c.target].shape.size() != 1)
                refuse(c.name, fmt::format("delivers {} to {}", to_string(chain.shape),
                                           to_string(network.populations[c.target].shape)));
            else
                flatten(chain);
        }
        return chain;
    }

    Json reset(const Spiking& s, const std::string& name) {
        if (const auto* hard = std::get_if<HardReset>(&s.reset)) {
            if (all_equal(hard->value, 0)) return {{"mode", "zero"}, {"timing", "immediate"}};
            return {{"mode", "value"},
                    {"timing", "immediate"},
                    {"value", per_neuron(name, "reset", hard->value)}};
        }
        const auto subtracts_threshold = [&](const PerNeuron& amount) {
            if (combine(amount, s.threshold, [](double a, double b) { return a - b; }) !=
                PerNeuron(std::max(amount.size(), s.threshold.size()), 0.0))
                refuse(name, "subtracts something else than its threshold");
        };
        if (const auto* soft = std::get_if<SoftReset>(&s.reset)) {
            subtracts_threshold(soft->amount);
            return {{"mode", "subtract"}, {"timing", soft->next_step ? "next_step" : "immediate"}};
        }
        if (const auto* early = std::get_if<NoDelayReset>(&s.reset)) {
            if (!early->to_zero) subtracts_threshold(early->amount);
            return {{"mode", early->to_zero ? "zero" : "subtract"}, {"timing", "snntorch_nodelay"}};
        }
        return {{"mode", "none"}};
    }

    void spiking(Json& out, const Spiking& s, const std::string& name) {
        out["threshold"] = per_neuron(name, "threshold", s.threshold);
        out["compare"] = s.compare == Compare::greater ? "gt" : "ge";
        out["reset"] = reset(s, name);
        if (s.refractory_steps > 0) out["refractory"] = s.refractory_steps;
        if (s.max_spikes > 1) out["multi_spike"] = {{"max", s.max_spikes}};
    }

    // What is added to v in every step, as a potential that the leak tends to.
    void bias(Json& out, const Population& p, const std::string& name) {
        if (all_equal(p.bias, 0)) return;
        if (std::any_of(p.beta.begin(), p.beta.end(), [](double beta) { return beta >= 1; }))
            return refuse(name, "has a bias and no leak");
        const PerNeuron rest = combine(p.bias, p.beta, [](double b, double beta) { return b / (1 - beta); });
        out["v_leak"] = per_neuron(name, "v_leak", rest);
    }

    void population(std::size_t index) {
        const Population& p = network.populations[index];
        if (p.rectifier || p.periodic_reset.interval > 0)
            return refuse(p.name, p.rectifier ? "is a ReLU" : "is cleared periodically");
        Json from = Json::array();
        const Connection* loop = nullptr;
        for (const Connection& c : network.connections) {
            if (c.target != index) continue;
            if (!is_loop(c)) {
                if (c.source.kind == Presynaptic::Kind::population && c.source.index > index)
                    return refuse(c.name, "leads back to an earlier population");
                from.push_back(connection(c).last);
            } else if (loop != nullptr || c.stages.size() != 1 ||
                       !std::holds_alternative<Dense>(c.stages[0])) {
                return refuse(c.name, "is one of several loops, or a loop that is no matrix");
            } else {
                loop = &c;
            }
        }
        const std::string name = unique(p.name);
        const bool filtered = !all_equal(p.alpha, 0), leaks = !all_equal(p.beta, 1);
        const std::string kind = filtered ? "cubali" : leaks ? "li" : "i";
        Json out{
            {"type", "neuron"}, {"name", name}, {"from", from}, {"model", p.spiking ? kind + "f" : kind}};
        if (filtered) out["alpha"] = per_neuron(name, "alpha", p.alpha);
        if (filtered || leaks) out["beta"] = per_neuron(name, "beta", p.beta);
        bias(out, p, name);
        if (!all_equal(p.initial_v, 0)) out["v_init"] = per_neuron(name, "v_init", p.initial_v);
        if (!all_equal(p.initial_i, 0)) out["i_init"] = per_neuron(name, "i_init", p.initial_i);
        if (!p.v_min.empty()) out["v_min"] = per_neuron(name, "v_min", p.v_min);
        if (p.spiking) spiking(out, *p.spiking, name);
        if (loop != nullptr) out["recurrent"] = recurrent(*loop, name);
        layers.push_back(std::move(out));
        population_name[index] = name;
    }

    Json recurrent(const Connection& c, const std::string& name) {
        const Dense& d = std::get<Dense>(c.stages[0]);
        Json out{{"weight", weight(name + ".recurrent", d)}, {"delay", c.delay}};
        if (!d.bias.empty()) out["bias"] = array(name, "recurrent.bias", {d.outputs}, d.bias);
        return out;
    }

    Json document() {
        const Input& input = network.inputs[0];
        if (network.inputs.size() > 1) refuse(network.inputs[1].name, "is a second input");
        population_name.assign(network.populations.size(), "");
        for (std::size_t p = 0; p < network.populations.size(); ++p) population(p);
        const char* kind = input.kind == SignalKind::spikes   ? "spikes"
                           : input.kind == SignalKind::counts ? "counts"
                                                              : "analog";
        Json outputs = Json::array();
        for (std::size_t o : network.outputs) outputs.push_back({{"layer", population_name[o]}});
        return {{"format", "snn-json"}, {"version", 1},
                {"name", network.name}, {"input", {{"shape", input.shape}, {"kind", kind}}},
                {"layers", layers},     {"outputs", outputs}};
    }
};

}  // namespace

JsonFiles write_json(const Network& network, const JsonWriteOptions& options, Report& report) {
    Writer writer{network, options, report};
    const Json document = writer.document();
    report.stop_on_errors();
    return {document.dump(1) + "\n", writer.arrays.bytes()};
}

}  // namespace synfire
