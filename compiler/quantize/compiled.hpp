// A compiled network on disk: network.json and arrays/*.npy, which every emitted directory holds. It is a
// MODEL like any other: the float network and the integers that were deployed.
#pragma once

#include <filesystem>
#include <string>

#include "compiler/network/network.hpp"
#include "compiler/quantize/int_network.hpp"
#include "compiler/support/files.hpp"

namespace synfire {

struct Compiled {
    std::string target;  // "mcu" or "loihi"
    Network network;     // the float model after all passes
    IntNetwork integers;
};

Artifacts to_artifacts(const Compiled& compiled);

// Throws InputError: not a compiled directory, an unknown version, sizes that disagree, an index out of
// range.
Compiled read_compiled(const std::filesystem::path& folder);

}  // namespace synfire
