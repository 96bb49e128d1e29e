// poll, read and write.
#include "hil/line.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "compiler/support/report.hpp"

namespace synfire::hil {
namespace {

[[noreturn]] void fail_closed(const Line& line) {
    Diagnostic d;
    d.node = "'" + line.name() + "' (line)";
    d.reason = "the other side closed the line";
    d.hint = "is the device still connected, or the simulator still running?";
    throw InputError(std::move(d));
}

// Whether the event came before the end.
bool wait_for(const Line& line, short event, Clock::time_point until) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        pollfd polled{line.descriptor(), event, 0};
        const int ready = poll(&polled, 1, static_cast<int>(std::clamp<long long>(left, 0, 3600000)));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) fail_closed(line);
        if (Clock::now() >= until) return false;
    }
}

bool would_block() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

// A socket whose other end is gone must not end this program by a signal.
ssize_t put(const Line& line, const std::uint8_t* bytes, std::size_t count) {
    const ssize_t sent = send(line.descriptor(), bytes, count, MSG_NOSIGNAL);
    return sent < 0 && errno == ENOTSOCK ? write(line.descriptor(), bytes, count) : sent;
}

}  // namespace

Line::Line(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {
    fcntl(descriptor_, F_SETFL, fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
    fcntl(descriptor_, F_SETFD, FD_CLOEXEC);
}

Line::~Line() {
    if (descriptor_ >= 0) close(descriptor_);
}

Line::Line(Line&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), name_(std::move(other.name_)) {}

std::size_t read_some(const Line& line, std::uint8_t* bytes, std::size_t most, Clock::time_point until) {
    while (wait_for(line, POLLIN, until)) {
        const ssize_t count = read(line.descriptor(), bytes, most);
        if (count > 0) return static_cast<std::size_t>(count);
        if (count == 0 || !would_block()) fail_closed(line);
    }
    return 0;
}

bool write_all(const Line& line, const std::uint8_t* bytes, std::size_t count, Clock::time_point until) {
    while (count > 0) {
        if (!wait_for(line, POLLOUT, until)) return false;
        const ssize_t written = put(line, bytes, count);
        if (written < 0 && !would_block()) fail_closed(line);
        if (written <= 0) continue;
        bytes += written;
        count -= static_cast<std::size_t>(written);
    }
    return true;
}

}  // namespace synfire::hil
