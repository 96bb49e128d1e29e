#include "emulator/emulate.hpp"
#include "compiler/support/files.hpp"
