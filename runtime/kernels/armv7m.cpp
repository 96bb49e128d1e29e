// Kernels for Armv7-M without the DSP extension: Cortex-M3. Rows are biased (RowOrder): the unsigned bytes 0
// and 2 of a word are added as two halfwords, bytes 1 to 3 as one shifted word, from which the known sum of
// byte 2 is taken once, at the end.
#include "runtime/kernels/lanes.hpp"

#if !defined(__ARM_ARCH_7M__) && !defined(__ARM_ARCH_7EM__)
#error "these tables are for Cortex-M3: compile the network for another core, or for none"
#endif

// r4-r11: sums of 16 neurons, per word of weights first bytes 0 and 2, then bytes 1 to 3; r0-r3: their
// weights; r12: next row of the list; lr: offset of the block in a row. Stack: zeros, rows, sum, row_bytes,
// then what is too much in both kinds of sums: 128 for each event in every lane, less 32768 so that no lane
// borrows from the next one before its highest bit is turned. 16 instructions per 16 synapses, 40 per 16
// neurons.
asm(R"(
    .macro synfire_add weights, even, odd
    add \odd, \odd, \weights, lsr #8
    bic \weights, \weights, #0xff00ff00
    add \even, \even, \weights
    .endm

    .macro synfire_store even, odd
    sub \even, \even, r0
    sub \odd, \odd, r1
    lsr r3, \even, #16
    sub \odd, \odd, r3, lsl #8
    eor \even, \even, #0x80008000
    eor \odd, \odd, #0x80008000
    strd \even, \odd, [r2], #8
    .endm

    .section .text.synfire_accumulate, "ax"
    .syntax unified
    .thumb
    .balign 8
    .globl synfire_accumulate
    .type synfire_accumulate, %function
    .thumb_func
synfire_accumulate:
    push {r4-r11, lr}
    lsl r4, r3, #7
    sub r4, r4, #32768
    add r5, r4, r4, lsl #8
    add r5, r5, r4, lsl #16
    add r4, r4, r4, lsl #16
    strd r4, r5, [sp, #-24]!
    adr r4, 9f
    strd r4, r0, [sp, #8]
    strd r1, r2, [sp, #16]
    mov lr, #0
1:  ldrd r1, r12, [sp, #8]
    ldm r1, {r4-r11}
    ldr r3, [r12], #4
    adds r3, r3, lr
    bmi 3f
2:  ldm r3, {r0-r3}
    synfire_add r0, r4, r5
    synfire_add r1, r6, r7
    synfire_add r2, r8, r9
    synfire_add r3, r10, r11
    ldr r3, [r12], #4
    adds r3, r3, lr
    bpl 2b
3:  ldrd r0, r1, [sp]
    ldr r2, [sp, #16]
    add r2, r2, lr, lsl #1
    synfire_store r4, r5
    synfire_store r6, r7
    synfire_store r8, r9
    synfire_store r10, r11
    ldr r2, [sp, #20]
    add lr, lr, #16
    cmp lr, r2
    bne 1b
    add sp, #24
    pop {r4-r11, pc}
    .balign 4
9:  .word 0, 0, 0, 0, 0, 0, 0, 0
    .size synfire_accumulate, . - synfire_accumulate
    .text
)");

// As in dsp.cpp, with one instruction more per neuron to take a sum out of its word. r0: v; r1: sum; r2:
// leak; r3: threshold, or parameters; r12: scale; r11: end of v; lr: spikes. Stack: start of v, amount.
asm(R"(
    .macro synfire_leak old, new
    mla \new, \new, r12, \old
    smlal \old, \new, \old, r2
    .endm

    .macro synfire_list value, limit, offset
    cmp \value, \limit
    ble 8f
    add r10, r9, #\offset
    strh r10, [lr], #2
    sub \value, \value, r8
8:
    .endm

    .macro synfire_four n
    ldrd r9, r10, [r1], #8
    ldm r0, {r5-r8}
    sxth r4, r9
    synfire_leak r5, r4
    asr r5, r9, #16
    synfire_leak r6, r5
    sxth r6, r10
    synfire_leak r7, r6
    asr r7, r10, #16
    synfire_leak r8, r7
    cmp r4, r3
    ittt le
    cmple r5, r3
    cmple r6, r3
    cmple r7, r3
    bgt 3\n\()f
2\n\(): stm r0!, {r4-r7}
    .endm

    .macro synfire_list_four n
3\n\():
    ldrd r9, r8, [sp]
    sub r9, r0, r9
    lsr r9, r9, #2
    synfire_list r4, r3, 0
    synfire_list r5, r3, 1
    synfire_list r6, r3, 2
    synfire_list r7, r3, 3
    b 2\n\()b
    .endm

    .macro synfire_two n
    ldrd r5, r6, [r0]
    ldm r3!, {r7-r10}
    add r7, r7, r5
    add r8, r8, r6
    ldrsh r4, [r1], #2
    mla r7, r4, r12, r7
    ldrsh r4, [r1], #2
    mla r8, r4, r12, r8
    smlal r5, r7, r5, r2
    smlal r6, r8, r6, r2
    cmp r7, r9
    it le
    cmple r8, r10
    bgt 5\n\()f
4\n\(): strd r7, r8, [r0], #8
    .endm

    .macro synfire_list_two n
5\n\():
    ldr r4, [sp]
    sub r4, r0, r4
    lsr r4, r4, #2
    cmp r7, r9
    ble 8f
    strh r4, [lr], #2
8:  cmp r8, r10
    ble 4\n\()b
    add r4, r4, #1
    strh r4, [lr], #2
    b 4\n\()b
    .endm

    .section .text.synfire_update, "ax"
    .syntax unified
    .thumb
    .balign 8
    .globl synfire_update
    .type synfire_update, %function
    .thumb_func
synfire_update:
    push {r4-r11, lr}
    ldr r4, [r2, #28]
    strd r0, r4, [sp, #-8]!
    mov lr, r3
    ldrd r6, r11, [r2, #12]
    ldm r2, {r2, r3, r12}
    add r11, r0, r11, lsl #2
    cmp r0, r11
    beq 7f
    cmp r6, #0
    bne 6f
1:  synfire_four 0
    synfire_four 1
    cmp r0, r11
    bne 1b
7:  mov r0, lr
    pop {r1, r2, r4-r11, pc}
    synfire_list_four 0
    synfire_list_four 1
6:  mov r3, r6
1:  synfire_two 0
    synfire_two 1
    cmp r0, r11
    bne 1b
    b 7b
    synfire_list_two 0
    synfire_list_two 1
    .size synfire_update, . - synfire_update
    .text
)");
