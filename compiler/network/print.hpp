// The canonical text of a Network: what `synfire inspect` shows and golden tests compare.
#pragma once

#include <string>

#include "compiler/network/network.hpp"

namespace synfire {

std::string print(const Network& network);

}  // namespace synfire
