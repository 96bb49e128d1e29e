// Steps the network for a host on a serial line (runtime/link.hpp, `synfire hil`):
//
//     static synfire::SerialLoop loop;
//     synfire::start(loop);                       // once
//     synfire::take(loop, byte, write);           // for every byte that comes; write(bytes, count) sends the
//     answer
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
namespace serial {

namespace model = emitted;
using model::Tables;

inline constexpr bool keeps_states = SYNFIRE_LINK_STATES != 0;
inline constexpr uint32_t name_length = sizeof model::name - 1 < 63 ? sizeof model::name - 1 : 63;

constexpr uint32_t larger(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

inline constexpr uint32_t capacity =
    larger(larger(SYNFIRE_LINK_PAYLOAD, rt::hello_bytes + name_length),
           larger(1U + model::input_bytes + Tables::value_bytes, rt::counts_bytes + model::output_bytes));

// Keeps u and the spike of every neuron; they come in the order of State::v.
struct Keeper {
    int32_t* u;
    uint8_t* s;
    uint32_t neuron;

    void operator()(uint16_t, uint16_t, bool spiked, const rt::NeuronState& seen) {
        const uint32_t bit = neuron % 8;
        u[neuron] = seen.u;
        if (bit == 0) s[neuron / 8] = 0;
        s[neuron / 8] = static_cast<uint8_t>(s[neuron / 8] | (spiked ? 1U : 0U) << bit);
        ++neuron;
    }
};

// The Device of runtime/link.hpp.
struct Device {
    static constexpr bool observes = keeps_states;
    static constexpr uint32_t input_bytes = rt::packed_bytes(model::inputs);
    static constexpr uint32_t value_bytes = Tables::value_bytes;
    model::State state;
    Stopwatch watch;
    int32_t seen_u[keeps_states ? model::neurons : 1];  // after an observed step
    uint8_t seen_s[keeps_states ? rt::packed_bytes(model::neurons) : 1];

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
    static uint32_t name(uint8_t* bytes) {
        for (uint32_t i = 0; i < name_length; ++i) bytes[i] = static_cast<uint8_t>(model::name[i]);
        return name_length;
    }
    void reset() { model::reset(state); }
    void set_values(const uint8_t* levels) { set_values_of(Tables{}, levels); }
    rt::Counts step(const uint8_t* spikes) {
        begin(watch);
        model::step(state, spikes);
        return end(watch);
    }
    rt::Counts observe(const uint8_t* spikes) {
#if SYNFIRE_LINK_STATES
        begin(watch);
        rt::step(Tables{}, state, spikes, Keeper{seen_u, seen_s, 0});
        return end(watch);
#else
        return step(spikes);
#endif
    }
    uint32_t outputs(uint8_t* bytes) const {
        uint32_t length = 0;
        for (uint16_t o = 0; o < model::outputs; ++o) {
            if (!Tables::populations[Tables::outputs[o].list - Tables::input_count].spiking) {
                length += potentials(o, bytes + length);
                continue;
            }
            model::output_bits(state, o, bytes + length);
            length += rt::packed_bytes(model::output_neurons(o));
        }
        return length;
    }
    void states(uint32_t first, uint32_t count, uint8_t* bytes) const {
        for (uint32_t i = first; keeps_states && i < first + count; ++i, bytes += rt::state_bytes) {
            bytes[0] = (seen_s[i / 8] >> i % 8) & 1;
            rt::put_le32(bytes + 1, static_cast<uint32_t>(seen_u[i]));
            rt::put_le32(bytes + 5, static_cast<uint32_t>(state.v[i]));
        }
    }

  private:
    template <class Model>
    void set_values_of(const Model& network, const uint8_t* levels) {
        if constexpr (Model::values) rt::set_values_from_bytes(network, state, levels);
    }
    uint32_t potentials(uint16_t output, uint8_t* bytes) const {
        const uint32_t count = model::output_neurons(output);
        const auto* const v = model::output_v(state, output);
        for (uint32_t i = 0; i < count; ++i) rt::put_le32(bytes + 4 * i, static_cast<uint32_t>(v[i]));
        return 4 * count;
    }
};

}  // namespace serial

// Owned by the caller. start() sets all that is read before it is written.
struct SerialLoop {
    serial::Device device;
    rt::Conversation talk;
    rt::FrameReader reader;
    uint8_t buffer[serial::capacity + rt::frame_overhead];
};

inline void start(SerialLoop& loop) {
    prepare(loop.device.watch);
    loop.device.reset();
    loop.talk.session = 0;
    loop.talk.expected = 0;
    loop.talk.stepped = false;
    loop.talk.observed = false;
    loop.reader.buffer = loop.buffer;
    loop.reader.capacity = sizeof loop.buffer;
    rt::clear(loop.reader);
}

template <class Write>
inline void take(SerialLoop& loop, uint8_t byte, Write&& write) {
    rt::serve(loop.reader, loop.talk, loop.device, byte, write);
}

}  // namespace synfire
