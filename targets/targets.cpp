// The list of targets.
#include "targets/targets.hpp"

#include "targets/mcu/mcu.hpp"

namespace synfire {

const std::vector<Target>& targets() {
    static const std::vector<Target> rows{
        {"mcu", "mcu", mcu::check, mcu::emit},
    };
    return rows;
}

}  // namespace synfire
