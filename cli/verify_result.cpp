// Tables that fit a terminal; everything else is in the JSON.
#include "cli/verify_result.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace synfire::cli {
namespace {

std::string number_or_dash(const std::optional<double>& x) {
    return x ? fmt::format("{:.6f}", *x) : "-";
}

Json number_or_null(const std::optional<double>& x) {
    return x ? Json(*x) : Json(nullptr);
}

double per_train(const LayerAgreement& layer) {
    return layer.trains == 0 ? 0 : layer.squared_distance / static_cast<double>(layer.trains);
}

std::string agreement_row(const LayerAgreement& l) {
    return fmt::format("{:<16} {:>10.6f} {:>10.6f} {:>10.6f} {:>10} {:>10} {:>10}\n", l.name,
                       l.propagated.value(), l.local.value(), l.within.value(),
                       number_or_dash(relative_distance(l)), l.expected_spikes, l.actual_spikes);
}

std::string details_row(const LayerAgreement& l) {
    return fmt::format("{:<16} {:>12} {:>12} {:>12} {:>12.6f} {:>10}\n", l.name,
                       l.propagated.either - l.propagated.both, number_or_dash(rate_correlation(l)),
                       number_or_dash(l.counts.value()), per_train(l), l.equal_samples);
}

// Layers that a terminal shows of a deep network.
constexpr std::size_t layers_shown = 8;

std::string spread_text(const std::vector<LayerSpread>& spread) {
    std::string text;
    std::size_t layers = 0;
    for (const LayerSpread& s : spread)
        if (s.first_step && ++layers <= layers_shown)
            text += fmt::format("    {}: {} {} of {} {}, from step {} on\n", s.name, s.cells,
                                s.cells == 1 ? "spike" : "spikes", s.neurons,
                                s.neurons == 1 ? "neuron" : "neurons", *s.first_step);
    if (layers > layers_shown) text += fmt::format("    and {} more layers\n", layers - layers_shown);
    return text;
}

std::string spikes_text(int spikes) {
    if (spikes <= 1) return spikes == 0 ? "is silent" : "spikes";
    return fmt::format("sends {} spikes", spikes);
}

double percent(std::uint64_t part, std::uint64_t all) {
    return all == 0 ? 100.0 : 100 * static_cast<double>(part) / static_cast<double>(all);
}

std::string certificate_row(const CertifiedLayer& l) {
    if (!l.spiking)
        return fmt::format("{:<16} {:>12} {:>12} {:>12} {:>12} {:>12.4g}\n", l.name, "readout", "", "", "",
                           l.largest_bound);
    return fmt::format("{:<16} {:>12} {:>10.3f} % {:>10.3f} % {:>10.3f} % {:>12.4g}\n", l.name, l.spikes,
                       percent(l.certified_spikes, l.spikes), percent(l.unconditional_spikes, l.spikes),
                       percent(l.certified_cells, l.cells), l.largest_bound);
}

std::string open_text(const OpenCell& c, const IntNetwork& network) {
    return fmt::format(
        "  sample {}, step {}, layer {}, neuron {}: reference {} (v = {:.9g}), {:.3g} from "
        "another decision, bound {:.3g}{}\n",
        c.sample, c.step, network.populations[c.population].name, c.neuron, spikes_text(c.expected_spikes),
        c.v, c.margin, c.bound, c.differs ? ": differs for certain" : "");
}

Json to_json(const BothAgreements& a) {
    return {{"propagated", a.propagated.value()}, {"local", a.local.value()}};
}

std::string attribution_row(const std::string& source, const BothAgreements* alone,
                            const BothAgreements* without) {
    const auto columns = [](const BothAgreements* a) {
        return a == nullptr ? fmt::format("{:>12} {:>10}", "", "")
                            : fmt::format("{:>12.6f} {:>10.6f}", a->propagated.value(), a->local.value());
    };
    std::string row = fmt::format("  {:<14} {} {}", source, columns(alone), columns(without));
    row.erase(row.find_last_not_of(' ') + 1);
    return row + "\n";
}

// One layer, or all of them as one.
std::string attribution_rows(const Attribution& a, std::optional<std::size_t> layer) {
    const auto of = [&](const std::vector<BothAgreements>& x) { return layer ? x[*layer] : overall(x); };
    std::string text;
    for (const SourceAttribution& s : a.sources) {
        const BothAgreements alone = of(s.alone), without = of(s.without);
        text += attribution_row(name_of(s.source), &alone, &without);
    }
    const BothAgreements none = of(a.none), all = of(a.all);
    return text + attribution_row("none", &none, nullptr) + attribution_row("all", &all, nullptr);
}

// What makes a source smaller.
const char* way_out(ErrorSource source) {
    switch (source) {
        case ErrorSource::weights:
            return "more --weight-bits";
        case ErrorSource::decay:
            return "more --decay-bits";
        case ErrorSource::input:
            return "an --input-range as small as the values allow";
        case ErrorSource::saturation:
            return "smaller weights, or another --profile";
        case ErrorSource::threshold:
        case ErrorSource::bias:
        case ErrorSource::truncation:
            return "more --weight-bits, which make the membrane finer";
    }
    return "";
}

// The source without which the layer's own agreement is best.
const SourceAttribution& main_source(const Attribution& a, std::size_t layer) {
    return *std::max_element(a.sources.begin(), a.sources.end(),
                             [&](const SourceAttribution& x, const SourceAttribution& y) {
                                 return x.without[layer].local.value() < y.without[layer].local.value();
                             });
}

}  // namespace

Json to_json(const LayerAgreement& l) {
    return {{"name", l.name},
            {"propagated", l.propagated.value()},
            {"local", l.local.value()},
            {"within", l.within.value()},
            {"distance", number_or_null(relative_distance(l))},
            {"squared_distance_per_train", per_train(l)},
            {"rate_correlation", number_or_null(rate_correlation(l))},
            {"count_correlation", number_or_null(l.counts.value())},
            {"differing_spikes", l.propagated.either - l.propagated.both},
            {"equal_samples", l.equal_samples},
            {"reference_spikes", l.expected_spikes},
            {"emulator_spikes", l.actual_spikes}};
}

Json to_json(const Divergence& d, const Network& network) {
    return {{"sample", d.sample},
            {"step", d.step},
            {"layer", network.populations[d.population].name},
            {"neuron", d.neuron},
            {"reference_spikes", d.expected_spikes},
            {"emulator_spikes", d.actual_spikes},
            {"reference_v", d.expected_v},
            {"emulator_v", d.actual_v},
            {"margin", d.margin}};
}

Json to_json(const std::vector<LayerSpread>& spread) {
    Json json = Json::array();
    for (const LayerSpread& s : spread)
        json.push_back({{"name", s.name},
                        {"spikes", s.cells},
                        {"neurons", s.neurons},
                        {"first_step", s.first_step ? Json(*s.first_step) : Json(nullptr)}});
    return json;
}

Json to_json(const CertifiedLayer& l) {
    Json json = {{"name", l.name}, {"spiking", l.spiking}, {"largest_bound", l.largest_bound}};
    if (!l.spiking) return json;
    json["cells"] = l.cells;
    json["certified_cells"] = l.certified_cells;
    json["unconditional_cells"] = l.unconditional_cells;
    json["spikes"] = l.spikes;
    json["certified_spikes"] = l.certified_spikes;
    json["unconditional_spikes"] = l.unconditional_spikes;
    json["open_cells"] = l.open_cells;
    json["differing_cells"] = l.differing_cells;
    json["left_cells"] = l.left_cells;
    return json;
}

Json to_json(const OpenCell& c, const IntNetwork& network) {
    return {{"sample", c.sample},
            {"step", c.step},
            {"layer", network.populations[c.population].name},
            {"neuron", c.neuron},
            {"reference_spikes", c.expected_spikes},
            {"reference_v", c.v},
            {"margin", c.margin},
            {"bound", c.bound},
            {"differs", c.differs}};
}

std::string agreement_table(const Agreement& agreement, bool details) {
    const bool several = agreement.layers.size() > 1;
    const LayerAgreement all = overall(agreement.layers);
    std::string text = fmt::format(
        "{:<16} {:>10} {:>10} {:>10} {:>10} {:>21}\n{:<16} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10}\n",
        "agreement", "", "", "", "", "spikes of", "layer", "propagated", "local",
        fmt::format("+-{} step{}", agreement.options.within, agreement.options.within == 1 ? "" : "s"),
        "distance", "reference", "emulator");
    for (const LayerAgreement& l : agreement.layers) text += agreement_row(l);
    if (several) text += agreement_row(all);
    if (!details) return text;
    text += fmt::format(
        "\n{:<16} {:>12} {:>12} {:>12} {:>12} {:>10}\n{:<16} {:>12} {:>12} {:>12} {:>12} {:>10}\n", "",
        "spikes that", "correlation", "correlation", "van Rossum", "equal", "layer", "differ", "of rates",
        "of counts", "D^2 / train", "samples");
    for (const LayerAgreement& l : agreement.layers) text += details_row(l);
    return text;
}

std::string divergence_text(const Divergence& d, const Network& network,
                            const std::vector<LayerSpread>& caused, const std::vector<LayerSpread>& all) {
    std::string text = fmt::format(
        "first divergence: sample {}, step {}, layer {}, neuron {}: reference {} (v = {:.9g}), emulator {} "
        "(v = {:.9g}); the reference was {:.3g} from the threshold\n",
        d.sample, d.step, network.populations[d.population].name, d.neuron, spikes_text(d.expected_spikes),
        d.expected_v, spikes_text(d.actual_spikes), d.actual_v, d.margin);
    text += "  differ because of it:\n" + spread_text(caused);
    text += fmt::format("  differ in all of sample {}:\n", d.sample) + spread_text(all);
    return text;
}

std::string certificate_text(const CertificateSummary& summary, const IntNetwork& network,
                             std::size_t most_cells) {
    std::string text = fmt::format(
        "\n{:<16} {:>12} {:>12} {:>12} {:>12} {:>12}\n{:<16} {:>12} {:>12} {:>12} {:>12} {:>12}\n",
        "certificate", "spikes", "certified", "certified", "cells", "bound of", "layer", "", "locally",
        "as it runs", "certified", "|v error|");
    for (const CertifiedLayer& l : summary.layers) text += certificate_row(l);
    std::uint64_t open = 0, differing = 0, left = 0;
    for (const CertifiedLayer& l : summary.layers) {
        open += l.open_cells;
        differing += l.differing_cells;
        left += l.left_cells;
    }
    if (open + differing == 0) return text + "every spike and every silence is certified\n";
    const std::size_t shown = std::min(most_cells, summary.listed.size());
    text += fmt::format(
        "cells that are not certified: {} may differ, {} differ for certain, {} come after such a one in the "
        "same neuron{}\n",
        open, differing, left,
        shown < open + differing ? fmt::format("; the first {} (more with --json):", shown) : ":");
    for (std::size_t k = 0; k < shown; ++k) text += open_text(summary.listed[k], network);
    return text;
}

Json to_json(const Attribution& a) {
    Json json = {{"layers", Json::array()}};
    const auto rows = [&](const auto& of) {
        Json sources = Json::array();
        for (const SourceAttribution& s : a.sources)
            sources.push_back({{"source", name_of(s.source)},
                               {"alone", to_json(of(s.alone))},
                               {"without", to_json(of(s.without))}});
        return Json{{"none", to_json(of(a.none))}, {"all", to_json(of(a.all))}, {"sources", sources}};
    };
    for (std::size_t l = 0; l < a.layers.size(); ++l) {
        Json layer = {{"name", a.layers[l]}};
        layer.update(rows([&](const std::vector<BothAgreements>& x) { return x[l]; }));
        json["layers"].push_back(std::move(layer));
    }
    json["all_layers"] = rows([](const std::vector<BothAgreements>& x) { return overall(x); });
    return json;
}

std::string attribution_text(const Attribution& a, bool details) {
    std::string text = fmt::format("\n{:<16} {:>23} {:>23}\n{:<16} {:>12} {:>10} {:>12} {:>10}\n",
                                   "agreement with", "only this as integers", "all but this one", "  source",
                                   "propagated", "local", "propagated", "local");
    if (details && a.layers.size() > 1)
        for (std::size_t l = 0; l < a.layers.size(); ++l) text += a.layers[l] + "\n" + attribution_rows(a, l);
    text += "all layers\n" + attribution_rows(a, std::nullopt);
    std::size_t free = 0;
    for (std::size_t l = 0; l < a.layers.size(); ++l) {
        const double all = a.all[l].local.value();
        if (a.all[l].local.perfect()) {
            ++free;
            continue;
        }
        const SourceAttribution& s = main_source(a, l);
        const double without = s.without[l].local.value();
        text += without > all
                    ? fmt::format(
                          "{}: its own error comes most from {}: {:.6f} with all sources, {:.6f} without "
                          "this one ({} would help)\n",
                          a.layers[l], name_of(s.source), all, without, way_out(s.source))
                    : fmt::format("{}: no single source explains its own error\n", a.layers[l]);
    }
    if (free == a.layers.size())
        text += "no layer has an error of its own\n";
    else if (free > 0)
        text += fmt::format("no error of its own: {} of {} layers\n", free, a.layers.size());
    return text;
}

}  // namespace synfire::cli
