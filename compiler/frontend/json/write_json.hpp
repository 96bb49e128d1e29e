// Writes a network as snn-json, the inverse of reading it: layers in a .json file, arrays in a .safetensors
// file beside it.
#pragma once

#include <string>

#include "compiler/network/network.hpp"
#include "compiler/support/report.hpp"

namespace synfire {

struct JsonFiles {
    std::string model;
    std::string arrays;  // empty where no array is stored
};

struct JsonWriteOptions {
    std::string file;         // of the model, for messages
    std::string array_file;   // its name as the model gives it: "X.safetensors"
    bool keep_seeds = false;  // weights that a seed gives again are written as that seed
};

// Errors go to the report; throws StageFailed where snn-json cannot hold the network: feedback between
// populations, several loops of one population, values that are rearranged.
JsonFiles write_json(const Network& network, const JsonWriteOptions& options, Report& report);

}  // namespace synfire
