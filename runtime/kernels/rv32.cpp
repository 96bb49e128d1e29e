// Kernels for RV32IM. Rows are biased, as in armv7m.cpp: four instructions and a load for four weights.
#include "runtime/kernels/narrow.hpp"

#if !defined(__riscv) || __riscv_xlen != 32 || !defined(__riscv_mul)
#error "these tables are for RV32IM: compile the network for another core, or for none"
#endif

// s0-s11, t3-t6: sums of 32 neurons, or the first eight those of the last 16, per word of weights first bytes
// 0 and 2, then bytes 1 to 3; a0: next row of the list, a6: its end, a7: its start; a1: sum; a2: offset of
// the block in a row, a3: bytes of a row; a4: mask; t0-t2: weights. Stack: what callers keep, then what is
// too much in both kinds of sums, as in armv7m.cpp.
asm(R"(
    .macro synfire_add at, even, odd
    lw t1, \at(t0)
    srli t2, t1, 8
    add \odd, \odd, t2
    and t1, t1, a4
    add \even, \even, t1
    .endm

    # Four neurons from the two sums of a word; t0, a5: what is too much in them; t2: highest bits.
    .macro synfire_store at, even, odd
    sub \even, \even, t0
    sub \odd, \odd, a5
    srli t1, \even, 16
    slli t1, t1, 8
    sub \odd, \odd, t1
    xor \even, \even, t2
    xor \odd, \odd, t2
    sw \even, \at(a1)
    sw \odd, 4+\at(a1)
    .endm

    .macro synfire_next
    lw t0, 0(a0)
    addi a0, a0, 4
    add t0, t0, a2
    .endm

    .macro synfire_clear r:vararg
    .irp x, \r
    li \x, 0
    .endr
    .endm

    .section .text.synfire_accumulate, "ax"
    .balign 4
    .globl synfire_accumulate
    .type synfire_accumulate, @function
synfire_accumulate:
    addi sp, sp, -64
    sw s0, 0(sp)
    sw s1, 4(sp)
    sw s2, 8(sp)
    sw s3, 12(sp)
    sw s4, 16(sp)
    sw s5, 20(sp)
    sw s6, 24(sp)
    sw s7, 28(sp)
    sw s8, 32(sp)
    sw s9, 36(sp)
    sw s10, 40(sp)
    sw s11, 44(sp)
    mv a7, a0
    slli t0, a3, 2
    add a6, a0, t0
    slli t0, a3, 7
    li t1, 32768
    sub t0, t0, t1
    slli t1, t0, 8
    slli t2, t0, 16
    add t0, t0, t2
    add t1, t0, t1
    sw t0, 48(sp)
    sw t1, 52(sp)
    mv a3, a2
    li a2, 0
    li a4, 0x00ff00ff
1:  sub t0, a3, a2
    li t1, 32
    mv a0, a7
    bltu t0, t1, 5f
    synfire_clear s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6
    beq a0, a6, 3f
2:  synfire_next
    synfire_add 0, s0, s1
    synfire_add 4, s2, s3
    synfire_add 8, s4, s5
    synfire_add 12, s6, s7
    synfire_add 16, s8, s9
    synfire_add 20, s10, s11
    synfire_add 24, t3, t4
    synfire_add 28, t5, t6
    bne a0, a6, 2b
3:  lw t0, 48(sp)
    lw a5, 52(sp)
    li t2, 0x80008000
    synfire_store 0, s0, s1
    synfire_store 8, s2, s3
    synfire_store 16, s4, s5
    synfire_store 24, s6, s7
    synfire_store 32, s8, s9
    synfire_store 40, s10, s11
    synfire_store 48, t3, t4
    synfire_store 56, t5, t6
    addi a1, a1, 64
    addi a2, a2, 32
    bne a2, a3, 1b
    j 8f
5:  synfire_clear s0, s1, s2, s3, s4, s5, s6, s7
    beq a0, a6, 7f
6:  synfire_next
    synfire_add 0, s0, s1
    synfire_add 4, s2, s3
    synfire_add 8, s4, s5
    synfire_add 12, s6, s7
    bne a0, a6, 6b
7:  lw t0, 48(sp)
    lw a5, 52(sp)
    li t2, 0x80008000
    synfire_store 0, s0, s1
    synfire_store 8, s2, s3
    synfire_store 16, s4, s5
    synfire_store 24, s6, s7
8:  lw s0, 0(sp)
    lw s1, 4(sp)
    lw s2, 8(sp)
    lw s3, 12(sp)
    lw s4, 16(sp)
    lw s5, 20(sp)
    lw s6, 24(sp)
    lw s7, 28(sp)
    lw s8, 32(sp)
    lw s9, 36(sp)
    lw s10, 40(sp)
    lw s11, 44(sp)
    addi sp, sp, 64
    ret
    .size synfire_accumulate, . - synfire_accumulate
    .text
)");

// leak_narrow with one threshold for all neurons. a0: v; a1: sum; a3: spikes; a4: what is kept; a5: scale;
// a6: threshold; a7: start of v; t3: end of v. 10.4 instructions per neuron.
asm(R"(
    .macro synfire_one n
    lw t0, 4*\n(a0)
    lh t1, 2*\n(a1)
    mul t2, t0, a4
    srli t0, t0, 20
    mul t1, t1, a5
    add t2, t2, t0
    srai t2, t2, 12
    add t2, t2, t1
    sw t2, 4*\n(a0)
    bgt t2, a6, 3\n\()f
2\n\():
    .endm

    .macro synfire_list_one n
3\n\():
    sub t0, a0, a7
    srli t0, t0, 2
    addi t0, t0, \n
    sh t0, 0(a3)
    addi a3, a3, 2
    j 2\n\()b
    .endm

    .section .text.synfire_update_alike, "ax"
    .balign 4
    .globl synfire_update_alike
    .type synfire_update_alike, @function
synfire_update_alike:
    mv a7, a0
    lw t3, 16(a2)
    slli t3, t3, 2
    add t3, t3, a0
    lw a4, 0(a2)
    srai a4, a4, 20
    li t0, 4096
    add a4, a4, t0
    lw a5, 8(a2)
    lw a6, 4(a2)
    beq a0, t3, 5f
4:  synfire_one 0
    synfire_one 1
    synfire_one 2
    synfire_one 3
    synfire_one 4
    synfire_one 5
    synfire_one 6
    synfire_one 7
    addi a0, a0, 32
    addi a1, a1, 16
    bne a0, t3, 4b
5:  mv a0, a3
    ret
    synfire_list_one 0
    synfire_list_one 1
    synfire_list_one 2
    synfire_list_one 3
    synfire_list_one 4
    synfire_list_one 5
    synfire_list_one 6
    synfire_list_one 7
    .size synfire_update_alike, . - synfire_update_alike
    .text
)");

extern "C" uint16_t* synfire_update_alike(int32_t* v, const int16_t* sum, const synfire::rt::LaneLayer* layer,
                                          uint16_t* spikes);

uint16_t* synfire_update(int32_t* v, const int16_t* sum, const synfire::rt::LaneLayer* layer,
                         uint16_t* spikes) {
    return layer->parameters == nullptr ? synfire_update_alike(v, sum, layer, spikes)
                                        : synfire::rt::update_own(v, sum, *layer, spikes);
}
