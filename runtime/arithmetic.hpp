// The integer arithmetic of every deployed network: decay, wrap and clamp, each with its rounding in the
// name. Freestanding C++17, constexpr, no undefined or implementation-defined step: the host emulator, the
// firmware and the compile-time tests all call these functions, so a result cannot depend on where it was
// computed.
//
// always_inline: in firmware the registers are constants, and a call that the compiler leaves standing would
// carry every case for every register.
#pragma once

#include <stdint.h>

namespace synfire::rt {

// What happens to a value that leaves its register.
enum class Overflow : uint8_t {
    wrap,       // two's complement, range [-2^(bits-1), 2^(bits-1))
    wrap_once,  // Lava's current: one turn at most, range (-2^(bits-1), 2^(bits-1)] (lava/proc/lif/models.py)
    clamp,      // saturates, symmetric: [-(2^(bits-1) - 1), 2^(bits-1) - 1]
    saturate,   // saturates as processors do: [-2^(bits-1), 2^(bits-1) - 1]
};

// A register: how many bits it has and what it does when they do not suffice. bits is 2..32.
struct Register {
    uint8_t bits;
    Overflow overflow;
};

// Keeps the fraction (2^fraction_bits - d) / 2^fraction_bits of x; the kept magnitude is truncated, so the
// function is odd in x and moves every non-zero x with d > 0 at least one step towards zero. x: any value but
// INT32_MIN (no register holds it); d: 0..2^fraction_bits, 2^fraction_bits clears.
constexpr int32_t decay_toward_zero(int32_t x, int32_t d, int fraction_bits) {
    const uint32_t magnitude = x < 0 ? static_cast<uint32_t>(-x) : static_cast<uint32_t>(x);
    const uint32_t keep = (uint32_t{1} << fraction_bits) - static_cast<uint32_t>(d);
    const auto kept = static_cast<int32_t>((uint64_t{magnitude} * keep) >> fraction_bits);
    return x < 0 ? -kept : kept;
}

[[gnu::always_inline]] constexpr int32_t wrap_twos_complement(int64_t x, int bits) {
    const uint64_t turn = uint64_t{1} << bits;
    const uint64_t low = static_cast<uint64_t>(x) & (turn - 1);
    const auto value = static_cast<int64_t>(low);
    return static_cast<int32_t>(low >= turn / 2 ? value - static_cast<int64_t>(turn) : value);
}

// One turn at most, then two's complement in 32 bits, as Lava's int32 arrays behave.
[[gnu::always_inline]] constexpr int32_t wrap_once(int64_t x, int bits) {
    const int64_t half = int64_t{1} << (bits - 1);
    int64_t value = wrap_twos_complement(x, 32);
    if (value > half)
        value -= 2 * half;
    else if (value <= -half)
        value += 2 * half;
    return static_cast<int32_t>(value);
}

[[gnu::always_inline]] constexpr int32_t clamp_symmetric(int64_t x, int bits) {
    const int64_t limit = (int64_t{1} << (bits - 1)) - 1;
    return static_cast<int32_t>(x > limit ? limit : x < -limit ? -limit : x);
}

[[gnu::always_inline]] constexpr int32_t saturate_twos_complement(int64_t x, int bits) {
    const int64_t limit = (int64_t{1} << (bits - 1)) - 1;
    return static_cast<int32_t>(x > limit ? limit : x < -limit - 1 ? -limit - 1 : x);
}

[[gnu::always_inline]] constexpr int32_t store(int64_t x, Register to) {
    switch (to.overflow) {
        case Overflow::wrap:
            return wrap_twos_complement(x, to.bits);
        case Overflow::wrap_once:
            return wrap_once(x, to.bits);
        case Overflow::saturate:
            return saturate_twos_complement(x, to.bits);
        case Overflow::clamp:
            break;
    }
    return clamp_symmetric(x, to.bits);
}

// x * 2^exponent; a negative exponent rounds down (Lava shifts the sum of the weights arithmetically).
[[gnu::always_inline]] constexpr int64_t shift_floor(int64_t x, int exponent) {
    if (exponent >= 0) return x * (int64_t{1} << exponent);
    const int64_t divisor = int64_t{1} << -exponent;
    const int64_t quotient = x / divisor;
    return quotient - (x % divisor < 0 ? 1 : 0);
}

}  // namespace synfire::rt
