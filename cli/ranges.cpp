// One line per population, and one more where a register can overflow.
#include "cli/ranges.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/quantize/range_proof.hpp"
#include "tuning/overflow.hpp"

namespace synfire::cli {
namespace {

constexpr std::size_t ranges_shown = 12;

std::string verdict_text(const PopulationRange& range) {
    switch (range.verdict) {
        case RangeVerdict::proven:
            return "proven for every input";
        case RangeVerdict::proven_for_steps:
            return fmt::format("proven for {} steps", range.safe_steps);
        case RangeVerdict::can_overflow:
            return fmt::format("can overflow: neuron {}, {}", range.neuron, range.register_name);
    }
    return "?";
}

// Neurons of an input that the witness raises: "0-3, 7".
std::string raised(const std::vector<double>& values) {
    std::string text;
    std::size_t shown = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] <= 0) continue;
        const std::size_t first = i;
        while (i + 1 < values.size() && values[i + 1] > 0) ++i;
        if (shown++ == ranges_shown) return text + ", ...";
        text += (text.empty() ? "" : ", ") +
                (first == i ? fmt::format("{}", first) : fmt::format("{}-{}", first, i));
    }
    return text;
}

std::string input_text(const IntNetwork& network, const OverflowWitness& w) {
    std::string text;
    for (std::size_t i = 0; i < w.values.size(); ++i) {
        const std::string neurons = raised(w.values[i]);
        if (neurons.empty()) continue;
        text += (text.empty() ? "" : "; ") + fmt::format("'{}' {}", network.inputs[i].name, neurons);
    }
    return text.empty() ? "no input at all" : "inputs " + text + " at their most, all others at their least";
}

std::string witness_text(const IntNetwork& network, const OverflowWitness& w) {
    const Reached& r = w.reached;
    if (r.overflows)
        return fmt::format("  shown: {}, ask neuron {}'s {} for {} in step {}; its limit is {}\n",
                           input_text(network, w), w.neuron, r.register_name, r.value, r.step, r.limit);
    return fmt::format(
        "  not shown: the worst input found asks neuron {}'s {} for {}, {:.1f} % of its limit; the "
        "bound may not be tight\n",
        w.neuron, r.register_name, r.value, 100 * r.part());
}

Json to_json(const OverflowWitness& w, const IntNetwork& network) {
    Json inputs = Json::object();
    for (std::size_t i = 0; i < w.values.size(); ++i) inputs[network.inputs[i].name] = w.values[i];
    return {{"neuron", w.neuron},       {"steps", w.steps},
            {"inputs", inputs},         {"overflows", w.reached.overflows},
            {"step", w.reached.step},   {"register", w.reached.register_name},
            {"value", w.reached.value}, {"limit", w.reached.limit}};
}

Json to_json(const PopulationRange& r, const LaneProof& lanes) {
    const auto pair = [](Interval x) { return Json{x.low, x.high}; };
    return {{"population", r.name},
            {"v", pair(r.membrane)},
            {"u", pair(r.current)},
            {"sum", pair(r.sum)},
            {"verdict", verdict_text(r)},
            {"silent_neurons", r.silent},
            {"lanes",
             {{"sums_fit_16", lanes.sums_fit_16},
              {"most_positive", lanes.most_positive},
              {"most_negative", lanes.most_negative},
              {"neuron", lanes.neuron},
              {"events_per_flush", lanes.events_per_flush},
              {"state_fits_16", lanes.state_fits_16},
              {"product_fits_32", lanes.product_fits_32}}}};
}

// How many events a lane of 16 bits adds up before it may overflow.
std::string lanes_text(const LaneProof& lanes) {
    if (lanes.sums_fit_16) return "all events";
    return lanes.events_per_flush > 1 ? fmt::format("{} events", lanes.events_per_flush) : "no";
}

}  // namespace

void describe_ranges(const IntNetwork& integers, Outcome& outcome) {
    outcome.text += fmt::format("\n{:<16} {:>12} {:>12} {:>12} {:>7}  {}\n", "range proof", "v lowest",
                                "v highest", "16-bit sums", "state", "overflow");
    outcome.json["ranges"] = Json::array();
    std::string silent;
    const std::vector<PopulationRange> ranges = prove_ranges(integers);
    for (std::size_t p = 0; p < ranges.size(); ++p) {
        const PopulationRange& r = ranges[p];
        const LaneProof lanes = prove_lanes(integers, p, r);
        outcome.text +=
            fmt::format("{:<16} {:>12} {:>12} {:>12} {:>7}  {}\n", r.name, r.membrane.low, r.membrane.high,
                        lanes_text(lanes), lanes.state_fits_16 ? "16 bit" : "32 bit", verdict_text(r));
        outcome.json["ranges"].push_back(to_json(r, lanes));
        if (r.silent > 0)
            silent += fmt::format("{}: no input makes {} of {} neurons spike\n", r.name, r.silent,
                                  neurons(integers.populations[p]));
        const auto witness = find_overflow(integers, p, r);
        if (!witness) continue;
        outcome.text += witness_text(integers, *witness);
        outcome.json["ranges"].back()["worst_input"] = to_json(*witness, integers);
    }
    outcome.text += silent;
}

}  // namespace synfire::cli
