// Kernels for Armv6-M: Cortex-M0, M0+ and M1. Rows are biased, as in armv7m.cpp; without shifted operands a
// word of weights takes a fourth instruction.
#include "runtime/kernels/narrow.hpp"

#if !defined(__arm__)
#error "these tables are for Cortex-M0: compile the network for another core, or for none"
#endif

// r6-r12, lr: sums of 16 neurons, per word of weights first bytes 0 and 2, then bytes 1 to 3; r4: next row of
// the list, whose entries advance by a block each time; r5: mask. Stack: rows, sum, row_bytes, then the bias
// of both kinds of sums, 128 for each event in every lane. 22 instructions per 16 synapses.
asm(R"(
    .macro synfire_add_low weights, even, odd
    lsrs r2, \weights, #8
    adds \odd, \odd, r2
    ands \weights, r5
    adds \even, \even, \weights
    .endm

    .macro synfire_add_high weights, even, odd
    lsrs r2, \weights, #8
    add \odd, r2
    ands \weights, r5
    add \even, \weights
    .endm

    @ r0, r1: the two sums of a word; r4, r5: their biases; r7: where the four neurons go; changes r2, r3.
    .macro synfire_store
    subs r0, r0, r4
    sxth r2, r0
    subs r0, r0, r2
    asrs r3, r0, #8
    subs r1, r1, r3
    subs r1, r1, r5
    uxth r2, r2
    orrs r0, r2
    sxth r2, r1
    subs r1, r1, r2
    uxth r2, r2
    orrs r1, r2
    stm r7!, {r0, r1}
    .endm

    .section .text.synfire_accumulate, "ax"
    .syntax unified
    .thumb
    .balign 4
    .globl synfire_accumulate
    .type synfire_accumulate, %function
    .thumb_func
synfire_accumulate:
    push {r4-r7, lr}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r4-r7}
    lsls r4, r3, #7
    lsls r5, r3, #23
    adds r4, r4, r5
    lsls r5, r3, #15
    adds r5, r5, r4
    adds r2, r1, r2
    adds r2, r2, r2
    subs r2, r2, r1
    sub sp, #20
    str r0, [sp]
    str r1, [sp, #4]
    str r2, [sp, #8]
    str r4, [sp, #12]
    str r5, [sp, #16]
1:  ldr r4, [sp]
    ldr r5, 9f
    movs r6, #0
    movs r7, #0
    mov r8, r6
    mov r9, r6
    mov r10, r6
    mov r11, r6
    mov r12, r6
    mov lr, r6
    ldr r3, [r4]
    cmp r3, #0
    bmi 3f
2:  ldm r3!, {r0, r1}
    synfire_add_low r0, r6, r7
    synfire_add_high r1, r8, r9
    ldm r3!, {r0, r1}
    synfire_add_high r0, r10, r11
    synfire_add_high r1, r12, lr
    stm r4!, {r3}
    ldr r3, [r4]
    cmp r3, #0
    bpl 2b
3:  mov r0, r6
    mov r1, r7
    ldr r7, [sp, #4]
    ldr r4, [sp, #12]
    ldr r5, [sp, #16]
    synfire_store
    mov r0, r8
    mov r1, r9
    synfire_store
    mov r0, r10
    mov r1, r11
    synfire_store
    mov r0, r12
    mov r1, lr
    synfire_store
    str r7, [sp, #4]
    ldr r0, [sp, #8]
    cmp r7, r0
    bne 1b
    add sp, #20
    pop {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7, pc}
    .balign 4
9:  .word 0x00ff00ff
    .size synfire_accumulate, . - synfire_accumulate
    .text
)");

uint16_t* synfire_update(const synfire::rt::LaneUpdate* update) {
    return synfire::rt::update_narrow(*update);
}
