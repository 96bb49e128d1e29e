# QEMU's generic RISC-V machine as an RV32IMC microcontroller: RAM at 0x80000000 (docs/system/riscv/virt), of
# which the first 8 MiB stand for flash. qemu-system-riscv32 -M virt.
set(board_toolchain riscv64-unknown-elf)
set(board_core riscv)
set(board_compile_options -march=rv32imc_zicsr -mabi=ilp32)
# The compiler's own library comes for few architectures; rv32imac is the nearest that this machine runs.
set(board_link_options -march=rv32imac -mabi=ilp32)
set(board_memory
  -Wl,--defsym=FLASH_ORIGIN=0x80000000 -Wl,--defsym=FLASH_LENGTH=0x00800000
  -Wl,--defsym=RAM_ORIGIN=0x80800000 -Wl,--defsym=RAM_LENGTH=0x00800000)
set(board_uart ns16550)
set(board_uart_definitions SYNFIRE_UART_BASE=0x10000000 SYNFIRE_UART_CLOCK_HZ=3686400)
set(board_simulator
  qemu-system-riscv32 -M virt -bios none -display none -monitor none -serial none
  -semihosting-config enable=on,target=native -kernel)
