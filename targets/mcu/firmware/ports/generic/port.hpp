// What firmware/serial.cpp needs of a board: a line on which bytes come and go, for example a UART.
#pragma once

#include <stdint.h>

extern "C" {

// Called once: clocks, pins, the line.
void port_init();

// Waits until this many bytes have come.
void port_read(uint8_t* bytes, uint32_t count);

// Sends bytes; may return before they have left.
void port_write(const uint8_t* bytes, uint32_t count);
}
