// Writes a network as a NIR file, the inverse of read_nir.
#pragma once

#include <string>

#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

struct NirFile {
    std::string bytes;
    std::string options;  // with which it is read as the network it was, e.g. "--dt 0.0001 --reset subtract"
};

// dt: seconds that a step stands for. Time constants are chosen so that Euler steps of dt, and every weight,
// are what the network holds; what NIR has no field for but options say (kind of reset, comparison) is kept
// as metadata as well. file: for messages. Errors go to the report; throws StageFailed where NIR cannot hold
// the network.
NirFile write_nir(const Network& network, double dt, const std::string& file, Report& report);

}  // namespace synfire
