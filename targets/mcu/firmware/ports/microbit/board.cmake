# BBC micro:bit: nRF51822 with a Cortex-M0, 256 KiB of flash, 16 KiB of RAM (Nordic nRF51 Series Reference Manual).
# In QEMU: qemu-system-arm -M microbit. Records are written in small pieces, as RAM is short.
set(board_toolchain arm-none-eabi)
set(board_core arm)
set(board_compile_options -mcpu=cortex-m0 -mthumb -DSYNFIRE_RECORD_BATCH=1024)
set(board_link_options -mcpu=cortex-m0 -mthumb)
set(board_memory
  -Wl,--defsym=FLASH_ORIGIN=0x00000000 -Wl,--defsym=FLASH_LENGTH=0x00040000
  -Wl,--defsym=RAM_ORIGIN=0x20000000 -Wl,--defsym=RAM_LENGTH=0x00004000)
set(board_uart nrf51)
set(board_uart_definitions SYNFIRE_UART_BASE=0x40002000 SYNFIRE_CLOCK_HZ=16000000)
set(board_simulator
  qemu-system-arm -M microbit -display none -monitor none -serial none
  -semihosting-config enable=on,target=native -kernel)
