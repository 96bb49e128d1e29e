// UART0 of SiFive's FE310 (FE310-G002 Manual, chapters "UART" and "GPIO").
#include "ports/generic/port.hpp"

namespace {

volatile uint32_t& at(uintptr_t address) {
    return *reinterpret_cast<volatile uint32_t*>(address);
}

constexpr uintptr_t transmit = SYNFIRE_UART_BASE, receive = transmit + 4, transmit_control = transmit + 8,
                    receive_control = transmit + 12, divisor = transmit + 24, pin_function = 0x10012038;
constexpr uint32_t busy = uint32_t{1} << 31;  // of transmit: full; of receive: empty

}  // namespace

void port_init() {
    at(pin_function) = at(pin_function) | 3U << 16;  // GPIO 16 and 17 belong to UART0
    at(divisor) = SYNFIRE_UART_CLOCK_HZ / SYNFIRE_BAUD - 1;
    at(transmit_control) = 1;
    at(receive_control) = 1;
}

void port_read(uint8_t* bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        uint32_t word = busy;
        while ((word & busy) != 0) word = at(receive);
        bytes[i] = static_cast<uint8_t>(word);
    }
}

void port_write(const uint8_t* bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        while ((at(transmit) & busy) != 0) {
        }
        at(transmit) = bytes[i];
    }
}
