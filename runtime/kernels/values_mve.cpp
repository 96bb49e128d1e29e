// Products of values for the vector extension of Armv8.1-M: Cortex-M55. Sixteen bytes of weights are
// multiplied with sixteen levels and added up by one instruction, eight where levels have 16 bits.
#include "runtime/kernels/values.hpp"

#if !defined(__ARM_FEATURE_MVE)
#error "these tables are for Cortex-M55: compile the network for another core, or for none"
#endif

// r0: weights; r1: levels; r2: sum; r3: blocks; r4, r6, r8, r10: sums of four neurons; r5: next levels; r11:
// groups. 10 instructions per 64 products. There are no products of signed weights and levels without sign:
// the weights are then biased by 128, and so much of all levels, in r12, is taken away.
asm(R"(
    .macro synfire_products type, levels, weights, step, groups
    .section .text.synfire_products_\type, "ax"
    .syntax unified
    .thumb
    .balign 8
    .globl synfire_products_\type
    .type synfire_products_\type, %function
    .thumb_func
synfire_products_\type:
    push {r4-r11, lr}
    ldr r11, [sp, #36]
    lsr r11, r11, #\groups
1:  mov r5, r1
    mov r4, #0
    mov r6, #0
    mov r8, #0
    mov r10, #0
    mov r12, #0
    dls lr, r11
2:  \levels q0, [r5], #16
    .irp sum, r4, r6, r8, r10
    \weights q1, [r0], #\step
    vmladava.\type \sum, q0, q1
    .endr
    .ifc \type, u8
    vaddva.u8 r12, q0
    .endif
    le lr, 2b
    .ifc \type, u8
    .irp sum, r4, r6, r8, r10
    sub \sum, \sum, r12, lsl #7
    .endr
    .endif
    stm r2!, {r4, r6, r8, r10}
    subs r3, r3, #1
    bne 1b
    pop {r4-r11, pc}
    .size synfire_products_\type, . - synfire_products_\type
    .endm

    synfire_products s8, vldrb.8, vldrb.8, 16, 4
    synfire_products u8, vldrb.8, vldrb.8, 16, 4
    synfire_products s16, vldrh.16, vldrb.s16, 8, 3
    .text
)");
