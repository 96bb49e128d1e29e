# Arm MPS2 with the AN385 image: Cortex-M3, 4 MiB of code memory at 0, 4 MiB of SRAM at 0x20000000
# (Arm application note AN385). In QEMU: qemu-system-arm -M mps2-an385.
set(board_toolchain arm-none-eabi)
set(board_core arm)
set(board_compile_options -mcpu=cortex-m3 -mthumb)
set(board_link_options -mcpu=cortex-m3 -mthumb)
set(board_memory
  -Wl,--defsym=FLASH_ORIGIN=0x00000000 -Wl,--defsym=FLASH_LENGTH=0x00400000
  -Wl,--defsym=RAM_ORIGIN=0x20000000 -Wl,--defsym=RAM_LENGTH=0x00400000)
set(board_uart cmsdk)
set(board_uart_definitions SYNFIRE_UART_BASE=0x40004000 SYNFIRE_CLOCK_HZ=25000000)
set(board_simulator
  qemu-system-arm -M mps2-an385 -display none -monitor none -serial none
  -semihosting-config enable=on,target=native -kernel)
