# SiFive E (FE310): RV32IMAC, execute-in-place flash at 0x20400000, where it starts, 16 KiB of RAM at 0x80000000
# (FE310-G000 manual). In QEMU: qemu-system-riscv32 -M sifive_e. Records are written in small pieces, as RAM is short.
set(board_toolchain riscv64-unknown-elf)
set(board_core riscv)
set(board_compile_options -march=rv32imac_zicsr -mabi=ilp32 -DSYNFIRE_RECORD_BATCH=1024)
set(board_link_options -march=rv32imac -mabi=ilp32)
set(board_memory
  -Wl,--defsym=FLASH_ORIGIN=0x20400000 -Wl,--defsym=FLASH_LENGTH=0x00C00000
  -Wl,--defsym=RAM_ORIGIN=0x80000000 -Wl,--defsym=RAM_LENGTH=0x00004000)
set(board_uart sifive)
set(board_uart_definitions SYNFIRE_UART_BASE=0x10013000 SYNFIRE_UART_CLOCK_HZ=13800000)
set(board_simulator
  qemu-system-riscv32 -M sifive_e -bios none -display none -monitor none -serial none
  -semihosting-config enable=on,target=native -kernel)
