// Layers of 16-bit membranes in one pass for the vector extension of Armv8.1-M: Cortex-M55. A pass holds the
// sums of up to 56 neurons in q0-q6. Its first row is loaded in their place; of two more rows at a time,
// eight weights after the other are loaded with their signs and added.
#include "runtime/kernels/fused.hpp"

#if !defined(__ARM_FEATURE_MVE)
#error "these tables are for Cortex-M55: compile the network for another core, or for none"
#endif

// r0: next arriving spike; r1: v; r2: how many arrive; r3: first neuron of the pass; r4: next entry of the
// layer's list; r5: weights of the pass in the first row; r8: bytes of a row, and what is kept; r9: minus
// what is kept; r12: neurons left; r6, r7, lr: scratch. Stack: start of the layer's list, start of the
// arriving one. An index times the bytes of a row is one multiplication of halves: two indices fill a word.
//
// Halves that are multiplied and doubled keep their high 16 bits, rounded down. A membrane below zero is
// therefore multiplied by less than zero and then subtracted, so that its magnitude is truncated.
asm(R"(
    .macro synfire_fused_begin
    push {r4-r11, lr}
    vpush {d8-d15}
    ldm r0!, {r5-r12}
    add r6, r3, r6, lsl #1
    add r4, r3, r7, lsl #1
    mov r3, #0
    .endm

    .macro synfire_fused_end kind
    pop {r0, r1}
    sub r0, r4, r0
    lsr r0, r0, #1
    .ifc \kind, own
    add sp, #8
    .endif
    vpop {d8-d15}
    pop {r4-r11, pc}
    .endm

    .macro synfire_add_eight q, row
    vldrb.s16 q7, [\row, #8*\q]
    vadd.i16 q\q, q\q, q7
    .endm

    @ The sums of a pass. An even number of rows begins with two of them, which count as one round of the loop.
    .macro synfire_sums q:vararg
    ldr r0, [sp, #4]
    lsrs lr, r2, #1
    bcs 3f
    beq 2f
    ldr r6, [r0], #4
    smlabt r7, r6, r8, r5
    smlatt r6, r6, r8, r5
    .irp k, \q
    vldrb.s16 q\k, [r7, #8*\k]
    .endr
    .irp k, \q
    synfire_add_eight \k, r6
    .endr
    b 5f
2:  .irp k, \q
    vmov.i32 q\k, #0
    .endr
    b 6f
3:  ldrh r6, [r0], #2
    smlabt r7, r6, r8, r5
    .irp k, \q
    vldrb.s16 q\k, [r7, #8*\k]
    .endr
    wls lr, lr, 6f
4:  ldr r6, [r0], #4
    smlabt r7, r6, r8, r5
    smlatt r6, r6, r8, r5
    .irp k, \q
    synfire_add_eight \k, r7
    synfire_add_eight \k, r6
    .endr
5:  le lr, 4b
6:
    .endm

    @ sum := what is kept of v, plus sum; v is lost.
    .macro synfire_leak sum, v
    vptee.s16 ge, \v, zr
    vqdmlaht.s16 \sum, \v, r8
    vqdmulhe.s16 \v, \v, r9
    vqsube.s16 \sum, \sum, \v
    .endm

    @ Lists the lanes that r6 names, two equal bits for each: from the lowest up.
    .macro synfire_list first
    rbit r6, r6
    add lr, r3, #\first
7:  clz r7, r6
    add lr, lr, r7, lsr #1
    strh lr, [r4], #2
    lsl r6, r6, r7
    lsls r6, r6, #2
    beq 8f
    add lr, lr, #1
    b 7b
    .endm

    @ Eight neurons that are alike: r10: threshold; r11: amount. 9 instructions, and 10 for a spike.
    .macro synfire_alike q
    vldrh.u16 q7, [r1]
    synfire_leak q\q, q7
    vcmp.s16 gt, q\q, r10
    vmrs r6, p0
    cbz r6, 8f
    vpst
    vsubt.i16 q\q, q\q, r11
    synfire_list 8*\q
8:  vstrh.16 q\q, [r1], #16
    .endm

    @ The last eight neurons or fewer: lanes behind them are neither read nor written.
    .macro synfire_alike_last
    vctp.16 r12
    vpst
    vldrht.u16 q7, [r1]
    synfire_leak q0, q7
    vctp.16 r12
    vpst
    vcmpt.s16 gt, q0, r10
    vmrs r6, p0
    cbz r6, 8f
    vpst
    vsubt.i16 q0, q0, r11
    synfire_list 0
8:  vctp.16 r12
    vpst
    vstrht.16 q0, [r1], #16
    .endm

    @ The same with parameters at r10. r0: scale; r11: the part that stays. 12 instructions, and 12 for a spike.
    .macro synfire_own q
    vldrh.u16 q7, [r10], #16
    vmla.s16 q7, q\q, r0
    vldrh.u16 q\q, [r1]
    synfire_leak q7, q\q
    vldrh.u16 q\q, [r10], #32
    vcmp.s16 gt, q7, q\q
    vmrs r6, p0
    cbz r6, 8f
    vldrh.u16 q\q, [r10, #-16]
    vpstt
    vmult.i16 q7, q7, r11
    vaddt.i16 q7, q7, q\q
    synfire_list 8*\q
8:  vstrh.16 q7, [r1], #16
    .endm

    .macro synfire_own_last
    vldrh.u16 q7, [r10], #16
    vmla.s16 q7, q0, r0
    vctp.16 r12
    vpst
    vldrht.u16 q0, [r1]
    synfire_leak q7, q0
    vldrh.u16 q0, [r10], #32
    vctp.16 r12
    vpst
    vcmpt.s16 gt, q7, q0
    vmrs r6, p0
    cbz r6, 8f
    vldrh.u16 q0, [r10, #-16]
    vpstt
    vmult.i16 q7, q7, r11
    vaddt.i16 q7, q7, q0
    synfire_list 0
8:  vctp.16 r12
    vpst
    vstrht.16 q7, [r1], #16
    .endm

    @ Neurons: those of the pass.
    .macro synfire_fused_pass kind, neurons, q:vararg
    synfire_sums \q
    .ifc \kind, own
    ldr r0, [sp, #8]
    .endif
    .irp k, \q
    synfire_\kind \k
    .endr
    add r5, r5, #\neurons
    add r3, r3, #\neurons
    subs r12, r12, #\neurons
    .endm

    @ Passes of 56 neurons, then of 32, 16, and 8 or fewer.
    .macro synfire_fused_passes kind
    push {r4, r6}
    subs r12, r12, #56
    blo 20f
10: synfire_fused_pass \kind, 56, 0, 1, 2, 3, 4, 5, 6
    bhs 10b
20: adds r12, r12, #56
    beq 60f
    cmp r12, #32
    blo 30f
    synfire_fused_pass \kind, 32, 0, 1, 2, 3
    beq 60f
30: cmp r12, #16
    blo 40f
    synfire_fused_pass \kind, 16, 0, 1
    beq 60f
40: synfire_sums 0
    .ifc \kind, own
    ldr r0, [sp, #8]
    .endif
    synfire_\kind\()_last
    add r5, r5, #8
    add r3, r3, #8
    subs r12, r12, #8
    bgt 40b
60:
    .endm

    .section .text.synfire_step_alike, "ax"
    .syntax unified
    .thumb
    .balign 8
    .globl synfire_step_alike
    .type synfire_step_alike, %function
    .thumb_func
synfire_step_alike:
    synfire_fused_begin
    synfire_fused_passes alike
    synfire_fused_end
    .size synfire_step_alike, . - synfire_step_alike

    .section .text.synfire_step_own, "ax"
    .balign 8
    .globl synfire_step_own
    .type synfire_step_own, %function
    .thumb_func
synfire_step_own:
    synfire_fused_begin
    ldr r10, [r0, #8]
    ldrd r0, r11, [r0]
    push {r0, lr}
    synfire_fused_passes own
    synfire_fused_end own
    .size synfire_step_own, . - synfire_step_own
    .text
)");
