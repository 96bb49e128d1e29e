// One loop on several threads.
#pragma once

#include <cstddef>
#include <functional>

namespace synfire {

// Calls work(index) for 0..count-1, in any order; an exception of any is rethrown. threads 0: all cores.
void for_each_index(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& work);

}  // namespace synfire
