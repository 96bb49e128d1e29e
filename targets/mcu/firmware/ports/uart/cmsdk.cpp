// The APB UART of Arm's Cortex-M System Design Kit (Arm DDI 0479, chapter "APB components").
#include "ports/generic/port.hpp"

namespace {

struct Uart {
    uint32_t data;
    uint32_t state;    // bit 0: transmitter full, bit 1: receiver full
    uint32_t control;  // bit 0: transmitter on, bit 1: receiver on
    uint32_t interrupts;
    uint32_t divisor;  // of the clock, at least 16
};

volatile Uart& uart = *reinterpret_cast<volatile Uart*>(SYNFIRE_UART_BASE);

}  // namespace

void port_init() {
    uart.divisor = SYNFIRE_CLOCK_HZ / SYNFIRE_BAUD;
    uart.control = 3;
}

void port_read(uint8_t* bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        while ((uart.state & 2) == 0) {
        }
        bytes[i] = static_cast<uint8_t>(uart.data);
    }
}

void port_write(const uint8_t* bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        while ((uart.state & 1) != 0) {
        }
        uart.data = bytes[i];
    }
}
