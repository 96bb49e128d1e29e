// Products of values for cores with the DSP extension: Cortex-M4, M7 and M33. Levels have 16 bits; bytes of
// weights are swapped in groups of four, so that SXTB16 gives the pairs that SMLAD multiplies with two
// levels.
#include "runtime/kernels/values.hpp"

#if !defined(__ARM_FEATURE_DSP)
#error "these tables are for Cortex-M4, M7 or M33: compile the network for another core, or for none"
#endif

// r0: weights; r1: levels; r2, r3: four levels; r4-r7: sums of four neurons; r8-r11: four weights of each;
// lr: groups that are left, two in each turn. Stack: levels, sum, blocks, padded. 38 instructions per 32
// products.
asm(R"(
    .macro synfire_multiply weights, sum
    sxtb16 r12, \weights
    sxtb16 \weights, \weights, ror #8
    smlad \sum, r12, r2, \sum
    smlad \sum, \weights, r3, \sum
    .endm

    .macro synfire_multiply_group
    ldrd r2, r3, [r1], #8
    ldm r0!, {r8-r11}
    synfire_multiply r8, r4
    synfire_multiply r9, r5
    synfire_multiply r10, r6
    synfire_multiply r11, r7
    .endm

    .section .text.synfire_products_s16, "ax"
    .syntax unified
    .thumb
    .balign 8
    .globl synfire_products_s16
    .type synfire_products_s16, %function
    .thumb_func
synfire_products_s16:
    ldr r12, [sp]
    push {r4-r11, lr}
    push {r1, r2, r3, r12}
1:  ldr r1, [sp]
    ldr lr, [sp, #12]
    mov r4, #0
    mov r5, #0
    mov r6, #0
    mov r7, #0
    lsrs lr, lr, #3
    it cs
    addcs lr, lr, #1
    bcs 3f
2:  synfire_multiply_group
3:  synfire_multiply_group
    subs lr, lr, #1
    bne 2b
    ldrd r2, r3, [sp, #4]
    stm r2!, {r4-r7}
    subs r3, r3, #1
    strd r2, r3, [sp, #4]
    bne 1b
    add sp, #16
    pop {r4-r11, pc}
    .size synfire_products_s16, . - synfire_products_s16
    .text
)");
