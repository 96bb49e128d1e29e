// Frames against the published check value, by round trip, and under damage.
#include <algorithm>
#include <gmock/gmock.h>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/frame.hpp"

namespace synfire::rt {
namespace {

using Bytes = std::vector<std::uint8_t>;

// What goes over the line for this frame without its CRC.
Bytes coded(Bytes frame) {
    const auto length = static_cast<std::uint32_t>(frame.size());
    frame.resize(frame.size() + 4);
    Bytes line;
    send(frame.data(), length, [&](const std::uint8_t* bytes, std::uint32_t count) {
        line.insert(line.end(), bytes, bytes + count);
    });
    return line;
}

// All good frames that come out of a line.
std::vector<Bytes> decoded(const Bytes& line, std::size_t capacity = 4096) {
    Bytes buffer(capacity);
    FrameReader reader{buffer.data(), static_cast<std::uint32_t>(capacity)};
    std::vector<Bytes> frames;
    for (std::uint8_t byte : line)
        if (const std::uint32_t length = take(reader, byte); length > 0)
            frames.emplace_back(buffer.begin(), buffer.begin() + length);
    return frames;
}

Bytes random_frame(std::mt19937& random, std::size_t length) {
    const auto zeros = random() % 3;
    Bytes frame(std::max<std::size_t>(length, frame_header));
    for (std::uint8_t& byte : frame)
        byte = zeros == 0              ? static_cast<std::uint8_t>(1 + random() % 255)
               : random() % zeros == 0 ? std::uint8_t{0}
                                       : static_cast<std::uint8_t>(random());
    return frame;
}

TEST(Frame, CrcIsThatOfEthernet) {
    const char* digits = "123456789";
    EXPECT_EQ(crc32(reinterpret_cast<const std::uint8_t*>(digits), 9), 0xCBF43926U);
    EXPECT_EQ(crc32(nullptr, 0), 0U);
}

TEST(Frame, HasNoZeroInside) {
    const Bytes line = coded(Bytes(frame_header, 0));
    // Nine zeros, then the four bytes of their CRC.
    EXPECT_EQ(line.front(), 0);
    EXPECT_EQ(line.back(), 0);
    EXPECT_EQ(std::count(line.begin(), line.end(), 0), 2);
    EXPECT_EQ(line.size(), 9U + 4U + 1U + 2U);
}

TEST(Frame, EveryLengthComesBack) {
    std::mt19937 random(1);
    for (std::size_t length = frame_header; length < 1100; ++length) {
        const Bytes frame = random_frame(random, length);
        const Bytes line = coded(frame);
        ASSERT_EQ(std::count(line.begin(), line.end(), 0), 2) << length;
        ASSERT_LE(line.size(), length + 4 + 3 + (length + 4) / 254) << length;
        ASSERT_THAT(decoded(line), testing::ElementsAre(frame)) << length;
    }
}

// Blocks of 254 bytes without zero have no zero of their own: around their ends.
TEST(Frame, LongRunsWithoutZeroComeBack) {
    for (std::size_t length = 240; length < 520; ++length)
        for (std::size_t zero = 0; zero <= length; zero += 11) {
            Bytes frame(length, 7);
            if (zero < length) frame[zero] = 0;
            ASSERT_THAT(decoded(coded(frame)), testing::ElementsAre(frame)) << length << ' ' << zero;
        }
}

TEST(Frame, NoiseBetweenFramesLosesNone) {
    std::mt19937 random(2);
    Bytes line;
    std::vector<Bytes> sent;
    for (int k = 0; k < 300; ++k) {
        sent.push_back(random_frame(random, random() % 300));
        // Noise runs into the frame's first zero.
        for (auto n = random() % 40; n > 0; --n) line.push_back(static_cast<std::uint8_t>(random()));
        const Bytes bytes = coded(sent.back());
        line.insert(line.end(), bytes.begin(), bytes.end());
    }
    EXPECT_EQ(decoded(line), sent);
}

TEST(Frame, EveryFlippedBitIsSeen) {
    std::mt19937 random(3);
    const Bytes frame = random_frame(random, 60), line = coded(frame);
    for (std::size_t bit = 0; bit < 8 * line.size(); ++bit) {
        Bytes damaged = line;
        damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ 1U << bit % 8);
        for (const Bytes& f : decoded(damaged)) ASSERT_EQ(f, frame) << "bit " << bit;
    }
}

TEST(Frame, EveryCutFrameIsSeen) {
    std::mt19937 random(4);
    const Bytes frame = random_frame(random, 300), line = coded(frame);
    for (std::size_t end = 0; end + 1 < line.size(); ++end) {
        Bytes cut(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(end));
        cut.push_back(0);
        ASSERT_THAT(decoded(cut), testing::IsEmpty()) << end;
        // The next frame is whole.
        cut.insert(cut.end(), line.begin(), line.end());
        ASSERT_THAT(decoded(cut), testing::ElementsAre(frame)) << end;
    }
}

TEST(Frame, ALongerFrameThanTheBufferIsPassedOver) {
    std::mt19937 random(5);
    const Bytes small = random_frame(random, 40), large = random_frame(random, 41);
    const Bytes a = coded(small), b = coded(large);
    Bytes line = b;
    line.insert(line.end(), a.begin(), a.end());
    EXPECT_THAT(decoded(line, 44), testing::ElementsAre(small));
    EXPECT_THAT(decoded(line, 45), testing::ElementsAre(large, small));
}

TEST(Frame, ArbitraryBytesStayInTheBuffer) {
    std::mt19937 random(6);
    Bytes buffer(64 + 16, 0xA5);
    FrameReader reader{buffer.data(), 64};
    for (int k = 0; k < 1000000; ++k) {
        const auto byte = static_cast<std::uint8_t>(random() % 8 == 0 ? 0 : random());
        take(reader, byte);
    }
    EXPECT_TRUE(std::all_of(buffer.begin() + 64, buffer.end(), [](std::uint8_t b) { return b == 0xA5; }));
}

}  // namespace
}  // namespace synfire::rt
