// Frames are what stands between zeros.
#include "tests/unit/hil/faulty_line.hpp"

#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include "compiler/support/report.hpp"

namespace synfire::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Direction {
    int from, to;
    std::mt19937 random;
    Bytes coming{};   // of a frame
    Bytes delayed{};  // a frame that others overtake

    bool chance(int percent) { return static_cast<int>(random() % 100) < percent; }
};

// Returns false where the other side is gone.
bool put(const Direction& d, const Bytes& bytes) {
    const hil::Clock::time_point until = hil::Clock::now() + std::chrono::seconds(10);
    std::size_t done = 0;
    while (done < bytes.size() && hil::Clock::now() < until) {
        const ssize_t n = send(d.to, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
        if (n > 0) {
            done += static_cast<std::size_t>(n);
            continue;
        }
        if (errno != EAGAIN && errno != EINTR) return false;
        pollfd polled{d.to, POLLOUT, 0};
        poll(&polled, 1, 100);
    }
    return true;
}

bool pass_frame(Direction& d, const Faults& f, FaultCounts& counts) {
    Bytes frame = std::move(d.coming);
    d.coming.clear();
    ++counts.frames;
    const auto count = [](bool happened, std::size_t& number) {
        number += happened;
        return happened;
    };
    if (count(d.chance(f.drop), counts.dropped)) return true;
    if (count(d.chance(f.damage), counts.damaged))
        for (auto n = 1 + d.random() % 3; n > 0; --n)
            frame[d.random() % frame.size()] ^= static_cast<std::uint8_t>(1U << d.random() % 8);
    if (count(d.chance(f.cut), counts.cut)) frame.resize(d.random() % frame.size());
    // Ends of frames are kept, so that a fault hits one frame; damage may still set or clear zeros.
    frame.insert(frame.begin(), 0);
    frame.push_back(0);
    Bytes noise;
    if (count(d.chance(f.noise), counts.noise))
        for (auto n = 1 + d.random() % 30; n > 0; --n) noise.push_back(static_cast<std::uint8_t>(d.random()));
    if (!put(d, noise)) return false;
    if (count(d.chance(f.late), counts.late)) {
        std::swap(d.delayed, frame);
        return put(d, frame);
    }
    if (!put(d, frame)) return false;
    if (count(d.chance(f.twice), counts.doubled) && !put(d, frame)) return false;
    const Bytes overtaken = std::move(d.delayed);
    d.delayed.clear();
    return put(d, overtaken);
}

bool pass_on(Direction& d, const Faults& faults, FaultCounts& counts) {
    std::uint8_t bytes[1024];
    const ssize_t n = read(d.from, bytes, sizeof bytes);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return false;
    for (ssize_t i = 0; i < n; ++i) {
        if (bytes[i] != 0)
            d.coming.push_back(bytes[i]);
        else if (!d.coming.empty() && !pass_frame(d, faults, counts))
            return false;
    }
    return true;
}

}  // namespace

std::pair<hil::Line, hil::Line> line_pair() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) SYNFIRE_BUG("socketpair failed");
    return {hil::Line(ends[0], "test"), hil::Line(ends[1], "test")};
}

FaultyLine::FaultyLine(const hil::Line& device, const Faults& faults)
    : FaultyLine(line_pair(), device, faults) {}

FaultyLine::FaultyLine(std::pair<hil::Line, hil::Line> ends, const hil::Line& device, const Faults& faults)
    : host_(std::move(ends.first)),
      inner_(std::move(ends.second)),
      device_(device),
      faults_(faults),
      thread_([this] { run(); }) {}

FaultyLine::~FaultyLine() {
    stop();
}

FaultCounts FaultyLine::stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    return counts_;
}

void FaultyLine::run() {
    Direction there{inner_.descriptor(), device_.descriptor(), std::mt19937(faults_.seed)};
    Direction back{device_.descriptor(), inner_.descriptor(), std::mt19937(faults_.seed + 1000)};
    while (!stopping_) {
        pollfd polled[2] = {{there.from, POLLIN, 0}, {back.from, POLLIN, 0}};
        poll(polled, 2, 20);
        if (polled[0].revents != 0 && !pass_on(there, faults_, counts_)) return;
        if (polled[1].revents != 0 && !pass_on(back, faults_, counts_)) return;
    }
}

}  // namespace synfire::test
