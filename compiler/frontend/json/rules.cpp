// The rules of neuron layers as sentences.
#include "compiler/frontend/json/rules.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace synfire::json {
namespace {

struct NeuronRules {
    const Value& layer;
    const std::string model;
    const Place place;
    Report& report;

    bool has(const char* field) const { return layer.contains(field); }

    void error(const std::string& field, const std::string& reason, const std::string& expected,
               const std::string& hint) const {
        report.error(complaint(inside(place, field), reason, expected, hint));
    }

    void one_of(const char* factor, const char* tau, const char* what) const {
        if (has(factor) && has(tau))
            error(factor, fmt::format("'{}' and '{}' both say how fast the {} decays", factor, tau, what),
                  "one of the two", fmt::format("remove '{}' or '{}'", factor, tau));
        if (!has(factor) && !has(tau))
            error(factor,
                  fmt::format("model \"{}\" needs '{}' (per step) or '{}' (seconds)", model, factor, tau),
                  "one of the two", fmt::format("add \"{}\", or choose a model without it", factor));
    }

    void none_of(const std::vector<const char*>& fields, const std::string& why,
                 const std::string& hint) const {
        for (const char* field : fields)
            if (has(field)) error(field, fmt::format("model \"{}\" {}", model, why), "", hint);
    }
};

bool among(const std::string& model, const std::vector<std::string>& models) {
    return std::find(models.begin(), models.end(), model) != models.end();
}

void check_neuron(const NeuronRules& n) {
    if (among(n.model, {"if", "i"}))
        n.none_of({"beta", "tau_mem", "v_leak"}, "has no leak",
                  "use model \"lif\" (or \"li\" without spikes)");
    else
        n.one_of("beta", "tau_mem", "membrane potential");
    if (among(n.model, {"cubalif", "cubali"}))
        n.one_of("alpha", "tau_syn", "synaptic current");
    else
        n.none_of({"alpha", "tau_syn", "w_in", "i_init"}, "has no synaptic current",
                  "use model \"cubalif\" (or \"cubali\" without spikes)");
    if (among(n.model, {"if", "lif", "cubalif"})) {
        if (!n.has("threshold"))
            n.error("threshold", fmt::format("model \"{}\" spikes and has no threshold", n.model),
                    "a number, or one per neuron", "add \"threshold\", or use a model without spikes");
    } else {
        n.none_of({"threshold", "reset", "compare", "refractory", "multi_spike", "spike_value", "recurrent"},
                  "does not spike", "use model \"if\", \"lif\" or \"cubalif\"");
    }
}

}  // namespace

std::string layer_name(const Value& layer, std::size_t index) {
    const auto name = layer.find("name");
    if (name != layer.end() && name->is_string()) return shown_text(name->get<std::string>());
    return fmt::format("layer{}", index);
}

std::string node_text(const Value& layer, std::size_t index) {
    if (!layer.is_object()) return "";
    const auto type = layer.find("type");
    const bool known = type != layer.end() && type->is_string();
    return fmt::format("'{}'", layer_name(layer, index)) +
           (known ? fmt::format(" ({})", shown_text(type->get<std::string>())) : "");
}

std::set<std::string> check_neuron_rules(const Value& document, const std::string& file, Report& report) {
    std::set<std::string> explained;
    if (!document.is_object() || !document.contains("layers") || !document["layers"].is_array())
        return explained;
    const Value& layers = document["layers"];
    static const std::vector<std::string> models = {"if", "lif", "cubalif", "li", "cubali", "i"};
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const Value& layer = layers[i];
        if (!layer.is_object() || layer.value("type", Value()) != "neuron") continue;
        const Value model = layer.value("model", Value());
        if (!model.is_string() || !among(model.get<std::string>(), models)) continue;
        const Place place{file, node_text(layer, i), child("/layers", i)};
        const std::size_t before = report.diagnostics.size();
        check_neuron({layer, model.get<std::string>(), place, report});
        if (report.diagnostics.size() != before) explained.insert(place.pointer);
    }
    return explained;
}

}  // namespace synfire::json
