# Arm MPS3 with the AN547 image: Cortex-M55 with vector extension that starts in secure state; 512 KiB of code at
# 0x10000000, 512 KiB of data at 0x30000000 (Arm application note AN547). In QEMU: qemu-system-arm -M mps3-an547.
set(board_toolchain arm-none-eabi)
set(board_core arm)
set(board_compile_options -mcpu=cortex-m55 -mthumb -mfloat-abi=softfp)
set(board_link_options -mcpu=cortex-m55 -mthumb -mfloat-abi=softfp)
set(board_memory
  -Wl,--defsym=FLASH_ORIGIN=0x10000000 -Wl,--defsym=FLASH_LENGTH=0x00080000
  -Wl,--defsym=RAM_ORIGIN=0x30000000 -Wl,--defsym=RAM_LENGTH=0x00080000)
set(board_uart cmsdk)
set(board_uart_definitions SYNFIRE_UART_BASE=0x59303000 SYNFIRE_CLOCK_HZ=32000000)
set(board_simulator
  qemu-system-arm -M mps3-an547 -display none -monitor none -serial none
  -semihosting-config enable=on,target=native -kernel)
