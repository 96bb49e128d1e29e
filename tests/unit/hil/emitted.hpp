// Networks emitted to a scratch folder and run on a simulated board, for tests.
#pragma once

#include "hil/qemu.hpp"
#include "hil/record.hpp"
#include "targets/mcu/mcu.hpp"
#include "tests/unit/mcu/random_network.hpp"

namespace synfire::test {

inline std::filesystem::path write_emitted(const IntNetwork& network, const hil::ScratchFolder& folder,
                                           WeightSource weights = WeightSource::flash) {
    Report report;
    const std::filesystem::path compiled = folder.path() / "a compiled network";
    TargetOptions options;
    options.weights = weights;
    write_artifacts(compiled, mcu::emit(network, options, report));
    return compiled;
}

}  // namespace synfire::test
