// Nobody is left waiting: who stops reading closes the pipe, which ends a child that writes; a child that
// ends closes its side, which ends the reading; a child that does neither is ended by its limits.
#include "compiler/frontend/hdf5/isolate.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace synfire::hdf5 {
namespace {

constexpr std::size_t block = std::size_t{1} << 16;  // bytes that go through the pipe at a time
constexpr unsigned patience = 20;  // seconds to wait for one of computing, on a busy machine

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

// Again, where a signal came in between.
template <typename Call>
auto uninterrupted(Call call) {
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    operator int() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

  private:
    int fd_;
};

// No signal arrives in its lifetime: until the child has put the handlers away, they would run in the child.
class BlockedSignals {
  public:
    BlockedSignals() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;

  private:
    sigset_t before_;
};

// A running child process; it is gone where this goes out of scope.
class Child {
  public:
    // answer: the reading end of its pipe.
    Child(pid_t pid, int answer) : pid_(pid), answer_(answer) {}
    ~Child() { wait(); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    int answer() const { return answer_; }

    // Its wait status; 0 where somebody else took it, as where SIGCHLD is ignored.
    int wait() {
        answer_.close();
        int status = 0;
        if (pid_ > 0 && uninterrupted([&] { return waitpid(pid_, &status, 0); }) < 0) status = 0;
        pid_ = -1;
        return status;
    }

  private:
    pid_t pid_;
    Descriptor answer_;
};

void default_signals() {
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) sigaction(number, &action, nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

void lower_limit(int resource, rlim_t value) {
    rlimit limit = {};
    if (getrlimit(resource, &limit) != 0) return;
    limit.rlim_cur = std::min(limit.rlim_cur, value);
    setrlimit(resource, &limit);
}

// libhdf5, the allocator and the sanitizers explain themselves on stderr.
void silence() {
    const int nothing = open("/dev/null", O_RDWR);
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO})
        if (nothing < 0 || dup2(nothing, fd) < 0) close(fd);
}

// What comes through a pipe: small pieces by way of a buffer, large ones directly.
struct Incoming {
    const int pipe;
    std::vector<char> buffer = std::vector<char>(block);
    std::size_t at = 0;  // in the buffer
    std::size_t end = 0;

    // How many bytes came; 0 at the end.
    std::size_t fetch(char* bytes, std::size_t most) const {
        const ssize_t got = uninterrupted([&] { return read(pipe, bytes, most); });
        return got < 0 ? 0 : static_cast<std::size_t>(got);
    }

    bool get(char* bytes, std::size_t count) {
        while (count > 0) {
            std::size_t part = 0;
            if (at == end && count >= block) {
                part = fetch(bytes, count);
            } else {
                if (at == end) {
                    end = fetch(buffer.data(), block);
                    at = 0;
                }
                part = std::min(count, end - at);
                std::copy_n(buffer.data() + at, part, bytes);
                at += part;
            }
            if (part == 0) return false;
            bytes += part;
            count -= part;
        }
        return true;
    }
};

struct Outgoing {
    const int pipe;
    std::string buffer{};

    void send(const char* bytes, std::size_t count) const {
        while (count > 0) {
            const ssize_t sent = uninterrupted([&] { return write(pipe, bytes, count); });
            if (sent < 0) _exit(EXIT_FAILURE);  // nobody reads any more
            bytes += sent;
            count -= static_cast<std::size_t>(sent);
        }
    }

    void flush() {
        send(buffer.data(), buffer.size());
        buffer.clear();
    }

    void put(const char* bytes, std::size_t count) {
        if (buffer.size() + count > block) flush();
        if (count > block)
            send(bytes, count);
        else
            buffer.append(bytes, count);
    }
};

// Ends without what exit() does: buffers and handlers belong to the parent.
[[noreturn]] void run_child(int pipe_end, unsigned seconds, const std::function<void(const Put&)>& work) {
    const int answer = fcntl(pipe_end, F_DUPFD, STDERR_FILENO + 1);
    if (answer < 0) _exit(EXIT_FAILURE);
    silence();
    lower_limit(RLIMIT_CORE, 0);
    lower_limit(RLIMIT_CPU, seconds);
    default_signals();
    alarm(patience * seconds);
    try {
        Outgoing outgoing{answer};
        outgoing.buffer.reserve(block);  // there may be no memory when the answer is that there is none
        work([&](const char* bytes, std::size_t count) { outgoing.put(bytes, count); });
        outgoing.flush();
    } catch (...) {
        _exit(EXIT_FAILURE);
    }
    _exit(EXIT_SUCCESS);
}

Child start(unsigned seconds, const std::function<void(const Put&)>& work) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
    Descriptor reading(ends[0]), writing(ends[1]);
    const BlockedSignals blocked;
    const pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        reading.close();
        run_child(writing, seconds, work);
    }
    return Child(pid, reading.release());
}

}  // namespace

Ending isolate(unsigned seconds, const std::function<void(const Put&)>& work,
               const std::function<bool(const Get&)>& take) {
    Child child = start(seconds, work);
    Incoming incoming{child.answer()};
    const bool whole = take([&](char* bytes, std::size_t count) { return incoming.get(bytes, count); });
    const int status = child.wait();
    if (whole) return Ending::answered;
    const bool late = WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGALRM);
    return late ? Ending::out_of_time : Ending::failed;
}

}  // namespace synfire::hdf5
