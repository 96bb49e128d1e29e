// The emitted serial firmware as a program of this host, at the end of a line.
#pragma once

#include <fcntl.h>
#include <fstream>

#include <gtest/gtest.h>

#include "hil/link.hpp"
#include "tests/unit/hil/emitted.hpp"
#include "tests/unit/hil/faulty_line.hpp"

namespace synfire::test {

using hil::Child;
using hil::Line;
using hil::LinkOptions;
using hil::ProcessResult;
using hil::ScratchFolder;

inline constexpr Faults bad_line{12, 12, 12, 8, 12, 20, 1};

// Standard input and output are the line. RESET_EVERY: the device starts again after so many bytes.
inline constexpr char host_port[] = R"(
#include <stdlib.h>
#include <unistd.h>
#include "ports/generic/port.hpp"
static long left = -1;
void port_init() {
    const char* every = getenv("RESET_EVERY");
    if (every != nullptr) left = atol(every);
}
void port_read(uint8_t* bytes, uint32_t count) {
    while (count > 0) {
        if (left == 0) execl("/proc/self/exe", "device", static_cast<char*>(nullptr));
        const ssize_t n = read(0, bytes, left > 0 ? 1 : count);
        if (n <= 0) _exit(0);
        if (left > 0) --left;
        bytes += n;
        count -= static_cast<uint32_t>(n);
    }
}
void port_write(const uint8_t* bytes, uint32_t count) {
    while (count > 0) {
        const ssize_t n = write(1, bytes, count);
        if (n <= 0) _exit(1);
        bytes += n;
        count -= static_cast<uint32_t>(n);
    }
}
)";

// The network in firmware/serial.cpp as a program of this host.
struct HostDevice {
    IntNetwork network;
    ScratchFolder folder;
    std::filesystem::path program;

    explicit HostDevice(const IntNetwork& of, const std::vector<std::string>& options = {}) : network(of) {
        const std::filesystem::path compiled = write_emitted(network, folder);
        std::ofstream(compiled / "port.cpp") << host_port;
        std::vector<std::string> compile{"g++",
                                         "-std=c++17",
                                         "-Wall",
                                         "-Wextra",
                                         "-Wconversion",
                                         "-Wshadow",
                                         "-pedantic",
                                         "-Werror",
                                         "-O1",
                                         "-fsanitize=undefined",
                                         "-fno-sanitize-recover",
                                         "-Isrc",
                                         "-I.",
                                         "port.cpp",
                                         "firmware/serial.cpp",
                                         "src/model.cpp",
                                         "src/tables.cpp",
                                         "-o",
                                         "device"};
        compile.insert(compile.end(), options.begin(), options.end());
        const ProcessResult built =
            hil::run_process(compile, compiled, folder.path() / "log", std::chrono::seconds(120));
        EXPECT_EQ(built.exit_code, 0) << built.output;
        program = compiled / "device";
    }
};

struct RunningDevice {
    Line line;
    Child process;
};

inline RunningDevice start(const HostDevice& device) {
    auto [host, far] = line_pair();
    fcntl(far.descriptor(), F_SETFL, 0);
    Child process = hil::start_process({device.program.string()}, device.folder.path(),
                                       device.folder.path() / "log", far.descriptor());
    return {std::move(host), std::move(process)};
}

inline LinkOptions quick() {
    LinkOptions options;
    options.first_wait = std::chrono::milliseconds(20);
    options.shortest_wait = std::chrono::milliseconds(2);
    options.longest_wait = std::chrono::milliseconds(8);
    options.limit = std::chrono::seconds(60);
    options.seed = 7;
    return options;
}

}  // namespace synfire::test
