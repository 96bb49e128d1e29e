// The conversation of a host with firmware that steps the network for it: messages, and the device's side.
// Freestanding C++17.
//
// The host asks, the device answers, one request at a time; an answer has the request's type + 8, its session
// and its number. A sample is a session, of a name that the host chooses anew each time.
//
//   hello   anything           -> Hello: who the device is, and the number it expects next
//   start   a new session      -> nothing. The network is reset
//   step    1 byte StepFlags, the spikes of all inputs, 8 to a byte, lowest bit first; where the flags say
//   so, the
//           levels of all inputs that are numbers, else those of the step before (after a start: 0) stay
//                              -> 4 bytes cycles, 4 bytes instructions of this step (0: unknown), then of
//                              every
//                                 output population its spikes, 8 to a byte; of a readout its int32 v
//   states  4 bytes first neuron, 4 bytes count
//                              -> 4 bytes first neuron, then of each neuron 1 byte s, int32 u, int32 v, the
//                              values
//                                 after the last step, which was observed; neurons are counted over all
//                                 populations
//
// start and step change the network. They are carried out in the order of their numbers and once: the number
// must be the one that the device expects; the number before it is a repetition, which is answered again from
// the state the network is in. Anything else is refused with the expected number. So frames that are lost,
// doubled or late never change what is computed. Frames whose CRC is wrong are not answered.
#pragma once

#include "runtime/frame.hpp"

namespace synfire::rt {

inline constexpr uint8_t link_version = 1;

enum class Message : uint8_t { hello = 1, start = 2, step = 3, states = 4, answer = 8, refusal = 15 };

// Payload of a refusal: 1 byte reason, 4 bytes session of the device, 4 bytes expected number.
enum class Refusal : uint8_t {
    version = 1,      // the request is of another version; the frame has the device's
    unknown = 2,      // no such request
    wrong_size = 3,   // of the payload, or neurons that do not exist
    out_of_turn = 4,  // neither the expected number nor a repetition
    no_session = 5,   // not started, or another session
    no_states = 6     // the last step was not observed, or the firmware is built without states
};
inline constexpr uint32_t refusal_bytes = 9;

struct StepFlags {
    static constexpr uint8_t observe = 1;  // keep the states of this step for `states`
    static constexpr uint8_t values = 2;   // levels follow the spikes
};

// What a device counts during a step.
enum class Counter : uint8_t {
    none = 0,
    dwt = 1,      // cycles: CYCCNT of Armv7-M and Armv8-M
    systick = 2,  // cycles: SysTick at the processor's clock, steps of up to 2^24
    riscv = 3     // cycles and instructions: mcycle and minstret
};

struct Hello {
    bool states;      // can keep states
    Counter counter;  // what it counts
    uint64_t fingerprint;
    uint32_t inputs;
    uint32_t neurons;       // of all populations
    uint32_t output_bytes;  // of one step
    uint32_t capacity;      // longest payload
    uint32_t clock;         // Hz of the cycles; 0: not known
    uint32_t session;       // 0: not started
    uint32_t expected;      // number of the next start or step
};
// On the line: the fields above, then the network's name.
inline constexpr uint32_t hello_bytes = 38;
inline constexpr uint32_t counts_bytes = 8;
inline constexpr uint32_t state_bytes = bytes_per_neuron;

inline void put_hello(uint8_t* bytes, const Hello& hello) {
    bytes[0] = hello.states ? 1 : 0;
    bytes[1] = static_cast<uint8_t>(hello.counter);
    const uint32_t words[] = {static_cast<uint32_t>(hello.fingerprint),
                              static_cast<uint32_t>(hello.fingerprint >> 32),
                              hello.inputs,
                              hello.neurons,
                              hello.output_bytes,
                              hello.capacity,
                              hello.clock,
                              hello.session,
                              hello.expected};
    for (uint32_t word : words) {
        put_le32(bytes + 2, word);
        bytes += 4;
    }
}

// bytes: at least hello_bytes.
inline Hello get_hello(const uint8_t* bytes) {
    const auto word = [&](uint32_t k) { return get_le32(bytes + 2 + 4 * k); };
    return {(bytes[0] & 1) != 0,
            static_cast<Counter>(bytes[1]),
            word(0) | uint64_t{word(1)} << 32,
            word(2),
            word(3),
            word(4),
            word(5),
            word(6),
            word(7),
            word(8)};
}

inline void put_header(uint8_t* frame, Message type, uint32_t session, uint32_t number) {
    frame[0] = static_cast<uint8_t>(link_version << 4 | static_cast<uint8_t>(type));
    put_le32(frame + 1, session);
    put_le32(frame + 5, number);
}

struct Counts {
    uint32_t cycles;
    uint32_t instructions;
};

// What the device remembers of the conversation.
struct Conversation {
    uint32_t session = 0;  // 0: not started
    uint32_t expected = 0;
    bool stepped = false;   // the last request carried out was a step, not a start
    bool observed = false;  // and its states were kept
    Counts counts{};        // of that step
};

// A Device has
//   uint32_t input_bytes;                             of a step's spikes
//   static constexpr uint32_t value_bytes;            of its levels; 0: no input is numbers
//   void set_values(const uint8_t* levels);           only where value_bytes > 0
//   Hello hello() const;                              all but session and expected
//   uint32_t name(uint8_t* bytes) const;              writes the network's name, returns its length
//   bool observes;                                    whether observe() and states() are there
//   void reset();
//   Counts step(const uint8_t* spikes);
//   Counts observe(const uint8_t* spikes);            the same, and keeps the states
//   uint32_t outputs(uint8_t* bytes) const;           of the last step; returns their length, at most
//   output_bytes void states(uint32_t first, uint32_t count, uint8_t* bytes) const;
// Payloads of at most hello().capacity fit the frame's buffer.

template <class Device>
inline uint32_t answer_step(const Conversation& talk, const Device& device, uint8_t* payload) {
    put_le32(payload, talk.counts.cycles);
    put_le32(payload + 4, talk.counts.instructions);
    return counts_bytes + device.outputs(payload + counts_bytes);
}

// Whether a start or step is carried out, repeated or refused.
enum class Turn : uint8_t { now, repeated, refused };

inline Turn turn_of(const Conversation& talk, bool step, uint32_t session, uint32_t number) {
    if (session == talk.session && number + 1 == talk.expected && step == talk.stepped) return Turn::repeated;
    return number == talk.expected ? Turn::now : Turn::refused;
}

struct Reply {
    Refusal refusal;  // where length is refused
    uint32_t length;  // of the payload
};
inline constexpr uint32_t refused = UINT32_MAX;

template <class Device>
inline Reply reply_to_step(Conversation& talk, Device& device, uint32_t number, uint8_t* payload,
                           uint32_t length) {
    const bool values = Device::value_bytes > 0 && (payload[0] & StepFlags::values) != 0;
    if (length != 1 + device.input_bytes + (values ? Device::value_bytes : 0))
        return {Refusal::wrong_size, refused};
    const bool observe = (payload[0] & StepFlags::observe) != 0;
    if (observe && !Device::observes) return {Refusal::no_states, refused};
    const Turn turn = turn_of(talk, true, talk.session, number);
    if (turn == Turn::refused) return {Refusal::out_of_turn, refused};
    if (turn == Turn::now) {
        if constexpr (Device::value_bytes > 0) {
            if (values) device.set_values(payload + 1 + device.input_bytes);
        }
        talk.counts = observe ? device.observe(payload + 1) : device.step(payload + 1);
        talk.observed = observe;
        talk.stepped = true;
        ++talk.expected;
    }
    return {{}, answer_step(talk, device, payload)};
}

template <class Device>
inline Reply reply_to_states(const Conversation& talk, const Device& device, uint32_t number,
                             uint8_t* payload, uint32_t length) {
    const Hello facts = device.hello();
    if (length != 8) return {Refusal::wrong_size, refused};
    const uint32_t first = get_le32(payload), count = get_le32(payload + 4);
    if (first > facts.neurons || count > facts.neurons - first || count > (facts.capacity - 4) / state_bytes)
        return {Refusal::wrong_size, refused};
    if (number + 1 != talk.expected) return {Refusal::out_of_turn, refused};
    if (!talk.observed) return {Refusal::no_states, refused};
    device.states(first, count, payload + 4);
    return {{}, 4 + count * state_bytes};
}

template <class Device>
inline Reply reply_to(Conversation& talk, Device& device, uint8_t* frame, uint32_t length) {
    const uint32_t session = get_le32(frame + 1), number = get_le32(frame + 5);
    uint8_t* const payload = frame + frame_header;
    switch (static_cast<Message>(frame[0] & 0x0F)) {
        case Message::hello: {
            Hello hello = device.hello();
            hello.session = talk.session;
            hello.expected = talk.expected;
            put_hello(payload, hello);
            return {{}, hello_bytes + device.name(payload + hello_bytes)};
        }
        case Message::start: {
            if (session == 0) return {Refusal::no_session, refused};
            const Turn turn = turn_of(talk, false, session, number);
            if (turn == Turn::refused) return {Refusal::out_of_turn, refused};
            if (turn == Turn::repeated) return {{}, 0};
            device.reset();
            talk.session = session;
            talk.expected = number + 1;
            talk.stepped = false;
            talk.observed = false;
            return {{}, 0};
        }
        case Message::step:
        case Message::states:
            if (session == 0 || session != talk.session) return {Refusal::no_session, refused};
            if (frame[0] % 16 == static_cast<uint8_t>(Message::step))
                return reply_to_step(talk, device, number, payload, length - frame_header);
            return reply_to_states(talk, device, number, payload, length - frame_header);
        default:
            return {Refusal::unknown, refused};
    }
}

// Takes one byte from the line; answers where it completes a request. The reader's buffer holds the longest
// payload and frame_overhead.
template <class Device, class Write>
inline void serve(FrameReader& reader, Conversation& talk, Device& device, uint8_t byte, Write&& write) {
    const uint32_t length = take(reader, byte);
    uint8_t* const frame = reader.buffer;
    // Answers and refusals are an echo: to answer them could go on for ever.
    if (length == 0 || (frame[0] & 0x08) != 0) return;
    const Reply reply = frame[0] >> 4 != link_version ? Reply{Refusal::version, refused}
                                                      : reply_to(talk, device, frame, length);
    const bool good = reply.length != refused;
    frame[0] = static_cast<uint8_t>(link_version << 4 | (good ? (frame[0] & 0x07) | 0x08 : 0x0F));
    if (!good) {
        frame[frame_header] = static_cast<uint8_t>(reply.refusal);
        put_le32(frame + frame_header + 1, talk.session);
        put_le32(frame + frame_header + 5, talk.expected);
    }
    send(frame, frame_header + (good ? reply.length : refusal_bytes), write);
}

}  // namespace synfire::rt
