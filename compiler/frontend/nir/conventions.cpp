// The table of frameworks. Sources: their NIR importers and exporters, and recordings of the NIR paper
// (Pedersen et al. 2024), which the presets of Norse, snnTorch, Spyx, sinabs, Rockpool and Lava reproduce.
#include "compiler/frontend/nir/conventions.hpp"

#include <optional>
#include <utility>

#include "compiler/support/report.hpp"

namespace synfire::nir {
namespace {

const std::vector<std::pair<ResetRule, std::string>>& reset_names() {
    static const std::vector<std::pair<ResetRule, std::string>> rows = {
        {ResetRule::zero, "zero"},
        {ResetRule::subtract, "subtract"},
        {ResetRule::subtract_now, "subtract-now"},
        {ResetRule::snntorch_nodelay, "snntorch-nodelay"},
        {ResetRule::none, "none"}};
    return rows;
}

std::vector<Preset> make_presets() {
    const Conventions euler;
    Conventions norse = euler;
    norse.recurrent_bias_waits = true;
    Conventions spikingjelly = euler;
    spikingjelly.compare = Compare::greater_equal;
    Conventions rockpool = euler;
    rockpool.discretization = Discretization::exponential;
    rockpool.reset = ResetRule::subtract_now;
    rockpool.compare = Compare::greater_equal;
    rockpool.max_spikes = max_count;
    Conventions sinabs = rockpool;
    sinabs.dt = 1;
    sinabs.gain = Gain::one;
    sinabs.if_has_lower_bound = true;
    Conventions spyx = euler;
    spyx.reset = ResetRule::subtract_now;
    Conventions lava_fixed = euler;
    lava_fixed.lava_integers = true;
    return {
        {Framework::snntorch, "snntorch", euler,
         "snnTorch writes v_reset = 0 whatever the reset was: a network trained with reset_mechanism "
         "'subtract' needs --reset subtract, or snntorch-nodelay where reset_delay was False"},
        {Framework::norse, "norse", norse, ""},
        {Framework::sinabs, "sinabs", sinabs,
         "tau is taken in steps, as sinabs writes it; --dt S takes seconds"},
        {Framework::spikingjelly, "spikingjelly", spikingjelly,
         "SpikingJelly writes no soft reset: a network with v_reset=None needs --reset subtract-now"},
        {Framework::rockpool, "rockpool", rockpool, ""},
        {Framework::lava, "lava", euler, "Lava delivers spikes and potentials one step later"},
        {Framework::lava_fixed, "lava-fixed", lava_fixed,
         "potentials are Lava's integers: 1 is 2^-8 of the file's unit, and the emulator counts 64 per 1"},
        {Framework::spyx, "spyx", spyx, "Spyx delivers spikes one step later"},
    };
}

}  // namespace

const std::vector<Preset>& presets() {
    static const std::vector<Preset> rows = make_presets();
    return rows;
}

const Preset& preset_of(Framework framework) {
    for (const Preset& preset : presets())
        if (preset.framework == framework) return preset;
    SYNFIRE_BUG("a framework without a preset");
}

Hints hints_of(const hdf5::Group& group) {
    const auto text = [&](const char* key) {
        const auto found = group.metadata.find(key);
        return found == group.metadata.end() || found->second.strings.size() != 1
                   ? std::string()
                   : found->second.strings.front();
    };
    Hints hints;
    hints.reset = text("reset");
    hints.discretization = text("discretization");
    hints.compare = text("compare");
    const auto number = [&](const char* key) {
        const auto found = group.metadata.find(key);
        return found == group.metadata.end() || found->second.numbers.size() != 1
                   ? 0.0
                   : found->second.numbers.front();
    };
    const double dt = number("dt"), spikes = number("max_spikes");
    if (dt >= 1e-12 && dt <= 1e6) hints.dt = dt;
    if (spikes >= 1 && spikes <= max_count) hints.max_spikes = static_cast<int>(spikes);
    return hints;
}

Conventions conventions_of(const ReadOptions& options, const Hints& hints) {
    Conventions c;
    if (options.as) {
        c = preset_of(*options.as).conventions;
    } else {
        if (hints.dt) c.dt = *hints.dt;
        if (const auto rule = reset_rule(hints.reset)) c.reset = *rule;
        if (hints.discretization == name_of(Discretization::exponential))
            c.discretization = Discretization::exponential;
        if (hints.compare == name_of(Compare::greater_equal)) c.compare = Compare::greater_equal;
        if (hints.max_spikes > 0) c.max_spikes = hints.max_spikes;
    }
    if (options.dt) c.dt = *options.dt;
    if (options.reset) c.reset = *options.reset;
    if (options.discretization) c.discretization = *options.discretization;
    if (options.compare) c.compare = *options.compare;
    if (options.gain) c.gain = *options.gain;
    // Several spikes in one step mean floor(v / threshold): with another reset or > there is one.
    if (c.reset != ResetRule::subtract_now || c.compare != Compare::greater_equal) c.max_spikes = 1;
    if (options.max_spikes) c.max_spikes = *options.max_spikes;
    return c;
}

std::string name_of(ResetRule rule) {
    for (const auto& [value, name] : reset_names())
        if (value == rule) return name;
    SYNFIRE_BUG("an unknown reset rule");
}

std::optional<ResetRule> reset_rule(const std::string& name) {
    for (const auto& [value, known] : reset_names())
        if (known == name) return value;
    return std::nullopt;
}

std::string name_of(Discretization discretization) {
    return discretization == Discretization::euler ? "euler" : "exp";
}

std::string name_of(Compare compare) {
    return compare == Compare::greater ? "gt" : "ge";
}

}  // namespace synfire::nir
