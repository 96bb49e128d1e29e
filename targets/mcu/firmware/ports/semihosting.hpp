// Files and exit codes of the host, through a debugger or a simulator: Arm's semihosting interface, which
// RISC-V shares (Arm document "Semihosting for AArch32 and AArch64").
#pragma once

#include <stdint.h>

// operation: a SYS_ number; block: its parameters. Returns what the operation returns. Defined by the core.
extern "C" int32_t semihost(int32_t operation, const void* block);

namespace synfire::semihosting {

enum class Mode : uint32_t { read = 1, write = 5 };  // fopen's "rb" and "wb"

// Returns a handle, or -1.
template <uint32_t size>
inline int32_t open(const char (&name)[size], Mode mode) {
    const uint32_t block[] = {static_cast<uint32_t>(reinterpret_cast<uintptr_t>(name)),
                              static_cast<uint32_t>(mode), size - 1};
    return semihost(0x01, block);
}

// Reads exactly this many bytes; false where the file ends before.
inline bool read(int32_t handle, void* bytes, uint32_t count) {
    const uint32_t block[] = {static_cast<uint32_t>(handle),
                              static_cast<uint32_t>(reinterpret_cast<uintptr_t>(bytes)), count};
    return count == 0 || semihost(0x06, block) == 0;
}

inline bool write(int32_t handle, const void* bytes, uint32_t count) {
    const uint32_t block[] = {static_cast<uint32_t>(handle),
                              static_cast<uint32_t>(reinterpret_cast<uintptr_t>(bytes)), count};
    return count == 0 || semihost(0x05, block) == 0;
}

inline bool close(int32_t handle) {
    const uint32_t block[] = {static_cast<uint32_t>(handle)};
    return semihost(0x02, block) == 0;
}

// Ends the simulation with this exit code (SYS_EXIT_EXTENDED, reason ADP_Stopped_ApplicationExit).
[[noreturn]] inline void exit(uint32_t code) {
    const uint32_t block[] = {0x20026, code};
    semihost(0x20, block);
    for (;;) {
    }
}

}  // namespace synfire::semihosting
