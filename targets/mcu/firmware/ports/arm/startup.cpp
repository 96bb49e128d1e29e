// Vector table, reset and semihosting of Cortex-M (Armv6-M, Armv7-M).
#include "ports/start.hpp"

extern "C" {

[[gnu::weak]] void fault() {
    for (;;) {
    }
}

[[noreturn]] void reset_handler() {
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
    0,
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
