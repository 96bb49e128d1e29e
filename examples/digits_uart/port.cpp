// The serial line of an STM32F446RE on a Nucleo-64 board: USART2 on PA2 and PA3, which the board's ST-LINK
// shows to the host as a serial port (UM1724, "USART communication"). Registers and bits: RM0390, the
// chapters named below.
//
// Nothing is set up before: after reset the core and all buses run from the internal 16 MHz oscillator
// (RM0390, "Clocks"), which is within 1 % at room temperature; the line bears 3 %.
#include "ports/generic/port.hpp"

namespace {

volatile uint32_t& at(uintptr_t address) {
    return *reinterpret_cast<volatile uint32_t*>(address);
}

// Reset and clock control: one bit per unit switches its clock on.
constexpr uintptr_t rcc = 0x40023800, ahb1_enable = rcc + 0x30, apb1_enable = rcc + 0x40;
constexpr uint32_t gpioa_clock = 1U << 0, usart2_clock = 1U << 17;

// Port A: two bits of mode per pin, four bits of alternate function per pin.
constexpr uintptr_t gpioa = 0x40020000, mode = gpioa + 0x00, alternate_low = gpioa + 0x20;
constexpr uint32_t alternate_mode = 2, usart2_function = 7;

// USART: status, data, baud rate, control.
constexpr uintptr_t usart2 = 0x40004400, status = usart2 + 0x00, data = usart2 + 0x04,
                    baud_rate = usart2 + 0x08, control = usart2 + 0x0C;
constexpr uint32_t received = 1U << 5, can_send = 1U << 7;                           // in status
constexpr uint32_t usart_on = 1U << 13, sender_on = 1U << 3, receiver_on = 1U << 2;  // in control

constexpr uint32_t clock = 16000000, baud = 115200;

void set_field(uintptr_t address, uint32_t width, uint32_t index, uint32_t value) {
    const uint32_t shift = width * index, mask = ((1U << width) - 1) << shift;
    at(address) = (at(address) & ~mask) | value << shift;
}

}  // namespace

void port_init() {
    at(ahb1_enable) = at(ahb1_enable) | gpioa_clock;
    at(apb1_enable) = at(apb1_enable) | usart2_clock;
    for (uint32_t pin = 2; pin <= 3; ++pin) {
        set_field(alternate_low, 4, pin, usart2_function);
        set_field(mode, 2, pin, alternate_mode);
    }
    // BRR is the divider times 16, and 16 samples are taken per bit: clock / baud, rounded.
    at(baud_rate) = (clock + baud / 2) / baud;
    at(control) = usart_on | sender_on | receiver_on;
}

// The host waits for the answer before it asks again, so that one byte of buffer in the USART is enough: no
// interrupt. Should a byte be overrun, reading status and then data clears the flag (RM0390, "USART_SR",
// ORE), and the CRC of the frame tells.
void port_read(uint8_t* bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        while ((at(status) & received) == 0) {
        }
        bytes[i] = static_cast<uint8_t>(at(data));
    }
}

void port_write(const uint8_t* bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        while ((at(status) & can_send) == 0) {
        }
        at(data) = bytes[i];
    }
}
