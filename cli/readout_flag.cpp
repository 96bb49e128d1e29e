#include "cli/readout_flag.hpp"

#include <fmt/format.h>

#include "compiler/support/report.hpp"

namespace synfire::cli {

void add_readout_flag(CLI::App& command, std::string& name) {
    std::vector<std::string> names;
    std::string meanings = "How the output answers (default: count, or last-step where it has no spikes)";
    for (const ReadoutRule& rule : readout_rules()) {
        names.emplace_back(rule.name);
        meanings += fmt::format("; {}: {}", rule.name, rule.meaning);
    }
    command.add_option("--readout", name, meanings)->check(CLI::IsMember(names));
}

const ReadoutRule& readout_rule(const std::string& name, const Population& output, const std::string& model) {
    if (name.empty()) return default_readout_rule(output.spiking.has_value());
    const ReadoutRule& rule = *find_readout_rule(name);
    if (output.spiking || !rule.needs_spikes) return rule;
    Diagnostic d;
    d.file = model;
    d.node = "'" + output.name + "'";
    d.field = "--readout";
    d.reason = fmt::format("'{}' counts spikes, and the output has none", rule.name);
    d.expected = "a rule of potentials";
    d.hint = fmt::format("--readout {}", default_readout_rule(false).name);
    throw InputError(d);
}

}  // namespace synfire::cli
