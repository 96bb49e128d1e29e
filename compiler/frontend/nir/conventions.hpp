// What a NIR file leaves open, and what each framework takes in its place.
#pragma once

#include <string>
#include <vector>

#include "compiler/frontend/hdf5/tree.hpp"
#include "compiler/frontend/options.hpp"

namespace synfire::nir {

// What the metadata of a graph or node says; an option beats it. Empty: nothing.
struct Hints {
    std::optional<double> dt;
    std::string reset, discretization, compare;
    int max_spikes = 0;
};

Hints hints_of(const hdf5::Group& group);

struct Conventions {
    double dt = 1e-4;  // s
    ResetRule reset = ResetRule::zero;
    Discretization discretization = Discretization::euler;
    Compare compare = Compare::greater;
    Gain gain = Gain::file;
    int max_spikes = 1;
    bool if_has_lower_bound = false;    // an IF's v is raised to -v_threshold (sinabs)
    bool recurrent_bias_waits = false;  // the bias of a recurrent connection is not applied in step 0 (Norse)
    bool lava_integers = false;         // weights, decays and thresholds become Lava's integers
};

struct Preset {
    Framework framework;
    std::string name;  // as --as takes it
    Conventions conventions;
    std::string remark;  // what the user should know besides; may be empty
};

// One row per framework; docs/nir.md says where each value comes from.
const std::vector<Preset>& presets();

const Preset& preset_of(Framework framework);

// Options of the command line before the framework's, these before the hints of the file's metadata, these
// before Euler, a hard reset and v > threshold at 1e-4 s.
Conventions conventions_of(const ReadOptions& options, const Hints& hints);

// "zero" and so on, as --reset, --discretization and --compare take them.
std::string name_of(ResetRule rule);
std::string name_of(Discretization discretization);
std::string name_of(Compare compare);
std::optional<ResetRule> reset_rule(const std::string& name);

}  // namespace synfire::nir
