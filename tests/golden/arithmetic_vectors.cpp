// The runtime's arithmetic against recorded neurons, checked while compiling: the same source is compiled for
// the host and for microcontrollers, and nothing has to run. Freestanding C++17.
#include "tests/golden/arithmetic_vectors.hpp"

namespace synfire::rt::golden {
namespace {

// The first step that differs, or -1.
constexpr int first_difference(const Vector& vector) {
    NeuronState state = vector.state;
    for (int t = 0; t < vector.count; ++t) {
        const VectorStep& expected = vector.steps[t];
        const bool spike = step(*vector.rules, vector.parameters, state, expected.sum);
        if (spike != (expected.s != 0) || state.u != expected.u || state.v != expected.v) return t;
    }
    return -1;
}

// The first vector that differs, or -1.
constexpr int first_different_vector() {
    int index = 0;
    for (const Vector& vector : vectors) {
        if (first_difference(vector) != -1) return index;
        ++index;
    }
    return -1;
}

constexpr int spikes() {
    int count = 0;
    for (const Vector& vector : vectors)
        for (int t = 0; t < vector.count; ++t) count += vector.steps[t].s;
    return count;
}

static_assert(first_different_vector() == -1);
static_assert(spikes() > 100);

// Two's complement saturation reaches one further down than the symmetric one.
static_assert(store(-40000, {16, Overflow::saturate}) == -32768);
static_assert(store(-32768, {16, Overflow::saturate}) == -32768);
static_assert(store(32768, {16, Overflow::saturate}) == 32767);
static_assert(store(-40000, {16, Overflow::clamp}) == -32767);
static_assert(decay_toward_zero(-32768, 2048, 12) == -16384);

// The soft reset of the next step has no public recording; worked by hand from equation 13 of Micheli et al.
// (2024) with beta = 1/2: v = 8; 4 + 8 = 12, spike; 6 + 8 - 10 = 4; 2 + 8 = 10, not above 10; 5 + 8 = 13,
// spike.
constexpr Rules plain = mcu_rules(12);
constexpr VectorStep next_step[] = {{8, 0, 8, 8}, {8, 1, 8, 12}, {8, 0, 8, 4}, {8, 0, 8, 10}, {8, 1, 8, 13}};
constexpr Vector soft{&plain, {4096, 2048, 0, 10, Reset::subtract_next_step, 10, 0}, {0, 0, 0}, next_step, 5};
static_assert(first_difference(soft) == -1);

// 32-bit state saturates, symmetrically.
constexpr VectorStep rising[] = {{INT32_MAX, 0, INT32_MAX, INT32_MAX}, {INT32_MAX, 0, INT32_MAX, INT32_MAX}};
constexpr Vector top{&plain, {0, 0, 5, INT32_MAX, Reset::none, 0, 0}, {0, 0, 0}, rising, 2};
static_assert(first_difference(top) == -1);
constexpr VectorStep falling[] = {{INT32_MIN, 0, -INT32_MAX, -INT32_MAX}, {-1, 0, -INT32_MAX, -INT32_MAX}};
constexpr Vector bottom{&plain, {0, 0, 0, 0, Reset::none, 0, 0}, {0, 0, 0}, falling, 2};
static_assert(first_difference(bottom) == -1);

#ifdef SYNFIRE_VECTORS_MUST_FAIL
// One unit of membrane potential too many must be seen.
constexpr VectorStep wrong[] = {{8, 0, 8, 9}};
static_assert(first_difference(Vector{&plain, {4096, 2048, 0, 10, Reset::none, 0, 0}, {0, 0, 0}, wrong, 1}) ==
              -1);
#endif

}  // namespace
}  // namespace synfire::rt::golden
