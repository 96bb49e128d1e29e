// Whatever the child does, the parent gets a whole answer or is told that there is none, and no process is
// left over.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "compiler/frontend/hdf5/isolate.hpp"
#include "tests/unit/hdf5/sanitized.hpp"

namespace synfire::hdf5 {
namespace {

struct Result {
    Ending ending = Ending::failed;
    std::string bytes;
};

// Takes as many bytes as the answer should have.
Result answer_of(const std::function<void(const Put&)>& work, std::size_t count, unsigned seconds = 10) {
    Result result;
    result.bytes.resize(count);
    result.ending = isolate(seconds, work, [&](const Get& get) { return get(result.bytes.data(), count); });
    errno = 0;
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
    return result;
}

void put_hello(const Put& put) {
    put("hel", 3);
    put("lo", 2);
}

// Undoes what a test has done to a signal.
struct Handling {
    int number;
    struct sigaction before = {};
    Handling(int signal, void (*handler)(int)) : number(signal) {
        struct sigaction action = {};
        action.sa_handler = handler;
        sigaction(number, &action, &before);
    }
    ~Handling() { sigaction(number, &before, nullptr); }
};

TEST(Isolate, BringsTheAnswerBack) {
    const Result r = answer_of(put_hello, 5);
    EXPECT_EQ(r.ending, Ending::answered);
    EXPECT_EQ(r.bytes, "hello");
}

TEST(Isolate, LargeAnswersDoNotBlock) {
    const std::string large(5'000'001, 'x');
    const Result r = answer_of(
        [&](const Put& put) {
            put("a", 1);
            put(large.data(), large.size());
            for (int i = 0; i < 200'000; ++i) put("bc", 2);
        },
        1 + large.size() + 400'000);
    EXPECT_EQ(r.ending, Ending::answered);
    EXPECT_EQ(r.bytes.substr(0, large.size() + 3), "a" + large + "bc");
    EXPECT_EQ(r.bytes.substr(r.bytes.size() - 4), "bcbc");
}

TEST(Isolate, AnAnswerThatEndsTooEarlyIsNone) {
    EXPECT_EQ(answer_of(put_hello, 6).ending, Ending::failed);
}

TEST(Isolate, MoreThanIsTakenEndsTheChild) {
    const std::string large(1'000'000, 'x');
    const Result r = answer_of(
        [&](const Put& put) {
            for (;;) put(large.data(), large.size());
        },
        5);
    EXPECT_EQ(r.ending, Ending::answered);
    EXPECT_EQ(r.bytes, "xxxxx");
}

TEST(Isolate, FailuresOfEveryKindAreToldAndSilent) {
    const std::vector<std::function<void(const Put&)>> failures = {
        [](const Put&) { std::abort(); },
        [](const Put&) { std::raise(SIGSEGV); },
        [](const Put&) { std::raise(SIGKILL); },
        [](const Put&) { throw std::runtime_error("not caught"); },
        [](const Put&) { std::_Exit(3); },
        [](const Put&) { std::exit(0); },
        [](const Put&) {
            std::fputs("says something\n", stderr);
            std::puts("says something");
            std::fflush(nullptr);
            std::abort();
        },
    };
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    for (const auto& failure : failures) EXPECT_EQ(answer_of(failure, 1).ending, Ending::failed);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(Isolate, WhatTheParentHasNotWrittenYetIsWrittenOnce) {
    testing::internal::CaptureStdout();
    std::printf("once");
    EXPECT_EQ(answer_of(put_hello, 5).ending, Ending::answered);
    EXPECT_EQ(answer_of([](const Put&) { std::abort(); }, 5).ending, Ending::failed);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "once");
}

TEST(Isolate, EndlessComputingIsEnded) {
    const Result r = answer_of(
        [](const Put& put) {
            put("a", 1);
            for (volatile unsigned i = 0;;) i = i + 1;
        },
        1, 1);
    EXPECT_EQ(r.ending, Ending::out_of_time);
}

TEST(Isolate, HandlersOfTheParentDoNotRunInTheChild) {
    const Handling crash(SIGSEGV, [](int) { _exit(0); });
    const Result r = answer_of(
        [](const Put& put) {
            std::raise(SIGSEGV);
            put_hello(put);
        },
        5);
    EXPECT_EQ(r.ending, Ending::failed);
}

TEST(Isolate, WorksWhereChildrenAndPipesAreIgnored) {
    const Handling children(SIGCHLD, SIG_IGN), pipes(SIGPIPE, SIG_IGN);
    EXPECT_EQ(answer_of(put_hello, 5).bytes, "hello");
    EXPECT_EQ(answer_of([](const Put&) { std::abort(); }, 5).ending, Ending::failed);
}

TEST(Isolate, WorksWhereSignalsComeInBetween) {
    const Handling ticks(SIGALRM, [](int) {});
    itimerval every = {{0, 500}, {0, 500}}, never = {};
    setitimer(ITIMER_REAL, &every, nullptr);
    const std::string large(5'000'000, 'x');
    for (int i = 0; i < 20; ++i) {
        const Result r = answer_of([&](const Put& put) { put(large.data(), large.size()); }, large.size());
        EXPECT_EQ(r.ending, Ending::answered);
        EXPECT_TRUE(r.bytes == large);
    }
    setitimer(ITIMER_REAL, &never, nullptr);
}

TEST(Isolate, WorksInSeveralThreads) {
    if (sanitized) GTEST_SKIP() << "the address sanitizer does not survive a fork beside other threads";
    std::vector<std::thread> threads;
    for (char name = 'a'; name < 'e'; ++name)
        threads.emplace_back([name] {
            const std::string text(300'000, name);
            for (int i = 0; i < 10; ++i) {
                std::string got(text.size(), ' ');
                const Ending ending = isolate(
                    10, [&](const Put& put) { put(text.data(), text.size()); },
                    [&](const Get& get) { return get(got.data(), got.size()); });
                EXPECT_EQ(ending, Ending::answered);
                EXPECT_TRUE(got == text);
            }
        });
    for (std::thread& thread : threads) thread.join();
}

TEST(Isolate, WorksWithoutStandardStreams) {
    const int in = dup(0), out = dup(1), err = dup(2);
    close(0);
    close(1);
    close(2);
    const Result r = answer_of(put_hello, 5);
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    for (const int fd : {in, out, err}) close(fd);
    EXPECT_EQ(r.ending, Ending::answered);
    EXPECT_EQ(r.bytes, "hello");
}

TEST(Isolate, LeavesNoDescriptorOpen) {
    const int before = dup(0);
    close(before);
    for (int i = 0; i < 5; ++i) answer_of(put_hello, 5);
    const int after = dup(0);
    close(after);
    EXPECT_EQ(before, after);
}

TEST(Isolate, SaysWhereNoPipeCanBeOpened) {
    if (sanitized) GTEST_SKIP() << "the sanitizers need pipes of their own";
    rlimit before = {};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none = {0, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    EXPECT_THROW(answer_of(put_hello, 5), std::system_error);
    setrlimit(RLIMIT_NOFILE, &before);
}

TEST(Isolate, WhatTheParentThrowsLeavesNoChild) {
    const auto thrower = [](const Get&) -> bool { throw std::runtime_error("enough"); };
    EXPECT_THROW(isolate(10, put_hello, thrower), std::runtime_error);
    errno = 0;
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace synfire::hdf5
