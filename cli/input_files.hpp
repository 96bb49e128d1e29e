// The input files that are not arrays over time: images to encode and recordings of event cameras.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/inputs.hpp"
#include "emulator/events.hpp"

namespace synfire::cli {

// ".bin" or ".csv".
bool is_event_file(const std::string& file);

// The samples of one input; sample(b) makes one, from any thread.
struct Samples {
    bool batched = false;
    std::size_t count = 0;
    std::size_t steps = 0;
    std::function<Signal(std::size_t)> sample;
};

// One sample per file; all as long as the longest. Throws InputError: an input that is not [2, height,
// width].
Samples open_recordings(const Input& input, const std::vector<std::string>& files, const Binning& binning,
                        Report& report);

// One sample per image of the .npy file. Throws InputError: no --steps, another shape, a pixel that is no
// probability.
Samples open_images(const Input& input, const std::string& file, const InputFlags& flags, Report& report);

}  // namespace synfire::cli
