#include "compiler/quantize/int_network.hpp"
#include "targets/mcu/lower.hpp"
