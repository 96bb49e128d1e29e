// A device that stands in for a network: every step hashes its input into a state, so that each step that is
// lost, doubled or out of order shows. Shared by tests and fuzzer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/link.hpp"

namespace synfire::test {

struct CountingDevice {
    static constexpr bool observes = true;
    static constexpr std::uint32_t neurons = 20;
    static constexpr std::uint32_t value_bytes = 2;
    std::uint32_t input_bytes = 3;
    std::uint32_t capacity = 100;
    std::uint32_t state = 0;
    std::uint32_t resets = 0, steps = 0;

    rt::Hello hello() const {
        return {observes, rt::Counter::systick, 0x0123456789ABCDEF, 24, neurons, 4, capacity, 1000000, 0, 0};
    }
    std::uint32_t name(std::uint8_t* bytes) const {
        const std::string text = "counting";
        for (std::size_t i = 0; i < text.size(); ++i) bytes[i] = static_cast<std::uint8_t>(text[i]);
        return static_cast<std::uint32_t>(text.size());
    }
    void reset() {
        state = 0;
        ++resets;
    }
    void set_values(const std::uint8_t* levels) { state = state * 37 + rt::crc32(levels, value_bytes); }
    rt::Counts step(const std::uint8_t* spikes) {
        state = state * 31 + rt::crc32(spikes, input_bytes);
        ++steps;
        return {1000 + state % 1000, state % 77};
    }
    rt::Counts observe(const std::uint8_t* spikes) { return step(spikes); }
    std::uint32_t outputs(std::uint8_t* bytes) const {
        rt::put_le32(bytes, state);
        return 4;
    }
    void states(std::uint32_t first, std::uint32_t count, std::uint8_t* bytes) const {
        for (std::uint32_t i = first; i < first + count; ++i, bytes += rt::state_bytes) {
            bytes[0] = static_cast<std::uint8_t>(state >> i % 32 & 1);
            rt::put_le32(bytes + 1, state ^ i);
            rt::put_le32(bytes + 5, ~state ^ i);
        }
    }
};

}  // namespace synfire::test
