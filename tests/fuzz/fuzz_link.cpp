// Feeds arbitrary bytes to the device's side of the serial link (runtime/link.hpp). The first byte says how
// the rest is taken: as it comes, or as requests, a byte of length before each, which get a right CRC so that
// they are read.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/link.hpp"
#include "tests/unit/link/counting_device.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;
namespace rt = synfire::rt;

// The smallest that a device may have: exactly its name's hello.
constexpr std::uint32_t capacity = rt::hello_bytes + 8;

Bytes coded(const std::uint8_t* frame, std::size_t length) {
    Bytes copy(frame, frame + length), line;
    copy.resize(length + 4);
    rt::send(copy.data(), static_cast<std::uint32_t>(length),
             [&](const std::uint8_t* bytes, std::uint32_t count) {
                 line.insert(line.end(), bytes, bytes + count);
             });
    return line;
}

Bytes requests(const std::uint8_t* data, std::size_t size) {
    Bytes line;
    for (std::size_t at = 0; at < size;) {
        const std::size_t length = std::min<std::size_t>(data[at], size - at - 1);
        ++at;
        const Bytes frame = coded(data + at, length);
        line.insert(line.end(), frame.begin(), frame.end());
        at += length;
    }
    return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const Bytes line = data[0] % 2 == 0 ? Bytes(data + 1, data + size) : requests(data + 1, size - 1);
    synfire::test::CountingDevice device;
    device.capacity = capacity;
    rt::Conversation talk;
    // Of exactly this size, so that the sanitizer sees every byte beside it.
    Bytes buffer(capacity + rt::frame_overhead);
    rt::FrameReader reader{buffer.data(), static_cast<std::uint32_t>(buffer.size())};
    Bytes out;
    const auto write = [&](const std::uint8_t* bytes, std::uint32_t count) {
        out.insert(out.end(), bytes, bytes + count);
    };
    for (std::uint8_t byte : line) rt::serve(reader, talk, device, byte, write);
    // Whatever came, the device is still there: a zero ends what was begun, then it says who it is.
    std::uint8_t hello[rt::frame_header];
    rt::put_header(hello, rt::Message::hello, 0x55, 0x66);
    out.clear();
    for (std::uint8_t byte : coded(hello, sizeof hello)) rt::serve(reader, talk, device, byte, write);
    Bytes answer(4096);
    rt::FrameReader host{answer.data(), 4096};
    for (std::uint8_t byte : out)
        if (const std::uint32_t length = rt::take(host, byte); length > 0)
            if ((answer[0] & 15) == 9 && rt::get_hello(&answer[rt::frame_header]).expected == talk.expected)
                return 0;
    __builtin_trap();
}
