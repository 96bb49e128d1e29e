// How far long work has come.
#pragma once

#include <cstddef>
#include <functional>

namespace synfire::cli {

// Called with the number of parts done. A bar on a terminal; nothing on a pipe or with --quiet.
std::function<void(std::size_t)> progress_bar(std::size_t total, bool quiet);

}  // namespace synfire::cli
