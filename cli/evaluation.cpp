#include "cli/evaluation.hpp"

#include <cmath>

#include <fmt/format.h>

#include "cli/verify_result.hpp"

namespace synfire::cli {
namespace {

using Json = nlohmann::ordered_json;

double share(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

// The agreement of a layer; nullptr where it does not spike.
const LayerAgreement* agreement_of(const Evaluation& e, std::size_t layer) {
    std::size_t spiking = 0;
    for (std::size_t p = 0; p < layer; ++p) spiking += e.layers[p].spiking;
    return e.layers[layer].spiking ? &e.agreement.layers.at(spiking) : nullptr;
}

double potential_error(const LayerEvaluation& layer) {
    if (layer.squared_reference == 0) return std::sqrt(layer.squared_error);
    return std::sqrt(layer.squared_error / layer.squared_reference);
}

Json to_json(const SpikeActivity& a) {
    return {
        {"spikes", a.spikes}, {"rate", a.rate()}, {"sparsity", a.sparsity()}, {"silent_neurons", a.silent()}};
}

Json to_json(const Traffic& t) {
    return {
        {"events", t.events}, {"operations", t.operations}, {"zero_weight_operations", t.zero_operations}};
}

Json to_json(const MarginHistogram& h) {
    Json edges = Json::array();
    for (std::size_t k = 0; k <= MarginHistogram::bins; ++k) edges.push_back(MarginHistogram::lower_edge(k));
    return {{"edges", edges},
            {"cells", h.cells},
            {"propagated", h.propagated},
            {"local", h.local},
            {"tipped", h.tipped}};
}

Json layers_json(const Evaluation& e) {
    Json list = Json::array();
    for (std::size_t p = 0; p < e.layers.size(); ++p) {
        const LayerEvaluation& l = e.layers[p];
        Json row = {{"name", l.name}, {"neurons", l.neurons}, {"spiking", l.spiking}};
        if (const LayerAgreement* a = agreement_of(e, p); a != nullptr) {
            row.update(cli::to_json(*a));
            row["reference"] = to_json(l.activity.reference);
            row["emulator"] = to_json(l.activity.emulator);
            row["both"] = a->propagated.both;
            row["either"] = a->propagated.either;
            row["margins"] = to_json(l.margins);
        } else {
            row["potential_error"] = potential_error(l);
        }
        list.push_back(std::move(row));
    }
    return list;
}

Json connections_json(const Evaluation& e) {
    Json list = Json::array();
    for (const ConnectionEvaluation& c : e.connections) {
        Json reference = to_json(c.traffic.reference), emulator = to_json(c.traffic.emulator);
        reference["synapses"] = c.synapses.reference;
        reference["zero_weights"] = c.zeros.reference;
        emulator["synapses"] = c.synapses.emulator;
        emulator["zero_weights"] = c.zeros.emulator;
        list.push_back({{"name", c.name},
                        {"source", c.source},
                        {"target", c.target},
                        {"values", c.traffic.reference.values},
                        {"reference", std::move(reference)},
                        {"emulator", std::move(emulator)}});
    }
    return list;
}

Both<Traffic> total_traffic(const Evaluation& e) {
    Both<Traffic> total;
    for (const ConnectionEvaluation& c : e.connections) {
        add(total.reference, c.traffic.reference);
        add(total.emulator, c.traffic.emulator);
    }
    return total;
}

Json answers_json(const AnswerCounts& a, const ReadoutRule& rule) {
    Json json = {{"readout", rule.name},
                 {"same_answer", share(a.same, a.samples)},
                 {"changed_samples", a.changed},
                 {"ties", {{"reference", a.tied.reference}, {"emulator", a.tied.emulator}}},
                 {"silent", {{"reference", a.silent.reference}, {"emulator", a.silent.emulator}}}};
    if (a.labelled == 0) return json;
    json["samples"] = a.labelled;
    json["reference"] = share(a.right.reference, a.labelled);
    json["emulator"] = share(a.right.emulator, a.labelled);
    json["lost"] = a.lost;
    json["won"] = a.won;
    for (std::size_t c = 0; c < a.per_class.size(); ++c)
        if (a.per_class[c] > 0)
            json["classes"].push_back({{"class", c},
                                       {"samples", a.per_class[c]},
                                       {"reference", share(a.right_per_class.reference[c], a.per_class[c])},
                                       {"emulator", share(a.right_per_class.emulator[c], a.per_class[c])}});
    return json;
}

std::string layers_text(const Evaluation& e) {
    std::string text =
        fmt::format("{:<16} {:>8} {:>11} {:>11} {:>21} {:>19}\n{:<16} {:>8} {:>11} {:>11} {:>21} {:>19}\n",
                    "", "", "agreement", "", "spikes/neuron/step", "sparsity", "layer", "neurons",
                    "propagated", "local", "reference  emulator", "reference emulator");
    for (std::size_t p = 0; p < e.layers.size(); ++p) {
        const LayerEvaluation& l = e.layers[p];
        if (const LayerAgreement* a = agreement_of(e, p); a != nullptr)
            text += fmt::format("{:<16} {:>8} {:>11.6f} {:>11.6f} {:>10.5f} {:>10.5f} {:>10.4f} {:>8.4f}\n",
                                l.name, l.neurons, a->propagated.value(), a->local.value(),
                                l.activity.reference.rate(), l.activity.emulator.rate(),
                                l.activity.reference.sparsity(), l.activity.emulator.sparsity());
        else
            text +=
                fmt::format("{:<16} {:>8}   no spikes: the potential is off by {:.3g} of its size (RMS)\n",
                            l.name, l.neurons, potential_error(l));
    }
    return text;
}

std::string connections_text(const Evaluation& e) {
    const auto row = [&](const std::string& name, const char* engine, std::uint64_t zeros, const Traffic& t) {
        const auto each = [&](std::uint64_t count) {
            return static_cast<double>(count) / static_cast<double>(e.samples);
        };
        return fmt::format("{:<28} {:<10} {:>10} {:>12.1f} {:>14.1f} {:>16.1f}\n", name, engine, zeros,
                           each(t.events), each(t.operations), each(t.zero_operations));
    };
    std::string text = fmt::format("\n{:<28} {:<10} {:>10} {:>12} {:>14} {:>16}\n", "per sample", "",
                                   "0 weights", "events", "operations", "at 0 weights");
    Both<std::uint64_t> zeros;
    for (const ConnectionEvaluation& c : e.connections) {
        const std::string name = fmt::format("{} -> {}", c.source, c.target);
        text += row(name, "reference", c.zeros.reference, c.traffic.reference);
        text += row("", "emulator", c.zeros.emulator, c.traffic.emulator);
        zeros.reference += c.zeros.reference;
        zeros.emulator += c.zeros.emulator;
    }
    if (e.connections.size() < 2) return text;
    const Both<Traffic> total = total_traffic(e);
    return text + row("all", "reference", zeros.reference, total.reference) +
           row("", "emulator", zeros.emulator, total.emulator);
}

std::string answers_text(const AnswerCounts& a, const ReadoutRule& rule) {
    std::string text = fmt::format("\nanswer by {}: {}\n", rule.name, rule.meaning);
    if (a.labelled > 0)
        text +=
            fmt::format("accuracy over {} samples: reference {:.2f} %, emulator {:.2f} % ({} lost, {} won)\n",
                        a.labelled, 100 * share(a.right.reference, a.labelled),
                        100 * share(a.right.emulator, a.labelled), a.lost, a.won);
    text += fmt::format("same answer: {:.2f} %\n", 100 * share(a.same, a.samples));
    if (a.tied.reference + a.tied.emulator > 0)
        text += fmt::format("ties, decided for the lowest class: reference {}, emulator {} samples\n",
                            a.tied.reference, a.tied.emulator);
    if (a.silent.reference + a.silent.emulator > 0)
        text += fmt::format("no output spikes, taken as class 0: reference {}, emulator {} samples\n",
                            a.silent.reference, a.silent.emulator);
    return text;
}

}  // namespace

Json to_json(const Evaluation& e, const ReadoutRule& rule) {
    const Both<Traffic> total = total_traffic(e);
    Json json = {
        {"samples", e.samples},
        {"steps", e.steps},
        {"within_steps", e.agreement.options.within},
        {"time_constant", e.agreement.options.tau},
        {"layers", layers_json(e)},
        {"connections", connections_json(e)},
        {"operations", {{"reference", to_json(total.reference)}, {"emulator", to_json(total.emulator)}}},
        {"accuracy", answers_json(e.answers, rule)}};
    if (!e.agreement.first) return json;
    const Divergence& d = *e.agreement.first;
    json["first_divergence"] = {{"sample", d.sample},
                                {"step", d.step},
                                {"layer", e.layers[d.population].name},
                                {"neuron", d.neuron},
                                {"reference_spikes", d.expected_spikes},
                                {"emulator_spikes", d.actual_spikes},
                                {"reference_v", d.expected_v},
                                {"emulator_v", d.actual_v},
                                {"margin", d.margin}};
    return json;
}

std::string to_text(const Evaluation& e, const ReadoutRule& rule) {
    return layers_text(e) + connections_text(e) + answers_text(e.answers, rule);
}

}  // namespace synfire::cli
