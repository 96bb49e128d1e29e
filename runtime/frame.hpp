// Frames of bytes on a serial line that may lose, double or change bytes. Freestanding C++17, no heap, no
// table; shared by firmware and host.
//
// A frame is: 1 byte version * 16 + type, 4 bytes session, 4 bytes number, the payload, 4 bytes CRC-32 of all
// before it. On the line it is coded by consistent overhead byte stuffing (Cheshire and Baker, IEEE/ACM
// Transactions on Networking 7, 1999), so that it holds no zero, and stands between zeros: whatever came
// before on the line, a receiver is in step again at the next zero. All numbers are little endian.
#pragma once

#include <stdint.h>

#include "runtime/record_format.hpp"

namespace synfire::rt {

inline constexpr uint32_t frame_header = 9;
inline constexpr uint32_t frame_overhead = frame_header + 4;  // with the CRC

// CRC-32 of IEEE 802.3: reflected 0x04C11DB7, starts at and is finished by all ones.
constexpr uint32_t crc32(const uint8_t* bytes, uint32_t count) {
    uint32_t crc = ~uint32_t{0};
    for (uint32_t i = 0; i < count; ++i) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
    }
    return ~crc;
}

// Collects one frame from the bytes of a line. The buffer is the caller's.
struct FrameReader {
    uint8_t* buffer;
    uint32_t capacity;
    uint32_t length = 0;  // bytes decoded so far
    uint8_t left = 0;     // bytes until the next code byte
    bool zero = false;    // a zero stands before the bytes of the next code
    bool broken = false;  // longer than the buffer
};

inline void store(FrameReader& reader, uint8_t byte) {
    if (reader.length == reader.capacity)
        reader.broken = true;
    else
        reader.buffer[reader.length++] = byte;
}

// Forgets what has come of a frame.
inline void clear(FrameReader& reader) {
    reader.length = 0;
    reader.left = 0;
    reader.zero = false;
    reader.broken = false;
}

// Returns the length of a frame without its CRC once its last byte has come and the CRC is right, else 0. The
// frame stays in the buffer until the next byte is taken.
inline uint32_t take(FrameReader& reader, uint8_t byte) {
    if (byte != 0) {
        if (reader.left > 0) {
            store(reader, byte);
            --reader.left;
            return 0;
        }
        if (reader.zero) store(reader, 0);
        reader.left = static_cast<uint8_t>(byte - 1);
        reader.zero = byte != 0xFF;
        return 0;
    }
    const uint32_t length = reader.length;
    const bool whole = !reader.broken && reader.left == 0 && length >= frame_overhead;
    clear(reader);
    const bool right = whole && crc32(reader.buffer, length - 4) == get_le32(reader.buffer + length - 4);
    return right ? length - 4 : 0;
}

// Sends a frame of this length. Its CRC is written behind it: the buffer has four bytes more.
// write(const uint8_t* bytes, uint32_t count) puts bytes on the line.
template <class Write>
inline void send(uint8_t* frame, uint32_t length, Write&& write) {
    put_le32(frame + length, crc32(frame, length));
    const uint32_t end = length + 4;
    const uint8_t delimiter = 0;
    write(&delimiter, 1);
    for (uint32_t at = 0;;) {
        uint32_t run = 0;
        while (run < 254 && at + run < end && frame[at + run] != 0) ++run;
        const auto code = static_cast<uint8_t>(run + 1);
        write(&code, 1);
        write(frame + at, run);
        at += run;
        if (at == end) break;
        if (run < 254) ++at;  // the zero is in the code
    }
    write(&delimiter, 1);
}

}  // namespace synfire::rt
