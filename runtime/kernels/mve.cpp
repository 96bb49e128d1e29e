// Kernels for the vector extension of Armv8.1-M: Cortex-M55. Rows have the natural order: eight weights are
// loaded into 16-bit lanes with their signs and added by two instructions. Membranes are those of narrow.hpp.
#include "runtime/kernels/narrow.hpp"

#if !defined(__ARM_FEATURE_MVE)
#error "these tables are for Cortex-M55: compile the network for another core, or for none"
#endif

// q0-q6: sums of up to 56 neurons; r0: next row of the list; r1: sum; r2: bytes of a row; r3: events; r4: the
// list; r5: offset of the pass in a row. Passes of 56 neurons, then of 32, 16 and 8. 17 instructions per 56
// synapses.
asm(R"(
    .macro synfire_add_eight q
    vldrb.s16 q7, [r6, #8*\q]
    vadd.i16 q\q, q\q, q7
    .endm

    .macro synfire_pass count, q:vararg
    .irp k, \q
    vmov.i32 q\k, #0
    .endr
    mov r0, r4
    wls lr, r3, 2f
1:  ldr r6, [r0], #4
    add r6, r6, r5
    .irp k, \q
    synfire_add_eight \k
    .endr
    le lr, 1b
2:
    .irp k, \q
    vstrh.16 q\k, [r1], #16
    .endr
    add r5, r5, #\count
    b 9b
    .endm

    .section .text.synfire_accumulate, "ax"
    .syntax unified
    .thumb
    .balign 8
    .globl synfire_accumulate
    .type synfire_accumulate, %function
    .thumb_func
synfire_accumulate:
    push {r4-r6, lr}
    vpush {d8-d15}
    mov r4, r0
    mov r5, #0
9:  subs r6, r2, r5
    beq 8f
    cmp r6, #56
    bhs 7f
    cmp r6, #32
    bhs 6f
    cmp r6, #16
    bhs 5f
    synfire_pass 8, 0
5:  synfire_pass 16, 0, 1
6:  synfire_pass 32, 0, 1, 2, 3
7:  synfire_pass 56, 0, 1, 2, 3, 4, 5, 6
8:  vpop {d8-d15}
    pop {r4-r6, pc}
    .size synfire_accumulate, . - synfire_accumulate
    .text
)");

// r0: v; r1: sum; r2: parameters; r3: spikes; r4: what is kept; r5: threshold; r6: scale; r7: neuron of the
// first lane. leak_narrow in four instructions for four neurons. Sixteen neurons with one threshold are
// compared at once, by their largest membrane; 2.3 instructions per neuron, with parameters 3.8.
asm(R"(
    .macro synfire_leak q, v
    vldrw.s32 \v, [r0], #16
    vshr.u32 \q, \v, #20
    vmla.s32 \q, \v, r4
    vldrh.s32 \v, [r1], #8
    vshr.s32 \q, \q, #12
    vmla.s32 \q, \v, r6
    .endm

    @ Lists the lanes that the predicate in r7 names: four equal bits for each.
    .macro synfire_list offset
1:  cbz r7, 2f
    rbit r9, r7
    clz r9, r9
    mov r10, #15
    lsl r10, r10, r9
    bic r7, r7, r10
    add r9, r8, r9, lsr #2
    add r9, r9, #\offset
    strh r9, [r3], #2
    b 1b
2:
    .endm

    .macro synfire_list_four q, offset
    vcmp.s32 gt, \q, r5
    vmrs r7, p0
    synfire_list \offset
    .endm

    .macro synfire_begin
    push {r4-r10, lr}
    ldr r4, [r2]
    asr r4, r4, #20
    add r4, r4, #4096
    ldrd r5, r6, [r2, #4]
    mov r8, #0
    ldr lr, [r2, #16]
    ldr r2, [r2, #12]
    .endm

    .section .text.synfire_update_alike, "ax"
    .syntax unified
    .thumb
    .balign 8
    .globl synfire_update_alike
    .type synfire_update_alike, %function
    .thumb_func
synfire_update_alike:
    synfire_begin
    vpush {d8-d11}
    lsrs lr, lr, #4
    beq 5f
3:  synfire_leak q0, q4
    synfire_leak q1, q4
    synfire_leak q2, q4
    synfire_leak q3, q4
    vstrw.32 q0, [r0, #-64]
    vstrw.32 q1, [r0, #-48]
    vstrw.32 q2, [r0, #-32]
    vstrw.32 q3, [r0, #-16]
    vmax.s32 q4, q0, q1
    vmax.s32 q5, q2, q3
    vmax.s32 q4, q4, q5
    vcmp.s32 gt, q4, r5
    vmrs r7, p0
    cbnz r7, 6f
4:  add r8, r8, #16
    le lr, 3b
5:  vpop {d8-d11}
    mov r0, r3
    pop {r4-r10, pc}
6:  synfire_list_four q0, 0
    synfire_list_four q1, 4
    synfire_list_four q2, 8
    synfire_list_four q3, 12
    b 4b
    .size synfire_update_alike, . - synfire_update_alike

    .section .text.synfire_update_own, "ax"
    .balign 8
    .globl synfire_update_own
    .type synfire_update_own, %function
    .thumb_func
synfire_update_own:
    synfire_begin
    lsrs lr, lr, #2
    beq 5f
3:  synfire_leak q0, q1
    vldrw.s32 q1, [r2], #16
    vadd.i32 q0, q0, q1
    vldrw.s32 q1, [r2], #16
    vstrw.32 q0, [r0, #-16]
    vcmp.s32 gt, q0, q1
    vmrs r7, p0
    cbnz r7, 6f
4:  add r8, r8, #4
    le lr, 3b
5:  mov r0, r3
    pop {r4-r10, pc}
6:  synfire_list 0
    b 4b
    .size synfire_update_own, . - synfire_update_own
    .text
)");

extern "C" {
// The first layer.whole / 16 * 16 neurons.
uint16_t* synfire_update_alike(int32_t* v, const int16_t* sum, const synfire::rt::LaneLayer* layer,
                               uint16_t* spikes);
uint16_t* synfire_update_own(int32_t* v, const int16_t* sum, const synfire::rt::LaneLayer* layer,
                             uint16_t* spikes);
}

uint16_t* synfire_update(int32_t* v, const int16_t* sum, const synfire::rt::LaneLayer* layer,
                         uint16_t* spikes) {
    if (layer->parameters != nullptr) return synfire_update_own(v, sum, layer, spikes);
    spikes = synfire_update_alike(v, sum, layer, spikes);
    const uint32_t done = layer->whole & ~15U;
    return done == layer->whole ? spikes
                                : synfire::rt::update_lanes(v, sum, *layer, spikes, done, layer->whole);
}
