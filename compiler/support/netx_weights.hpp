// What lava-dl's netx makes of the integer weights in a .net file when it loads them: its own choice of
// exponent and number of weight bits, then the clipping and truncation of Lava's Dense. (lava-dl
// netx/utils.py, optimize_weight_bits; lava utils/weightutils.py.) The reader and the writer of .net files
// must know the same about it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace synfire {

struct NetxWeights {
    // What a spike adds, matrix by matrix; meaningless where there is a trap.
    std::vector<std::vector<std::int32_t>> effective;
    std::string trap;  // what goes wrong in netx or Lava with these weights; empty: nothing
};

// matrices: those that share one exponent, a layer's weight and its weight_rec; none of them empty.
NetxWeights netx_weights(std::vector<std::vector<std::int32_t>> matrices);

}  // namespace synfire
