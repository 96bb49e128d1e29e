// Runs a function that may crash, hang or spoil its memory in a process of its own, and brings its answer
// back. POSIX: fork without exec, and a pipe.
#pragma once

#include <cstddef>
#include <functional>

namespace synfire::hdf5 {

// Adds bytes to the answer.
using Put = std::function<void(const char* bytes, std::size_t count)>;

// The next count bytes of the answer; false where it ends before.
using Get = std::function<bool(char* bytes, std::size_t count)>;

enum class Ending { answered, failed, out_of_time };

// Calls work in a child process and meanwhile take in this one, with what the child puts. take says whether
// the answer is whole: what the child does afterwards does not count. The child prints nothing, runs no
// handlers of this process and computes for at most `seconds`. Throws std::system_error where no process can
// be started, and what take throws; the child is gone in any case.
Ending isolate(unsigned seconds, const std::function<void(const Put&)>& work,
               const std::function<bool(const Get&)>& take);

}  // namespace synfire::hdf5
