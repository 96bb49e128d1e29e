// The two files that a host exchanges with firmware that records every neuron: spikes in, states out.
// Freestanding C++17; shared by firmware and host. All numbers are little endian.
//
// Input file:
//   uint32 input_magic, uint32 format_version, uint32 input neurons, uint32 bytes of values in a step, uint32
//   samples, then per sample: uint32 steps, then per step the spikes of all inputs one after another, 8 to a
//   byte, lowest bit first, padded to whole bytes, and the levels of all inputs that are numbers, each in the
//   bytes in which the network takes it.
// Record file:
//   uint32 record_magic, uint32 format_version, uint32 bytes of a step, uint32 samples,
//   then per sample and step, population by population: n bytes s (0 or 1), n int32 u, n int32 v, the values
//   after the step and after any reset; where u is not filtered it is the bounded input of this step;
//   then uint32 record_end.
#pragma once

#include <stdint.h>

namespace synfire::rt {

inline constexpr uint32_t input_magic = 0x4E494653;   // "SFIN"
inline constexpr uint32_t record_magic = 0x43524653;  // "SFRC"
inline constexpr uint32_t record_end = 0x444E4553;    // "SEND"
inline constexpr uint32_t format_version = 2;
inline constexpr uint32_t header_bytes = 16;
inline constexpr uint32_t bytes_per_neuron = 9;  // s, u, v

// The names of both files in the working directory of the simulator.
inline constexpr char input_file[] = "synfire-input.bin";
inline constexpr char record_file[] = "synfire-record.bin";

// Exit codes of the recording firmware.
enum class FirmwareExit : uint8_t {
    good = 0,
    no_input_file = 10,
    wrong_input_header = 11,
    input_too_short = 12,
    cannot_write = 13,
    production_differs = 14,  // the model as compiled for production disagrees with the recorded run
    fault = 99,               // processor exception
};

constexpr void put_le32(uint8_t* bytes, uint32_t value) {
    for (int i = 0; i < 4; ++i) bytes[i] = static_cast<uint8_t>(value >> (8 * i));
}

constexpr uint32_t get_le32(const uint8_t* bytes) {
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value |= uint32_t{bytes[i]} << (8 * i);
    return value;
}

constexpr uint32_t packed_bytes(uint32_t neurons) {
    return (neurons + 7) / 8;
}

}  // namespace synfire::rt
