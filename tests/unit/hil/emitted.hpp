// Networks emitted to a scratch folder and run on a simulated board, for tests.
#pragma once

#include <algorithm>

#include "hil/qemu.hpp"
#include "hil/record.hpp"
#include "targets/mcu/mcu.hpp"
#include "tests/unit/mcu/random_network.hpp"

namespace synfire::test {

inline std::filesystem::path write_emitted(const IntNetwork& network, const hil::ScratchFolder& folder,
                                           WeightSource weights = WeightSource::flash,
                                           const std::string& core = {}) {
    Report report;
    const std::filesystem::path compiled = folder.path() / "a compiled network";
    TargetOptions options;
    options.weights = weights;
    options.core = core;
    write_artifacts(compiled, mcu::emit(network, options, report));
    return compiled;
}

// Of --core.
inline std::string core_of(const hil::Board& board) {
    if (board.core.substr(0, 4) == "RV32") return "rv32";
    std::string name = board.core;
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return c == 'C' ? 'c' : c == 'M' ? 'm' : c;
    });
    return name;
}

}  // namespace synfire::test
