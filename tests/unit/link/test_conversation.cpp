// The device's side: what is carried out, repeated and refused.
#include <optional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/link.hpp"
#include "tests/unit/link/counting_device.hpp"

namespace synfire::rt {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Answer {
    int version = 0;
    int type = 0;
    std::uint32_t session = 0, number = 0;
    Bytes payload;

    Refusal refusal() const { return static_cast<Refusal>(payload.at(0)); }
    std::uint32_t expected() const { return get_le32(payload.data() + 5); }
};

struct Conversing : testing::Test {
    test::CountingDevice device;
    Conversation talk;
    Bytes buffer = Bytes(100 + frame_overhead);
    FrameReader reader{buffer.data(), static_cast<std::uint32_t>(buffer.size())};

    // The answers to bytes on the line.
    std::vector<Answer> feed(const Bytes& line) {
        Bytes out;
        for (std::uint8_t byte : line)
            serve(reader, talk, device, byte, [&](const std::uint8_t* bytes, std::uint32_t count) {
                out.insert(out.end(), bytes, bytes + count);
            });
        Bytes frame(4096);
        FrameReader host{frame.data(), 4096};
        std::vector<Answer> answers;
        for (std::uint8_t byte : out)
            if (const std::uint32_t length = take(host, byte); length > 0)
                answers.push_back({frame[0] >> 4, frame[0] & 15, get_le32(&frame[1]), get_le32(&frame[5]),
                                   Bytes(frame.begin() + frame_header, frame.begin() + length)});
        return answers;
    }

    Bytes request(int type, std::uint32_t session, std::uint32_t number, const Bytes& payload = {},
                  int version = link_version) {
        Bytes frame(frame_overhead + payload.size());
        put_header(frame.data(), static_cast<Message>(type), session, number);
        frame[0] = static_cast<std::uint8_t>(version << 4 | type);
        std::copy(payload.begin(), payload.end(), frame.begin() + frame_header);
        Bytes line;
        send(frame.data(), static_cast<std::uint32_t>(frame_header + payload.size()),
             [&](const std::uint8_t* bytes, std::uint32_t count) {
                 line.insert(line.end(), bytes, bytes + count);
             });
        return line;
    }

    Answer ask(int type, std::uint32_t session, std::uint32_t number, const Bytes& payload = {},
               int version = link_version) {
        const std::vector<Answer> answers = feed(request(type, session, number, payload, version));
        EXPECT_EQ(answers.size(), 1U);
        return answers.empty() ? Answer{} : answers[0];
    }

    Bytes states_of(std::uint32_t first, std::uint32_t count) {
        Bytes payload(8);
        put_le32(payload.data(), first);
        put_le32(payload.data() + 4, count);
        return payload;
    }
};

constexpr int hello = 1, start = 2, step = 3, states = 4, refusal = 15;

TEST_F(Conversing, HelloSaysWhoTheDeviceIs) {
    const Answer answer = ask(hello, 5, 77);
    EXPECT_EQ(answer.type, hello + 8);
    EXPECT_EQ(answer.session, 5U);
    EXPECT_EQ(answer.number, 77U);
    const Hello said = get_hello(answer.payload.data());
    EXPECT_TRUE(said.states);
    EXPECT_EQ(said.counter, Counter::systick);
    EXPECT_EQ(said.fingerprint, 0x0123456789ABCDEFU);
    EXPECT_EQ(said.inputs, 24U);
    EXPECT_EQ(said.neurons, 20U);
    EXPECT_EQ(said.output_bytes, 4U);
    EXPECT_EQ(said.capacity, 100U);
    EXPECT_EQ(said.clock, 1000000U);
    EXPECT_EQ(said.session, 0U);
    EXPECT_EQ(said.expected, 0U);
    EXPECT_EQ(std::string(answer.payload.begin() + hello_bytes, answer.payload.end()), "counting");
}

TEST_F(Conversing, ARepeatedStepIsAnsweredAndNotCarriedOut) {
    ask(start, 9, 0);
    const Answer first = ask(step, 9, 1, {0, 1, 2, 3});
    for (int k = 0; k < 3; ++k) {
        const Answer again = ask(step, 9, 1, {0, 1, 2, 3});
        EXPECT_EQ(again.type, step + 8);
        EXPECT_EQ(again.payload, first.payload);
    }
    EXPECT_EQ(device.steps, 1U);
    EXPECT_EQ(get_le32(first.payload.data()), 1000 + device.state % 1000);
    EXPECT_EQ(get_le32(first.payload.data() + 4), device.state % 77);
    EXPECT_EQ(get_le32(first.payload.data() + 8), device.state);
    EXPECT_EQ(ask(step, 9, 2, {0, 1, 2, 3}).type, step + 8);
    EXPECT_EQ(device.steps, 2U);
}

// Flag 2: levels follow the spikes.
TEST_F(Conversing, LevelsAreSetOnceWhereAStepBringsThem) {
    ask(start, 9, 0);
    for (int k = 0; k < 3; ++k) EXPECT_EQ(ask(step, 9, 1, {2, 1, 2, 3, 60, 70}).type, step + 8);
    test::CountingDevice alike;
    const std::uint8_t levels[] = {60, 70}, spikes[] = {1, 2, 3};
    alike.set_values(levels);
    alike.step(spikes);
    EXPECT_EQ(device.state, alike.state);
    EXPECT_EQ(ask(step, 9, 2, {2, 1, 2, 3}).refusal(), Refusal::wrong_size);
    EXPECT_EQ(ask(step, 9, 2, {0, 1, 2, 3, 60, 70}).refusal(), Refusal::wrong_size);
    EXPECT_EQ(ask(step, 9, 2, {2, 1, 2, 3, 60}).refusal(), Refusal::wrong_size);
    EXPECT_EQ(ask(step, 9, 2, {3, 1, 2, 3, 60, 70}).type, step + 8);
    EXPECT_EQ(ask(step, 9, 3, {0, 1, 2, 3}).type, step + 8);
    EXPECT_EQ(device.steps, 3U);
}

TEST_F(Conversing, ARepeatedStartDoesNotResetAgain) {
    EXPECT_EQ(ask(start, 9, 0).type, start + 8);
    EXPECT_EQ(ask(start, 9, 0).type, start + 8);
    EXPECT_EQ(device.resets, 1U);
    ask(step, 9, 1, {0, 1, 2, 3});
    const std::uint32_t state = device.state;
    const Answer late = ask(start, 9, 0);
    EXPECT_EQ(late.type, refusal);
    EXPECT_EQ(late.refusal(), Refusal::out_of_turn);
    EXPECT_EQ(late.expected(), 2U);
    EXPECT_EQ(device.state, state);
}

TEST_F(Conversing, AGapIsRefusedWithTheExpectedNumber) {
    ask(start, 9, 0);
    const Answer gap = ask(step, 9, 2, {0, 1, 2, 3});
    EXPECT_EQ(gap.type, refusal);
    EXPECT_EQ(gap.session, 9U);
    EXPECT_EQ(gap.number, 2U);
    EXPECT_EQ(gap.refusal(), Refusal::out_of_turn);
    EXPECT_EQ(get_le32(gap.payload.data() + 1), 9U);
    EXPECT_EQ(gap.expected(), 1U);
    EXPECT_EQ(device.steps, 0U);
}

TEST_F(Conversing, StepsNeedTheirSession) {
    EXPECT_EQ(ask(step, 9, 0, {0, 1, 2, 3}).refusal(), Refusal::no_session);
    EXPECT_EQ(ask(step, 0, 0, {0, 1, 2, 3}).refusal(), Refusal::no_session);
    EXPECT_EQ(ask(start, 0, 0).refusal(), Refusal::no_session);
    ask(start, 9, 0);
    EXPECT_EQ(ask(step, 8, 1, {0, 1, 2, 3}).refusal(), Refusal::no_session);
    EXPECT_EQ(device.steps, 0U);
    ask(start, 10, 1);
    EXPECT_EQ(ask(step, 9, 2, {0, 1, 2, 3}).refusal(), Refusal::no_session);
    EXPECT_EQ(ask(step, 10, 2, {0, 1, 2, 3}).type, step + 8);
}

// The number of an earlier sample's start comes again with the numbers of a device that was reset.
TEST_F(Conversing, AStartOfAnotherSessionIsNoRepetition) {
    ask(start, 9, 0);
    EXPECT_EQ(ask(start, 10, 0).refusal(), Refusal::out_of_turn);
    EXPECT_EQ(ask(start, 10, 1).type, start + 8);
    EXPECT_EQ(device.resets, 2U);
}

TEST_F(Conversing, NumbersGoRound) {
    talk.expected = 0xFFFFFFFF;
    EXPECT_EQ(ask(start, 9, 0xFFFFFFFF).type, start + 8);
    EXPECT_EQ(ask(start, 9, 0xFFFFFFFF).type, start + 8);
    EXPECT_EQ(ask(step, 9, 0, {0, 1, 2, 3}).type, step + 8);
    EXPECT_EQ(ask(step, 9, 0, {0, 1, 2, 3}).type, step + 8);
    EXPECT_EQ(device.steps, 1U);
    EXPECT_EQ(device.resets, 1U);
}

TEST_F(Conversing, StatesOfAnObservedStep) {
    ask(start, 9, 0);
    EXPECT_EQ(ask(states, 9, 0, states_of(0, 1)).refusal(), Refusal::no_states);
    ask(step, 9, 1, {0, 1, 2, 3});
    EXPECT_EQ(ask(states, 9, 1, states_of(0, 1)).refusal(), Refusal::no_states);
    ask(step, 9, 2, {1, 1, 2, 3});
    const Answer answer = ask(states, 9, 2, states_of(10, 10));
    ASSERT_EQ(answer.type, states + 8);
    ASSERT_EQ(answer.payload.size(), 4U + 10 * state_bytes);
    EXPECT_EQ(get_le32(answer.payload.data()), 10U);
    EXPECT_EQ(get_le32(answer.payload.data() + 5), device.state ^ 10);
    EXPECT_EQ(get_le32(answer.payload.data() + 4 + 9 * state_bytes + 5), ~device.state ^ 19);
    EXPECT_EQ(ask(states, 9, 1, states_of(0, 1)).refusal(), Refusal::out_of_turn);
    EXPECT_EQ(ask(states, 9, 3, states_of(0, 1)).refusal(), Refusal::out_of_turn);
    ask(start, 10, 3);
    EXPECT_EQ(ask(states, 10, 3, states_of(0, 1)).refusal(), Refusal::no_states);
}

TEST_F(Conversing, SizesAreChecked) {
    ask(start, 9, 0);
    for (std::size_t length : {0U, 1U, 3U, 5U, 80U})
        EXPECT_EQ(ask(step, 9, 1, Bytes(length)).refusal(), Refusal::wrong_size) << length;
    ask(step, 9, 1, {1, 1, 2, 3});
    for (std::size_t length : {0U, 7U, 9U})
        EXPECT_EQ(ask(states, 9, 1, Bytes(length)).refusal(), Refusal::wrong_size) << length;
    // One too many, more than a payload holds, and sums that go round.
    for (const auto& [first, count] :
         {std::pair{11U, 10U}, {21U, 0U}, {0U, 11U}, {1U, 0xFFFFFFFFU}, {0xFFFFFFFFU, 2U}, {0U, 0x1C71C71DU}})
        EXPECT_EQ(ask(states, 9, 1, states_of(first, count)).refusal(), Refusal::wrong_size);
    EXPECT_EQ(device.steps, 1U);
}

TEST_F(Conversing, UnknownRequestsAndVersionsAreNamed) {
    for (int type : {0, 5, 6, 7}) EXPECT_EQ(ask(type, 9, 1).refusal(), Refusal::unknown) << type;
    const Answer other = ask(hello, 9, 1, {}, 2);
    EXPECT_EQ(other.type, refusal);
    EXPECT_EQ(other.version, link_version);
    EXPECT_EQ(other.refusal(), Refusal::version);
}

TEST_F(Conversing, AnEchoIsNotAnswered) {
    for (int type = 8; type < 16; ++type) EXPECT_TRUE(feed(request(type, 9, 1)).empty()) << type;
}

TEST_F(Conversing, AFrameThatIsTooLongIsNotAnswered) {
    EXPECT_TRUE(feed(request(step, 9, 1, Bytes(101))).empty());
    EXPECT_EQ(ask(hello, 1, 0).type, hello + 8);
}

// Frames in any order, any number of times: the network has seen each step once and in order.
TEST_F(Conversing, LateAndDoubledFramesNeverChangeTheNetwork) {
    std::mt19937 random(1);
    std::vector<Bytes> sent{request(start, 9, 0)};
    std::uint32_t expected = 0;
    feed(sent[0]);
    for (std::uint32_t n = 1; n < 200; ++n) {
        const Bytes payload{static_cast<std::uint8_t>(random() % 2), static_cast<std::uint8_t>(random()),
                            static_cast<std::uint8_t>(random()), static_cast<std::uint8_t>(random())};
        sent.push_back(request(step, 9, n, payload));
        expected = expected * 31 + crc32(payload.data() + 1, 3);
        feed(sent.back());
        for (int k = 0; k < 5; ++k) {
            Bytes frame = sent[random() % sent.size()];
            if (random() % 2 == 0)
                frame[random() % frame.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
            feed(frame);
        }
        ASSERT_EQ(device.state, expected) << n;
        ASSERT_EQ(device.steps, n);
    }
    EXPECT_EQ(device.resets, 1U);
}

}  // namespace
}  // namespace synfire::rt
