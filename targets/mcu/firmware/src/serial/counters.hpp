// What a processor counts of its own work. Nothing where it has no counter, or one that does not run.
#pragma once

#include <stdint.h>

#include "runtime/link.hpp"

namespace synfire {

struct Stopwatch {
    rt::Counter kind = rt::Counter::none;
    rt::Counts start{};
};

// 0 counts nothing: where a program may not touch these registers.
#if !defined(SYNFIRE_COUNTERS)
#define SYNFIRE_COUNTERS 1
#endif

#if SYNFIRE_COUNTERS && defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'

inline volatile uint32_t& word_at(uintptr_t address) {
    return *reinterpret_cast<volatile uint32_t*>(address);
}

inline rt::Counts read(const Stopwatch& watch) {
    if (watch.kind == rt::Counter::dwt) return {word_at(0xE0001004), 0};          // DWT_CYCCNT
    if (watch.kind == rt::Counter::systick) return {0 - word_at(0xE000E018), 0};  // SYST_CVR counts down
    return {};
}

inline bool runs(const Stopwatch& watch) {
    const uint32_t before = read(watch).cycles;
    for (volatile int i = 0; i < 8; i = i + 1) {
    }
    return read(watch).cycles != before;
}

// Cycle counter of the debug unit; else the system timer, unless it is in use (Armv7-M Architecture Reference
// Manual, DDI 0403, C1.8 and B3.3).
inline void prepare(Stopwatch& watch) {
#if __ARM_ARCH >= 7 && !defined(__ARM_ARCH_8M_BASE__)
    word_at(0xE000EDFC) = word_at(0xE000EDFC) | 1U << 24;  // DEMCR.TRCENA
    word_at(0xE0001FB0) = 0xC5ACCE55;                      // DWT_LAR: Cortex-M7 locks the unit
    word_at(0xE0001000) = word_at(0xE0001000) | 1U;        // DWT_CTRL.CYCCNTENA
    watch.kind = rt::Counter::dwt;
    if (runs(watch)) return;
#endif
    watch.kind = rt::Counter::none;
    if ((word_at(0xE000E010) & 1) != 0) return;
    word_at(0xE000E014) = 0x00FFFFFF;  // SYST_RVR
    word_at(0xE000E018) = 0;
    word_at(0xE000E010) = 5;  // SYST_CSR: enabled, processor clock, no interrupt
    watch.kind = rt::Counter::systick;
    if (!runs(watch)) watch.kind = rt::Counter::none;
}

inline void begin(Stopwatch& watch) {
    // Reading SYST_CSR clears COUNTFLAG.
    const uint32_t flags = watch.kind == rt::Counter::systick ? word_at(0xE000E010) : 0;
    static_cast<void>(flags);
    watch.start = read(watch);
}

inline rt::Counts end(const Stopwatch& watch) {
    const uint32_t cycles = read(watch).cycles - watch.start.cycles;
    if (watch.kind != rt::Counter::systick) return {cycles, 0};
    // Of 24 bits: once around is still known, more is not.
    const bool around = (word_at(0xE000E010) & 1U << 16) != 0;
    const bool lower = (cycles & 0x80000000U) == 0;
    return {around && lower ? 0 : cycles & 0x00FFFFFF, 0};
}

#elif SYNFIRE_COUNTERS && defined(__riscv_zicsr) && \
    !defined(ESP_PLATFORM)  // whose cores trap: they count in registers of their own

// Counters of machine mode (RISC-V Privileged Architecture, "Hardware Performance Monitor").
inline rt::Counts read_counters() {
    uint32_t cycles = 0, instructions = 0;
    asm volatile("csrr %0, mcycle\n csrr %1, minstret" : "=r"(cycles), "=r"(instructions));
    return {cycles, instructions};
}

inline void prepare(Stopwatch& watch) {
    watch.kind = rt::Counter::riscv;
}

inline void begin(Stopwatch& watch) {
    watch.start = read_counters();
}

inline rt::Counts end(const Stopwatch& watch) {
    const rt::Counts now = read_counters();
    return {now.cycles - watch.start.cycles, now.instructions - watch.start.instructions};
}

#else

inline void prepare(Stopwatch&) {}
inline void begin(Stopwatch&) {}
inline rt::Counts end(const Stopwatch&) {
    return {};
}

#endif

}  // namespace synfire
