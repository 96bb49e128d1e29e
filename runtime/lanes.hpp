// Layers that kernels step: what the engine does around runtime/kernels/lanes.hpp. Freestanding C++17.
#pragma once

#include "runtime/column.hpp"
#include "runtime/kernels/lanes.hpp"
#include "runtime/neuron.hpp"

namespace synfire::rt {

// How a population is stepped; row_bytes 0: as all others.
struct LanePopulation {
    uint32_t row_bytes;  // of one presynaptic spike: rounded up to whole blocks
    uint32_t rows;       // where its list of rows starts in State::rows
    const void* direct;  // weights of its only source, which then fills the list; else null
    bool quick;          // its neurons are those of synfire_update
    bool nibbles;        // its rows are RowOrder::nibbles
    bool resets;         // what a spike changes at once is left to the engine
    uint8_t part;        // rows that are added in bytes before these are widened; 0: none
    LaneLayer layer;
};

// Appends the rows of all events. The condition behind the loop: compilers for size leave it where it is.
inline Row* add_row_addresses(Row* rows, const void* weights, uint32_t row_bytes, Events events) {
    const Row base = reinterpret_cast<Row>(weights);
    const uint16_t* event = events.neurons;
    const uint16_t* const end = event + events.count;
    if (event == end) return rows;
    do {
        *rows++ = base + *event++ * row_bytes;
    } while (event != end);
    return rows;
}

// Of a population whose only source may have most neurons spiking: then the rows of the silent ones are
// listed, and what they add up to is taken off the sum over all. Sums in lanes are modulo 2^16, so this is
// exact.
struct Complement {
    const int16_t* total;  // of each neuron: all weights; null: always the rows of spikes
    uint16_t inputs;
};

inline bool lists_silent(const Complement& complement, uint32_t events) {
    return complement.total != nullptr && 2 * events > complement.inputs;
}

// Insertion: lists that ascend already, as those of populations do, cost one comparison per event.
inline void sort_events(uint16_t* events, uint32_t count) {
    for (uint32_t k = 1; k < count; ++k) {
        const uint16_t event = events[k];
        uint32_t to = k;
        for (; to > 0 && events[to - 1] > event; --to) events[to] = events[to - 1];
        events[to] = event;
    }
}

// Appends the rows of all inputs without an event. events: ascending.
inline Row* add_silent_rows(Row* rows, const void* weights, uint32_t row_bytes, uint32_t inputs,
                            Events events) {
    Row row = reinterpret_cast<Row>(weights);
    const uint16_t* event = events.neurons;
    const uint16_t* const end = event + events.count;
    for (uint32_t i = 0; i < inputs; ++i, row += row_bytes) {
        if (event != end && *event == i)
            ++event;
        else
            *rows++ = row;
    }
    return rows;
}

// After spikes: what synfire_update leaves out. list: of this step.
inline void reset_spiking(Reset reset, const Column& amount, int32_t* v, Events list) {
    const uint16_t* const end = list.neurons + list.count;
    if (reset == Reset::subtract_at_once && amount.stride == 0) {
        const int32_t each = value_of(amount, 0);
        for (const uint16_t* spike = list.neurons; spike != end; ++spike) v[*spike] -= each;
        return;
    }
    for (const uint16_t* spike = list.neurons; spike != end; ++spike)
        v[*spike] = (reset == Reset::to_value ? 0 : v[*spike]) +
                    (reset == Reset::to_value ? value_of(amount, *spike) : -value_of(amount, *spike));
}

// Before the update: resets that are due in the step after a spike. list: of the step before.
template <class Potential>
inline void settle_spiking(const Column& amount, const Column& decay, int fraction_bits, Potential* v,
                           Events list) {
    for (uint32_t e = 0; e < list.count; ++e) {
        const uint16_t i = list.neurons[e];
        v[i] = static_cast<Potential>(settled(v[i], value_of(amount, i), value_of(decay, i), fraction_bits));
    }
}

}  // namespace synfire::rt
