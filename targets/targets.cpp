// The list of targets.
#include "targets/targets.hpp"

#include "targets/loihi/loihi.hpp"
#include "targets/mcu/mcu.hpp"

namespace synfire {

const std::vector<Target>& targets() {
    static const std::vector<Target> rows{
        {"mcu", "mcu", {true, true, true, true, true, true, false, true}, mcu::check, mcu::emit},
        {"loihi", "loihi", {.sparse = true, .whole_inputs = true}, loihi::check, loihi::emit},
    };
    return rows;
}

}  // namespace synfire
