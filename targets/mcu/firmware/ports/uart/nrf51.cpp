// The UART of Nordic's nRF51 (nRF51 Series Reference Manual, chapter "Universal Asynchronous
// Receiver/Transmitter") on the pins that the micro:bit's USB interface is wired to.
#include "ports/generic/port.hpp"

namespace {

volatile uint32_t& at(uint32_t offset) {
    return *reinterpret_cast<volatile uint32_t*>(SYNFIRE_UART_BASE + offset);
}

constexpr uint32_t start_receiver = 0x000, start_transmitter = 0x008, received = 0x108, sent = 0x11C,
                   enable = 0x500, transmit_pin = 0x50C, receive_pin = 0x514, receive_data = 0x518,
                   transmit_data = 0x51C, baud_rate = 0x524;

// BAUDRATE is 2^32 * baud / 16 MHz, rounded to 2^12.
constexpr uint32_t baud_bits =
    static_cast<uint32_t>(((uint64_t{SYNFIRE_BAUD} << 32) / 16000000 + 0x800) & 0xFFFFF000U);

}  // namespace

void port_init() {
    at(transmit_pin) = 24;
    at(receive_pin) = 25;
    at(baud_rate) = baud_bits;
    at(enable) = 4;
    at(start_transmitter) = 1;
    at(start_receiver) = 1;
}

void port_read(uint8_t* bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        while (at(received) == 0) {
        }
        at(received) = 0;
        bytes[i] = static_cast<uint8_t>(at(receive_data));
    }
}

void port_write(const uint8_t* bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        at(sent) = 0;
        at(transmit_data) = bytes[i];
        while (at(sent) == 0) {
        }
    }
}
