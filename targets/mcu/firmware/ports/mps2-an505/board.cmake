# Arm MPS2+ with the AN505 image: Cortex-M33 that starts in secure state; memory at its secure aliases, 4 MiB of code
# at 0x10000000, 2 MiB of SRAM at 0x38000000 (Arm application note AN505). In QEMU: qemu-system-arm -M mps2-an505.
set(board_toolchain arm-none-eabi)
set(board_core arm)
set(board_compile_options -mcpu=cortex-m33 -mthumb -mfloat-abi=soft)
set(board_link_options -mcpu=cortex-m33 -mthumb -mfloat-abi=soft)
set(board_memory
  -Wl,--defsym=FLASH_ORIGIN=0x10000000 -Wl,--defsym=FLASH_LENGTH=0x00400000
  -Wl,--defsym=RAM_ORIGIN=0x38000000 -Wl,--defsym=RAM_LENGTH=0x00200000)
set(board_uart cmsdk)
set(board_uart_definitions SYNFIRE_UART_BASE=0x50200000 SYNFIRE_CLOCK_HZ=20000000)
set(board_simulator
  qemu-system-arm -M mps2-an505 -display none -monitor none -serial none
  -semihosting-config enable=on,target=native -kernel)
