// Kernels for RV32IM. Rows are biased, as in armv7m.cpp: four instructions and a load for four weights.
#include "runtime/kernels/narrow.hpp"

#if !defined(__riscv) || __riscv_xlen != 32 || !defined(__riscv_mul)
#error "these tables are for RV32IM: compile the network for another core, or for none"
#endif

// s0-s11, t3-t6: sums of 32 neurons, or the first eight those of the last 16, per word of weights first bytes
// 0 and 2, then bytes 1 to 3; a0: next row of the list, a6: its end, a7: its start; a1: sum; a2: offset of
// the block in a row, a3: bytes of a row; a4: mask; t0-t2: weights. Stack: what callers keep, then the bias
// of both kinds of sums.
asm(R"(
    .macro synfire_add at, even, odd
    lw t1, \at(t0)
    srli t2, t1, 8
    add \odd, \odd, t2
    and t1, t1, a4
    add \even, \even, t1
    .endm

    # Four neurons from the two sums of a word; t0, a5: the biases of these.
    .macro synfire_store at, even, odd
    sub \even, \even, t0
    sh \even, \at(a1)
    slli t1, \even, 16
    srai t1, t1, 16
    sub \even, \even, t1
    srai t1, \even, 8
    sub \odd, \odd, t1
    sub \odd, \odd, a5
    sh \odd, 4+\at(a1)
    srli \even, \even, 16
    sh \even, 2+\at(a1)
    slli t1, \odd, 16
    srai t1, t1, 16
    sub \odd, \odd, t1
    srli \odd, \odd, 16
    sh \odd, 6+\at(a1)
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
    slli t1, a3, 23
    add t0, t0, t1
    slli t1, a3, 15
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

uint16_t* synfire_update(const synfire::rt::LaneUpdate* update) {
    return synfire::rt::update_narrow(*update);
}
