// Reset, traps and semihosting of RISC-V in machine mode.
#include "ports/start.hpp"

extern "C" {

[[gnu::weak]] void fault() {
    for (;;) {
    }
}

[[noreturn, gnu::used]] void start_from_reset() {
    start();
}

int32_t semihost(int32_t operation, const void* block);
}

asm(R"(
    .section .start, "ax"
    .globl reset_handler
reset_handler:
    la sp, stack_top
    la t0, trap
    csrw mtvec, t0
    j start_from_reset

    .balign 4
trap:
    j fault
    .text
)");

// The host recognises this sequence; it must be uncompressed and lie in one page.
asm(R"(
    .section .text.semihost, "ax"
    .balign 16
    .option push
    .option norvc
    .globl semihost
semihost:
    slli x0, x0, 0x1f
    ebreak
    srai x0, x0, 7
    ret
    .option pop
    .text
)");
