// For front ends that hand their input to a library in a child process.
#pragma once

#include <pthread.h>
#include <sanitizer/common_interface_defs.h>

namespace synfire {

// The fuzzer keeps the input on which its process dies. That the library dies in a child process is expected.
inline void let_children_die() {
    pthread_atfork(nullptr, nullptr, [] { __sanitizer_set_death_callback(nullptr); });
}

}  // namespace synfire
