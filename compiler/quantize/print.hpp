// The canonical text of an IntNetwork: what `synfire inspect` shows of a compiled model and golden tests
// compare.
#pragma once

#include <string>

#include "compiler/quantize/int_network.hpp"

namespace synfire {

std::string print(const IntNetwork& network);

}  // namespace synfire
