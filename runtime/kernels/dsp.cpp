// Kernels for cores with the DSP extension: Cortex-M4, M7 and M33. Rows are swapped (RowOrder), so that
// SXTAB16 adds bytes 0 and 2 of a word to the sums of two neighbours and, rotated, bytes 1 and 3 to those of
// the next two.
#include "runtime/kernels/lanes.hpp"

#if !defined(__ARM_FEATURE_DSP)
#error "these tables are for Cortex-M4, M7 or M33: compile the network for another core, or for none"
#endif

// r4-r11: sums of 16 neurons; r0-r3: their weights; r12: next row of the list; lr: offset of the block in a
// row. Stack: zeros, rows, sum, row_bytes. The end of the list is negative whatever the offset. 12
// instructions per 16 synapses, 11 per 16 neurons.
asm(R"(
    .section .text.synfire_accumulate, "ax"
    .syntax unified
    .thumb
    .balign 8
    .globl synfire_accumulate
    .type synfire_accumulate, %function
    .thumb_func
synfire_accumulate:
    push {r4-r11, lr}
    adr r4, 9f
    strd r4, r0, [sp, #-16]!
    strd r1, r2, [sp, #8]
    mov lr, #0
1:  ldrd r1, r12, [sp]
    ldm r1, {r4-r11}
    ldr r3, [r12], #4
    adds r3, r3, lr
    bmi 3f
2:  ldm r3, {r0-r3}
    sxtab16 r4, r4, r0
    sxtab16 r5, r5, r0, ror #8
    sxtab16 r6, r6, r1
    sxtab16 r7, r7, r1, ror #8
    sxtab16 r8, r8, r2
    sxtab16 r9, r9, r2, ror #8
    sxtab16 r10, r10, r3
    sxtab16 r11, r11, r3, ror #8
    ldr r3, [r12], #4
    adds r3, r3, lr
    bpl 2b
3:  ldrd r1, r2, [sp, #8]
    add r1, r1, lr, lsl #1
    stm r1, {r4-r11}
    add lr, lr, #16
    cmp lr, r2
    bne 1b
    add sp, #16
    pop {r4-r11, pc}
    .balign 4
9:  .word 0, 0, 0, 0, 0, 0, 0, 0
    .size synfire_accumulate, . - synfire_accumulate
    .text
)");

// At least one row of weights so small that bytes hold the sums of all. r4-r11: sums of 32 neurons, a byte
// for each, at first the first row itself; r0-r2: weights; r12: next row of the list; lr: offset of the block
// in a row. Stack: rows, sum, row_bytes. 14 instructions per 32 synapses, 41 less 11 per 32 neurons.
asm(R"(
    .macro synfire_widen_bytes first, second
    ldm r2, {r0, r1, r3, r12}
    sxtab16 r0, r0, \first
    sxtab16 r1, r1, \first, ror #8
    sxtab16 r3, r3, \second
    sxtab16 r12, r12, \second, ror #8
    stm r2!, {r0, r1, r3, r12}
    .endm

    .section .text.synfire_add_bytes, "ax"
    .syntax unified
    .thumb
    .balign 8
    .globl synfire_add_bytes
    .type synfire_add_bytes, %function
    .thumb_func
synfire_add_bytes:
    push {r4-r11, lr}
    push {r0-r2}
    mov lr, #0
1:  ldr r12, [sp]
    ldr r3, [r12], #4
    add r3, r3, lr
    ldm r3, {r4-r11}
    ldr r3, [r12], #4
    adds r3, r3, lr
    bmi 3f
2:  ldm r3!, {r0-r2}
    sadd8 r4, r4, r0
    sadd8 r5, r5, r1
    sadd8 r6, r6, r2
    ldm r3!, {r0-r2}
    sadd8 r7, r7, r0
    sadd8 r8, r8, r1
    sadd8 r9, r9, r2
    ldrd r0, r1, [r3]
    sadd8 r10, r10, r0
    sadd8 r11, r11, r1
    ldr r3, [r12], #4
    adds r3, r3, lr
    bpl 2b
3:  ldr r2, [sp, #4]
    add r2, r2, lr, lsl #1
    synfire_widen_bytes r4, r5
    synfire_widen_bytes r6, r7
    synfire_widen_bytes r8, r9
    synfire_widen_bytes r10, r11
    ldr r1, [sp, #8]
    add lr, lr, #32
    cmp lr, r1
    bne 1b
    add sp, #12
    pop {r4-r11, pc}
    .size synfire_add_bytes, . - synfire_add_bytes
    .text
)");

extern "C" void synfire_add_bytes(const synfire::rt::Row* rows, int16_t* sum, uint32_t row_bytes);

// Sums of no rows, then of one part after the other: an end cuts the list for the time of each.
void synfire_accumulate_bytes(synfire::rt::Row* rows, int16_t* sum, uint32_t row_bytes, uint32_t events,
                              uint32_t part) {
    const synfire::rt::Row first = rows[0];
    rows[0] = synfire::rt::last_row;
    synfire_accumulate(rows, sum, row_bytes, 0);
    rows[0] = first;
    for (; events > part; events -= part, rows += part) {
        const synfire::rt::Row next = rows[part];
        rows[part] = synfire::rt::last_row;
        synfire_add_bytes(rows, sum, row_bytes);
        rows[part] = next;
    }
    if (events > 0) synfire_add_bytes(rows, sum, row_bytes);
}

// At most 17 rows of nibbles. r4-r11: sums of 32 neurons, per word of weights first its low nibbles, a byte
// for each, then the words shifted by a nibble, from which the known sums of the low ones are taken once;
// r0-r3: weights; r12: next row of the list; lr: offset of the block in a row. Stack: zeros, rows, sum,
// row_bytes. 16 instructions per 32 synapses, 44 per 32 neurons.
asm(R"(
    .macro synfire_add_nibbles_of weights, low, high
    add \high, \high, \weights, lsr #4
    and \weights, \weights, #0x0f0f0f0f
    add \low, \low, \weights
    .endm

    .macro synfire_widen low, high
    lsr r3, \low, #8
    sub \high, \high, r3, lsl #4
    ldm r2, {r0, r1, r3, r12}
    uxtab16 r0, r0, \low
    uxtab16 r1, r1, \high
    uxtab16 r3, r3, \low, ror #8
    uxtab16 r12, r12, \high, ror #8
    stm r2!, {r0, r1, r3, r12}
    .endm

    .section .text.synfire_add_nibbles, "ax"
    .syntax unified
    .thumb
    .balign 8
    .globl synfire_add_nibbles
    .type synfire_add_nibbles, %function
    .thumb_func
synfire_add_nibbles:
    push {r4-r11, lr}
    adr r4, 9f
    strd r4, r0, [sp, #-16]!
    strd r1, r2, [sp, #8]
    mov lr, #0
1:  ldrd r1, r12, [sp]
    ldm r1, {r4-r11}
    ldr r3, [r12], #4
    adds r3, r3, lr
    bmi 3f
2:  ldm r3, {r0-r3}
    synfire_add_nibbles_of r0, r4, r5
    synfire_add_nibbles_of r1, r6, r7
    synfire_add_nibbles_of r2, r8, r9
    synfire_add_nibbles_of r3, r10, r11
    ldr r3, [r12], #4
    adds r3, r3, lr
    bpl 2b
3:  ldr r2, [sp, #8]
    add r2, r2, lr, lsl #2
    synfire_widen r4, r5
    synfire_widen r6, r7
    synfire_widen r8, r9
    synfire_widen r10, r11
    ldr r1, [sp, #12]
    add lr, lr, #16
    cmp lr, r1
    bne 1b
    add sp, #16
    pop {r4-r11, pc}
    .balign 4
9:  .word 0, 0, 0, 0, 0, 0, 0, 0
    .size synfire_add_nibbles, . - synfire_add_nibbles
    .text
)");

extern "C" void synfire_add_nibbles(const synfire::rt::Row* rows, int16_t* sum, uint32_t row_bytes);

// A byte holds what 17 nibbles add up to: longer lists are cut by an end for the time of a part.
void synfire_accumulate_nibbles(synfire::rt::Row* rows, int16_t* sum, uint32_t row_bytes, uint32_t events) {
    constexpr uint32_t part = 17;
    auto* const pairs = reinterpret_cast<uint32_t*>(sum);
    const uint32_t bias = (0U - 8 * events) & 0xFFFF;
    for (uint32_t k = 0; k < row_bytes; ++k) pairs[k] = bias << 16 | bias;
    for (; events > part; events -= part, rows += part) {
        const synfire::rt::Row next = rows[part];
        rows[part] = synfire::rt::last_row;
        synfire_add_nibbles(rows, sum, row_bytes);
        rows[part] = next;
    }
    synfire_add_nibbles(rows, sum, row_bytes);
}

// r0: v; r1: sum; r2: leak; r3: threshold, or parameters; r12: scale; r11: end of v; lr: spikes. Stack: start
// of v, amount. leak_and_add in two instructions: the high half of the 64-bit product starts with v + sum *
// scale, the low half with v itself, which is as good as its sign (LaneLayer). Four neurons are compared in a
// chain that the first one above its threshold ends. 4.5 instructions per neuron with one threshold, 7.3 with
// parameters.
asm(R"(
    .macro synfire_leak old, new, lane, sums
    smla\lane\()b \new, \sums, r12, \old
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
    synfire_leak r5, r4, b, r9
    synfire_leak r6, r5, t, r9
    synfire_leak r7, r6, b, r10
    synfire_leak r8, r7, t, r10
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
    ldr r4, [r1], #4
    ldrd r5, r6, [r0]
    ldm r3!, {r7-r10}
    smlabb r7, r4, r12, r7
    add r7, r7, r5
    smlal r5, r7, r5, r2
    smlatb r8, r4, r12, r8
    add r8, r8, r6
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
