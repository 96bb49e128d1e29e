// The input files that are not arrays over time: images to encode and recordings of event cameras.
#pragma once

#include <string>
#include <vector>

#include "cli/inputs.hpp"
#include "emulator/events.hpp"

namespace synfire::cli {

// ".bin" or ".csv".
bool is_event_file(const std::string& file);

// One signal per file; all as long as the longest. Throws InputError: an input that is not [2, height,
// width].
std::vector<Signal> load_recordings(const Input& input, const std::vector<std::string>& files,
                                    const Binning& binning, Report& report);

// One signal per image of the .npy file; batched: it had a batch axis. Throws InputError: no --steps, another
// shape, a pixel that is no probability.
std::vector<Signal> load_images(const Input& input, const std::string& file, const InputFlags& flags,
                                bool& batched, Report& report);

}  // namespace synfire::cli
