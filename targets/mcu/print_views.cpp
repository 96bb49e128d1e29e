#include "targets/mcu/print_views.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace synfire::mcu {
namespace {

// k where one scale, 2^-k, is that of every neuron: an integer is worth 2^k.
std::optional<int> exponent_of(const IntPopulation& p) {
    const double scale = p.scale.front();
    if (std::any_of(p.scale.begin(), p.scale.end(), [&](double s) { return s != scale; })) return {};
    int exponent = 0;
    if (!(scale > 0) || !std::isfinite(scale) || std::frexp(scale, &exponent) != 0.5) return {};
    return 1 - exponent;
}

std::string printed(const std::optional<int>& exponent) {
    return exponent ? fmt::format("{}", *exponent) : "synfire::no_exponent";
}

const char* name_of(rt::RowOrder order) {
    switch (order) {
        case rt::RowOrder::natural:
            return "natural";
        case rt::RowOrder::swapped:
            return "swapped";
        case rt::RowOrder::biased:
            return "biased";
        case rt::RowOrder::nibbles:
            break;
    }
    return "nibbles";
}

// Horner's scheme: the shifts of this connection and all later ones of its population, and the population's.
std::vector<int> shifts_of(const Tables& tables) {
    std::vector<int> shifts(tables.connections.size());
    std::size_t end = 0;
    for (const PopulationTable& p : tables.populations) {
        const std::size_t first = end;
        end += p.connections;
        int sum = tables.rules.accumulator_shift + p.shift;
        for (std::size_t c = end; c-- > first;) shifts[c] = sum += tables.connections[c].shift;
    }
    return shifts;
}

// in_order: sums, and so the columns of a matrix, lie in the order of the neurons.
std::string weight_facts(const ConnectionTable& c, std::optional<int> unit, int shift, bool in_order) {
    const bool dense = c.first.empty() && !c.drawn && !c.convolution && in_order;
    if (!dense) unit.reset();
    if (unit) unit = *unit + shift;
    const auto bits = static_cast<std::size_t>(c.bits);
    const bool kernel = c.row_bytes > 0;
    return fmt::format("{{{}, {}, {}, {}, synfire::rt::RowOrder::{}, {}}}", c.inputs, c.outputs,
                       kernel ? c.row_bytes : (c.outputs * bits + 7) / 8, kernel ? 0 : c.bits,
                       name_of(c.order), printed(unit));
}

// For a comment.
std::string plain(std::string name) {
    name.resize(std::min<std::size_t>(name.size(), 60));
    for (char& c : name)
        if (c <= ' ' || c >= 0x7F || c == '\\' || c == '?') c = '_';
    return name;
}

}  // namespace

std::string print_views(const IntNetwork& network, const Tables& tables, const std::string& name) {
    std::string text = fmt::format(
        "// Which integers are which parameters, for synfire/cnl.hpp. Constants that only the compiler "
        "reads.\n"
        "#pragma once\n\n#include \"view_facts.hpp\"\n\nnamespace {} {{\n\nstruct Views {{\n"
        "    static constexpr synfire::MembraneFacts membranes[] = {{\n",
        name);
    std::size_t first = 0;
    for (std::size_t p = 0; p < tables.populations.size(); ++p) {
        const std::size_t neurons = tables.populations[p].neurons;
        text +=
            fmt::format("        {{{}, {}, {}}},  // {}: {}\n", first, neurons,
                        printed(exponent_of(network.populations[p])), p, plain(network.populations[p].name));
        first += neurons;
    }
    text += "    };\n    static constexpr synfire::WeightFacts weights[] = {\n";
    const std::vector<int> shifts = shifts_of(tables);
    std::size_t c = 0;
    for (std::size_t p = 0; p < tables.populations.size(); ++p)
        for (std::size_t k = 0; k < tables.populations[p].connections; ++k, ++c)
            text += fmt::format("        {},  // {}: {}\n",
                                weight_facts(tables.connections[c], exponent_of(network.populations[p]),
                                             shifts[c], tables.populations[p].channels == 1),
                                c, plain(tables.connections[c].name));
    if (c == 0)
        text += "        {0, 0, 0, 8, synfire::rt::RowOrder::natural, synfire::no_exponent},  // none\n";
    return text + fmt::format("    }};\n}};\n\n}}  // namespace {}\n", name);
}

}  // namespace synfire::mcu
