// Input arrays of a run: .npy files [T, ...] or [B, T, ...] cut into samples.
#pragma once

#include <string>
#include <vector>

#include "compiler/network/network.hpp"
#include "emulator/trace.hpp"

namespace synfire::cli {

struct Batch {
    bool batched = false;  // the files had a batch axis
    std::size_t steps = 0;
    std::vector<std::vector<Signal>> samples;  // [sample][input]
};

enum class InputUse {
    reference_only,  // any finite value
    integers,        // what the input's kind allows: spikes 0 and 1, counts whole numbers from 0 to 255
};

// arguments: "X.npy", or "NAME=X.npy" for each of several inputs. The trailing axes are the input's shape or
// that shape flattened. Throws InputError: an input without a file, unknown names, other sizes, other numbers
// of steps.
Batch load_inputs(const Network& network, const std::vector<std::string>& arguments, InputUse use);

// Class labels [B]. Throws InputError where their number is not samples or one is outside 0..classes-1.
std::vector<std::size_t> load_labels(const std::string& path, std::size_t samples, std::size_t classes);

}  // namespace synfire::cli
