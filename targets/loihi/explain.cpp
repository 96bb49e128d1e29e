#include "targets/loihi/explain.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "targets/loihi/limits.hpp"

namespace synfire::loihi {
namespace {

// Loihi 2 as its product brief is quoted: coarse, and nothing there is public that could check it.
constexpr std::size_t loihi2_neurons_per_core = 8192;
constexpr std::size_t loihi2_bytes_per_core = 192 * 1024;
constexpr std::size_t loihi2_bytes_per_neuron = 16;  // two 64-bit fields of state
constexpr std::size_t loihi2_cores_per_chip = 128;

std::string quoted(const std::string& name) {
    return "'" + name + "'";
}

std::string plural(std::size_t n, const std::string& thing) {
    return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s");
}

// "neuron 5", or the first and last of a box.
std::string neurons_text(const Axes& axes, const Box& box) {
    const auto index = [&](std::size_t a, std::size_t b, std::size_t c) {
        return (a * axes[1] + b) * axes[2] + c;
    };
    const std::size_t first = index(box.first[0], box.first[1], box.first[2]);
    const std::size_t last = index(box.last[0] - 1, box.last[1] - 1, box.last[2] - 1);
    return first == last ? fmt::format("neuron {}", first) : fmt::format("neurons {} to {}", first, last);
}

// What of the limit itself, where only a part of it is used.
std::string share_text(Limit limit, const PlaceOptions& options) {
    if (options.full_limits) return "";
    if (limit == Limit::words) return fmt::format(" (90 % of {})", synaptic_words);
    if (limit == Limit::input_axons) return fmt::format(" (95 % of {})", input_axons_per_core);
    if (limit == Limit::output_axons) return fmt::format(" (95 % of {})", output_axons_per_core);
    return "";
}

std::size_t full_limit(Limit limit, std::size_t available) {
    if (limit == Limit::words) return synaptic_words;
    if (limit == Limit::input_axons) return input_axons_per_core;
    if (limit == Limit::output_axons) return output_axons_per_core;
    return available;
}

// Pooling an image that alone brings the sources below the limit; nothing where none does.
std::string pooling_text(const Wiring& w, const Unfit& unfit) {
    const IntNetwork& n = w.network;
    for (const std::size_t c : w.arriving[unfit.population]) {
        const Presynaptic& source = n.connections[c].source;
        const bool input = source.kind == Presynaptic::Kind::input;
        const Shape& shape = input ? n.inputs[source.index].shape : n.populations[source.index].shape;
        if (shape.size() != 3 || unfit.violation.used < width(n, source)) continue;
        const std::size_t others = unfit.violation.used - width(n, source);
        for (std::size_t f = 2; f <= std::max(shape[1], shape[2]); ++f) {
            const std::size_t left = shape[0] * ((shape[1] + f - 1) / f) * ((shape[2] + f - 1) / f);
            if (left + others <= unfit.violation.available)
                return fmt::format("; averaging {}x{} pixels of {} leaves {}", f, f,
                                   quoted(name_of(n, source)), left);
        }
    }
    return "";
}

// The smallest change, in words that begin a hint.
std::string change_text(const Wiring& w, const Unfit& unfit) {
    const Violation& v = unfit.violation;
    const std::size_t surplus = v.used - v.available;
    switch (v.limit) {
        case Limit::input_axons:
            return fmt::format("a neuron may hear {} sources at most: prune or pool away {}", v.available,
                               surplus) +
                   pooling_text(w, unfit);
        case Limit::words:
        case Limit::list_words:
            return fmt::format("prune synapses worth {}, or use weights of fewer bits",
                               plural(surplus, "word"));
        case Limit::output_axons:
            return fmt::format("let its neurons reach {} fewer: make the layers that they feed smaller",
                               plural(surplus, "core"));
        case Limit::formats:
            return fmt::format("give {} the sign, bits, exponent and delay of another",
                               plural(surplus, "connection"));
        case Limit::compartment_profiles:
        case Limit::threshold_profiles:
            return fmt::format("share values until there are {} fewer; --cluster-parameters does so",
                               surplus);
        case Limit::decay_u_offset:
        case Limit::decay_v_offset:
            return "decay by 1/4096 instead of 0, or by 4095/4096 instead of 1";
        case Limit::compartments:
            return "shorten the delays: they take the room of compartments";
        case Limit::cores:
            break;
    }
    return "make the layer smaller";
}

std::string use_text(const Wiring& w, const Unfit& unfit, const PlaceOptions& options) {
    const Violation& v = unfit.violation;
    const std::string which = neurons_text(w.axes[unfit.population], unfit.box);
    const std::string share = share_text(v.limit, options);
    if (v.limit == Limit::decay_u_offset || v.limit == Limit::decay_v_offset)
        return fmt::format(
            "{} are on one core, some keep everything (decay 0) and others nothing (4096): its one flag "
            "shifts the decays of all",
            which);
    if (v.limit == Limit::input_axons && neurons(unfit.box) == 1)
        return fmt::format("{} sources reach {}, a core takes {} input axons{}", v.used, which, v.available,
                           share);
    return fmt::format("{} {} {} {}, a core has {}{}", which,
                       neurons(unfit.box) == 1 ? "alone takes" : "on one core take", v.used, name_of(v.limit),
                       v.available, share);
}

void report_unfit(const Wiring& w, const Unfit& unfit, const PlaceOptions& options, Report& report) {
    const Violation& v = unfit.violation;
    std::string hint = change_text(w, unfit);
    if (!options.full_limits && v.used <= full_limit(v.limit, v.available) && v.used > v.available)
        hint += fmt::format("; --full-limits takes all {}", full_limit(v.limit, v.available));
    report.error({.node = quoted(w.network.populations[unfit.population].name),
                  .field = name_of(v.limit),
                  .reason = use_text(w, unfit, options),
                  .expected = fmt::format("at most {} per core", v.available),
                  .hint = std::move(hint)});
}

// The most neurons of the layer, whole rows of its first axis, that so many cores hold; 0: none.
std::size_t most_neurons(const Wiring& w, const PlaceOptions& options, std::size_t population,
                         std::size_t cores) {
    const Axes& axes = w.axes[population];
    CutContext context{w, budget(options.full_limits), std::vector<std::uint32_t>(w.sources), 1};
    // Boxes are not cut into every number of parts.
    const std::size_t tries = axes[1] * axes[2] == 1 ? 1 : 8;
    const auto fits = [&](std::size_t rows) {
        Box box = whole(axes);
        box.last[0] = rows;
        for (std::size_t k = std::min(cores, neurons(box)), tried = 0; k > 0 && tried < tries; --k, ++tried)
            if (cut_into(context, population, box, k).cut) return true;
        return false;
    };
    std::size_t good = 0, bad = axes[0];
    while (cores > 0 && good + 1 < bad) {
        const std::size_t middle = good + (bad - good) / 2;
        (fits(middle) ? good : bad) = middle;
    }
    return good * axes[1] * axes[2];
}

std::string fewer_cores_text(const Wiring& w, const Placement& placement, const PlaceOptions& options,
                             std::size_t largest) {
    std::vector<std::string> ways;
    const std::size_t available = options.chips * cores_per_chip;
    if (placement.chips <= most_chips)
        ways.push_back(fmt::format("use {} chips (--chips {})", placement.chips, placement.chips));
    if (!options.full_limits) {
        const std::size_t full = place(w, {options.chips, true}).cores.size();
        if (full <= available)
            ways.push_back(fmt::format("fill cores to the brim (--full-limits: {} cores)", full));
    }
    const std::size_t others =
        placement.cores.size() - std::min(placement.cores.size(), placement.cut_into[largest]);
    const std::size_t fit = others < available ? most_neurons(w, options, largest, available - others) : 0;
    ways.push_back(fit > 0 ? fmt::format("at most {} neurons in this layer fit beside the others", fit)
                           : "the other layers alone fill the chips: make several layers smaller");
    return fmt::format("{}", fmt::join(ways, "; or "));
}

void report_too_many_cores(const Wiring& w, const Placement& placement, const PlaceOptions& options,
                           Report& report) {
    const auto most = std::max_element(placement.cut_into.begin(), placement.cut_into.end());
    const auto largest = static_cast<std::size_t>(most - placement.cut_into.begin());
    const IntPopulation& p = w.network.populations[largest];
    const auto& binding = placement.binding[largest];
    report.error(
        {.node = quoted(p.name),
         .field = name_of(Limit::cores),
         .reason = fmt::format("the network needs {} cores, {} of them for this layer of {} neurons{}",
                               placement.cores.size(), *most, neurons(p),
                               binding ? ", limited by " + name_of(binding->limit) : ""),
         .expected = fmt::format("at most {} cores, {}", options.chips * cores_per_chip,
                                 plural(options.chips, "chip")),
         .hint = fewer_cores_text(w, placement, options, largest)});
}

// Cores that are too full for a reason that only the whole placement shows: output axons to other chips.
bool report_full_cores(const Wiring& w, const Placement& placement, const PlaceOptions& options,
                       Report& report) {
    for (const Core& core : placement.cores)
        if (const auto v = violation(core.use, budget(options.full_limits))) {
            report_unfit(w, {core.parts[0].population, core.parts[0].box, *v}, options, report);
            return true;
        }
    return false;
}

struct LayerUse {
    std::size_t cores = 0, shared = 0;
    CoreUse fullest;  // the largest of each
};

LayerUse layer_use(const Placement& placement, std::size_t population) {
    LayerUse layer;
    for (const Core& core : placement.cores) {
        if (std::none_of(core.parts.begin(), core.parts.end(),
                         [&](const Part& part) { return part.population == population; }))
            continue;
        ++layer.cores;
        std::set<std::size_t> populations;
        for (const Part& part : core.parts) populations.insert(part.population);
        layer.shared += populations.size() > 1;
        CoreUse& most = layer.fullest;
        for (std::size_t CoreUse::*field : {&CoreUse::compartments, &CoreUse::words, &CoreUse::input_axons,
                                            &CoreUse::output_axons, &CoreUse::delay_slots})
            most.*field = std::max(most.*field, core.use.*field);
    }
    return layer;
}

std::string layer_text(const Wiring& w, const Placement& placement, std::size_t population) {
    const LayerUse layer = layer_use(placement, population);
    const auto& binding = placement.binding[population];
    std::string text = fmt::format(
        "\n    '{}': {}{}, on the fullest {}/{} compartments, {}/{} words, {}/{} input axons, {}/{} output "
        "axons",
        w.network.populations[population].name, plural(layer.cores, "core"),
        layer.shared == 0             ? ""
        : layer.shared == layer.cores ? " shared with other layers"
                                      : fmt::format(", {} shared with other layers", layer.shared),
        layer.fullest.compartments, compartments_limit(layer.fullest.delay_slots), layer.fullest.words,
        synaptic_words, layer.fullest.input_axons, input_axons_per_core, layer.fullest.output_axons,
        output_axons_per_core);
    if (binding) text += "; limited by " + name_of(binding->limit);
    return text;
}

void note_placement(const Wiring& w, const Placement& placement, const PlaceOptions& options,
                    Report& report) {
    std::string list;
    for (std::size_t p = 0; p < w.axes.size(); ++p) list += layer_text(w, placement, p);
    std::size_t synapses = 0, stored = 0, words = 0;
    for (const Core& core : placement.cores) {
        synapses += core.use.synapses;
        stored += core.use.stored_synapses;
        words += core.use.words;
    }
    const std::string crossing =
        placement.chips < 2 ? ""
                            : fmt::format(", {} axons from chip to chip ({} with the cores in order)",
                                          placement.crossing, placement.crossing_in_order);
    report.note(
        {.field = "cores",
         .reason = fmt::format("{} of {} cores on {}, {}; {} synapses stored as {} in {} words{}{}",
                               placement.cores.size(), placement.chips * cores_per_chip,
                               plural(placement.chips, "chip"),
                               options.full_limits ? "filled to the limits"
                                                   : "filled to 90 % of the words and 95 % of the axons",
                               synapses, stored, words, crossing, list)});
}

void note_loihi2(const Placement& placement, Report& report) {
    std::size_t neurons = 0, words = 0;
    for (const Core& core : placement.cores) {
        neurons += core.use.neurons;
        words += core.use.words;
    }
    const std::size_t bytes = 8 * words + loihi2_bytes_per_neuron * neurons;
    const auto up = [](std::size_t a, std::size_t b) { return (a + b - 1) / b; };
    const std::size_t cores =
        std::max(up(neurons, loihi2_neurons_per_core), up(bytes, loihi2_bytes_per_core));
    report.note(
        {.field = "Loihi 2",
         .reason = fmt::format("an estimate that nothing public can check: at least {} of {} cores ({} "
                               "neurons and 192 KB each), {} kB of synapses and states",
                               cores, loihi2_cores_per_chip * up(cores, loihi2_cores_per_chip),
                               loihi2_neurons_per_core, up(bytes, 1000))});
}

}  // namespace

void explain(const Wiring& w, const Placement& placement, const PlaceOptions& options, Report& report) {
    for (const Unfit& unfit : placement.unfit) report_unfit(w, unfit, options, report);
    if (!placement.unfit.empty()) return;
    if (report_full_cores(w, placement, options, report)) return;
    if (placement.cores.size() > options.chips * cores_per_chip) {
        report_too_many_cores(w, placement, options, report);
        return;
    }
    note_placement(w, placement, options, report);
    note_loihi2(placement, report);
}

}  // namespace synfire::loihi
