// Vector table, reset and semihosting of Cortex-M (Armv6-M, Armv7-M, Armv8-M).
#include "ports/start.hpp"

extern "C" {

[[gnu::weak]] void fault() {
    for (;;) {
    }
}

[[noreturn]] void reset_handler() {
#if defined(__ARM_FEATURE_MVE)
    // The vector unit is off after reset: full access in CPACR, then no tail predication outside of loops.
    *reinterpret_cast<volatile uint32_t*>(0xE000ED88) |= 0xFU << 20;
    asm volatile("dsb\n isb\n vmsr fpscr, %0" ::"r"(4U << 16) : "memory");
#endif
    start();
}

// Initial stack pointer, reset, then the system exceptions; no interrupt is enabled.
[[gnu::section(".start"), gnu::used]] const uintptr_t vector_table[16] = {
    reinterpret_cast<uintptr_t>(stack_top),
    reinterpret_cast<uintptr_t>(reset_handler),
    reinterpret_cast<uintptr_t>(fault),  // NMI
    reinterpret_cast<uintptr_t>(fault),  // HardFault
    reinterpret_cast<uintptr_t>(fault),  // MemManage
    reinterpret_cast<uintptr_t>(fault),  // BusFault
    reinterpret_cast<uintptr_t>(fault),  // UsageFault
    reinterpret_cast<uintptr_t>(fault),  // SecureFault of Armv8-M
    0,
    0,
    0,
    reinterpret_cast<uintptr_t>(fault),  // SVCall
    reinterpret_cast<uintptr_t>(fault),  // DebugMonitor
    0,
    reinterpret_cast<uintptr_t>(fault),   // PendSV
    reinterpret_cast<uintptr_t>(fault)};  // SysTick

int32_t semihost(int32_t operation, const void* block);
}

// The arguments are already in r0 and r1, the result is expected in r0.
asm(R"(
    .section .text.semihost, "ax"
    .thumb
    .syntax unified
    .balign 4
    .globl semihost
    .type semihost, %function
    .thumb_func
semihost:
    bkpt 0xab
    bx lr
    .text
)");
