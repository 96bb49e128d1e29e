// Steps the network for a host on a serial line (runtime/link.hpp, `synfire hil`). For one source file of a
// program: it holds the network's state.
//
// SYNFIRE_LINK_STATES=0 leaves out what the host needs to see every neuron: an observed copy of the engine in
// flash and 33 bits of RAM per neuron. SYNFIRE_LINK_PAYLOAD is how many bytes of a message the buffer shall
// hold at least, SYNFIRE_CLOCK_HZ the frequency of the cycles counted.
#pragma once

#include "model.hpp"
#include "runtime/link.hpp"
#include "serial/counters.hpp"
#include "serial/identity.hpp"
#include "tables.hpp"

#if !defined(SYNFIRE_LINK_STATES)
#define SYNFIRE_LINK_STATES 1
#endif
#if !defined(SYNFIRE_LINK_PAYLOAD)
#define SYNFIRE_LINK_PAYLOAD 512
#endif
#if !defined(SYNFIRE_CLOCK_HZ)
#define SYNFIRE_CLOCK_HZ 0
#endif

// Names in here hide the network's own name, whatever that is.
namespace synfire {
namespace {

namespace model = emitted;
using model::Tables;

constexpr bool keeps_states = SYNFIRE_LINK_STATES != 0;
constexpr uint32_t name_length = sizeof model::name - 1 < 63 ? sizeof model::name - 1 : 63;

constexpr uint32_t larger(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

constexpr uint32_t capacity = larger(larger(SYNFIRE_LINK_PAYLOAD, rt::hello_bytes + name_length),
                                     larger(1U + model::input_bytes, rt::counts_bytes + model::output_bytes));

model::State state;
// After an observed step: u of every neuron, and whether it spiked.
int32_t seen_u[keeps_states ? model::neurons : 1];
uint8_t seen_s[keeps_states ? rt::packed_bytes(model::neurons) : 1];

// Neurons come in the order of State::v.
struct Keeper {
    uint32_t neuron = 0;

    void operator()(uint16_t, uint16_t, bool spiked, const rt::NeuronState& seen) {
        const uint32_t bit = neuron % 8;
        seen_u[neuron] = seen.u;
        if (bit == 0) seen_s[neuron / 8] = 0;
        seen_s[neuron / 8] = static_cast<uint8_t>(seen_s[neuron / 8] | (spiked ? 1U : 0U) << bit);
        ++neuron;
    }
};

uint32_t put_v(uint8_t* bytes, uint16_t output) {
    const uint32_t count = model::output_neurons(output);
    const int32_t* const v = model::output_v(state, output);
    for (uint32_t i = 0; i < count; ++i) rt::put_le32(bytes + 4 * i, static_cast<uint32_t>(v[i]));
    return 4 * count;
}

// The Device of runtime/link.hpp.
struct Device {
    static constexpr bool observes = keeps_states;
    static constexpr uint32_t input_bytes = model::input_bytes;
    Stopwatch watch{};

    rt::Hello hello() const {
        return {observes,
                watch.kind,
                model::fingerprint,
                model::inputs,
                model::neurons,
                model::output_bytes,
                capacity,
                SYNFIRE_CLOCK_HZ,
                0,
                0};
    }
    uint32_t name(uint8_t* bytes) const {
        for (uint32_t i = 0; i < name_length; ++i) bytes[i] = static_cast<uint8_t>(model::name[i]);
        return name_length;
    }
    void reset() { model::reset(state); }
    rt::Counts step(const uint8_t* spikes) {
        begin(watch);
        model::step(state, spikes);
        return end(watch);
    }
    rt::Counts observe(const uint8_t* spikes) {
#if SYNFIRE_LINK_STATES
        begin(watch);
        rt::step(Tables{}, state, spikes, Keeper{});
        return end(watch);
#else
        return step(spikes);
#endif
    }
    uint32_t outputs(uint8_t* bytes) const {
        uint32_t length = 0;
        for (uint16_t o = 0; o < model::outputs; ++o) {
            if (!Tables::populations[Tables::outputs[o].list - Tables::input_count].spiking) {
                length += put_v(bytes + length, o);
                continue;
            }
            model::output_bits(state, o, bytes + length);
            length += rt::packed_bytes(model::output_neurons(o));
        }
        return length;
    }
    void states(uint32_t first, uint32_t count, uint8_t* bytes) const {
        if (!observes) return;
        for (uint32_t i = first; i < first + count; ++i, bytes += rt::state_bytes) {
            bytes[0] = (seen_s[i / 8] >> i % 8) & 1;
            rt::put_le32(bytes + 1, static_cast<uint32_t>(seen_u[i]));
            rt::put_le32(bytes + 5, static_cast<uint32_t>(state.v[i]));
        }
    }
};

uint8_t buffer[capacity + rt::frame_overhead];

Device device;
rt::FrameReader reader{buffer, sizeof buffer};
rt::Conversation talk;

}  // namespace

// Before the first byte.
inline void start_serial_loop() {
    prepare(device.watch);
    device.reset();
}

// Takes a byte from the line; write(const uint8_t* bytes, uint32_t count) puts the answer on it, where the
// byte completes a request.
template <class Write>
inline void take_serial_byte(uint8_t byte, Write&& write) {
    rt::serve(reader, talk, device, byte, write);
}

}  // namespace synfire
