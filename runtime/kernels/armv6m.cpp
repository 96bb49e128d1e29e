// Kernels for Armv6-M: Cortex-M0, M0+ and M1. Rows are biased, as in armv7m.cpp; without shifted operands a
// word of weights takes a fourth instruction.
#include "runtime/kernels/narrow.hpp"

#if !defined(__arm__)
#error "these tables are for Cortex-M0: compile the network for another core, or for none"
#endif

// r6-r12, lr: sums of 16 neurons, per word of weights first bytes 0 and 2, then bytes 1 to 3; r4: next row of
// the list, whose entries advance by a block each time; r5: mask. Stack: rows, sum, row_bytes, then what is
// too much in both kinds of sums, as in armv7m.cpp. 22 instructions per 16 synapses, 57 per 16 neurons.
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

    @ r0, r1: the two sums of a word; r4, r5: what is too much in them; r6: highest bits; r7: where four neurons go.
    .macro synfire_store
    subs r0, r0, r4
    subs r1, r1, r5
    lsrs r2, r0, #16
    lsls r2, r2, #8
    subs r1, r1, r2
    eors r0, r6
    eors r1, r6
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
    ldr r5, 9f + 8
    subs r3, r4, r5
    lsls r5, r3, #16
    adds r4, r3, r5
    lsls r5, r3, #8
    adds r5, r4, r5
    lsls r2, r2, #1
    adds r2, r1, r2
    ldr r3, 9f + 4
    sub sp, #24
    str r0, [sp]
    str r4, [sp, #4]
    str r5, [sp, #8]
    str r3, [sp, #12]
    str r1, [sp, #16]
    str r2, [sp, #20]
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
    add r2, sp, #4
    ldm r2!, {r4-r7}
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
    str r7, [sp, #16]
    ldr r0, [sp, #20]
    cmp r7, r0
    bne 1b
    add sp, #24
    pop {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7, pc}
    .balign 4
9:  .word 0x00ff00ff, 0x80008000, 32768
    .size synfire_accumulate, . - synfire_accumulate
    .text
)");

// leak_narrow with one threshold for all neurons. r0: v; r1: sum; r2: what is kept; r3: scale; r4: sums of
// two neurons; r8: threshold; r9: end of v; r10: spikes; r11: start of v. 12.9 instructions per neuron.
asm(R"(
    .macro synfire_one at, n, take:vararg
    ldr r5, [r0, #\at]
    movs r7, r5
    muls r7, r2
    lsrs r5, r5, #20
    adds r7, r7, r5
    asrs r7, r7, #12
    \take
    muls r6, r3
    adds r7, r7, r6
    str r7, [r0, #\at]
    cmp r7, r8
    bgt 3\n\()f
2\n\():
    .endm

    .macro synfire_pair at, n, m
    ldm r1!, {r4}
    synfire_one \at, \n, sxth r6, r4
    synfire_one \at+4, \m, asrs r6, r4, #16
    .endm

    .macro synfire_list_one n
3\n\():
    mov r5, r10
    mov r6, r11
    subs r6, r0, r6
    lsrs r6, r6, #2
    adds r6, #\n
    strh r6, [r5]
    adds r5, #2
    mov r10, r5
    b 2\n\()b
    .endm

    .section .text.synfire_update, "ax"
    .syntax unified
    .thumb
    .balign 4
    .globl synfire_update
    .type synfire_update, %function
    .thumb_func
synfire_update:
    push {r4-r7, lr}
    ldr r4, [r2, #12]
    cmp r4, #0
    beq 1f
    bl synfire_update_own
    pop {r4-r7, pc}
1:  mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r4-r7}
    mov r10, r3
    mov r11, r0
    ldr r3, [r2, #16]
    lsls r3, r3, #2
    adds r3, r0, r3
    mov r9, r3
    ldr r3, [r2, #4]
    mov r8, r3
    ldr r3, [r2, #8]
    ldr r4, [r2]
    asrs r4, r4, #20
    ldr r2, 9f
    adds r2, r2, r4
    cmp r0, r9
    beq 5f
4:  synfire_pair 0, 0, 1
    synfire_pair 8, 2, 3
    synfire_pair 16, 4, 5
    synfire_pair 24, 6, 7
    adds r0, #32
    cmp r0, r9
    bne 4b
5:  mov r0, r10
    pop {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7, pc}
    synfire_list_one 0
    synfire_list_one 1
    synfire_list_one 2
    synfire_list_one 3
    synfire_list_one 4
    synfire_list_one 5
    synfire_list_one 6
    synfire_list_one 7
    .balign 4
9:  .word 4096
    .size synfire_update, . - synfire_update
    .text
)");

extern "C" [[gnu::used]] uint16_t* synfire_update_own(int32_t* v, const int16_t* sum,
                                                      const synfire::rt::LaneLayer* layer, uint16_t* spikes) {
    return synfire::rt::update_own(v, sum, *layer, spikes);
}
