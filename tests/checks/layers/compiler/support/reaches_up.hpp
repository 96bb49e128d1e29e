#include "compiler/support/files.hpp"
#include "emulator/emulate.hpp"
