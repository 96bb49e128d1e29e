// A 16550 with registers of one byte (Texas Instruments, data sheet TL16C550C).
#include "ports/generic/port.hpp"

namespace {

volatile uint8_t& at(uint32_t offset) {
    return *reinterpret_cast<volatile uint8_t*>(SYNFIRE_UART_BASE + offset);
}

constexpr uint32_t data = 0, divisor_high = 1, fifo_control = 2, line_control = 3, line_status = 5;
constexpr uint32_t divisor = SYNFIRE_UART_CLOCK_HZ / (16 * SYNFIRE_BAUD);

}  // namespace

void port_init() {
    at(line_control) = 0x83;  // 8 bits, no parity; the first two registers are the divisor
    at(data) = static_cast<uint8_t>(divisor);
    at(divisor_high) = static_cast<uint8_t>(divisor >> 8);
    at(line_control) = 0x03;
    at(fifo_control) = 0x07;  // on, and emptied
}

void port_read(uint8_t* bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        while ((at(line_status) & 0x01) == 0) {
        }
        bytes[i] = at(data);
    }
}

void port_write(const uint8_t* bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        while ((at(line_status) & 0x20) == 0) {
        }
        at(data) = bytes[i];
    }
}
