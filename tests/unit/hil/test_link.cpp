// The host's side of the link against the emitted serial firmware: built for this host, and on a simulated
// board; over a good line and over one that loses, doubles, damages, cuts and delays frames.
#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/support/report.hpp"
#include "hil/link.hpp"
#include "tests/unit/hil/emitted.hpp"
#include "tests/unit/hil/faulty_line.hpp"
#include "tests/unit/hil/host_device.hpp"
#include "tests/unit/hil/link_check.hpp"

namespace synfire::hil {
namespace {

using test::bad_line;
using test::HostDevice;
using test::quick;
using test::RunningDevice;
using test::start;
using testing::HasSubstr;

// Every population is an output.
IntNetwork network_of(unsigned seed) {
    std::mt19937 random(seed);
    IntNetwork network = test::random_network(random);
    network.outputs.clear();
    for (std::size_t p = network.populations.size(); p > 0; --p) network.outputs.push_back(p - 1);
    return network;
}

#define SKIP_WITHOUT_COMPILER() \
    if (find_program("g++").empty()) GTEST_SKIP() << "g++ was not found"

TEST(Link, AGoodLineGivesWhatTheNetworkComputes) {
    SKIP_WITHOUT_COMPILER();
    std::size_t readouts = 0, spiking = 0;
    for (unsigned seed : {5U, 8U, 11U}) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        // The smallest buffer: states come in many parts.
        const HostDevice device(network_of(seed), {"-DSYNFIRE_LINK_PAYLOAD=1"});
        const RunningDevice running = start(device);
        Link link(running.line, quick());
        test::expect_samples(link, device.network, 5, 30, seed);
        EXPECT_EQ(link.statistics.restarts, 0U);
        for (const IntPopulation& p : device.network.populations) ++(p.spiking ? spiking : readouts);
    }
    EXPECT_GT(readouts, 0U);
    EXPECT_GT(spiking, 0U);
}

TEST(Link, ABadLineGivesWhatTheNetworkComputes) {
    SKIP_WITHOUT_COMPILER();
    const HostDevice device(network_of(5));
    for (unsigned seed = 1; seed <= 3; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const RunningDevice running = start(device);
        test::Faults faults = bad_line;
        faults.seed = seed;
        test::FaultyLine line(running.line, faults);
        Link link(line.host(), quick());
        const Clock::time_point begin = Clock::now();
        test::expect_samples(link, device.network, 4, 30, seed);
        EXPECT_LT(Clock::now() - begin, std::chrono::seconds(120));
        EXPECT_GT(link.statistics.repeated, 50U);
        const test::FaultCounts counts = line.stop();
        for (std::size_t happened :
             {counts.dropped, counts.doubled, counts.damaged, counts.cut, counts.late, counts.noise})
            EXPECT_GT(happened, 10U);
    }
}

TEST(Link, ADeviceThatResetsItselfIsGreetedAgain) {
    SKIP_WITHOUT_COMPILER();
    const HostDevice device(network_of(8));
    setenv("RESET_EVERY", "3500", 1);
    for (bool faults : {false, true}) {
        const RunningDevice running = start(device);
        test::Faults f = faults ? bad_line : test::Faults{};
        test::FaultyLine line(running.line, f);
        Link link(line.host(), quick());
        test::expect_samples(link, device.network, 12, 15, 3);
        EXPECT_GT(link.statistics.restarts, 0U);
    }
    unsetenv("RESET_EVERY");
}

std::string error_of(const std::function<void()>& run) {
    try {
        run();
    } catch (const InputError& error) {
        return to_text(error.diagnostic);
    }
    return "no error";
}

TEST(Link, ASilentDeviceIsAnError) {
    auto [host, far] = test::line_pair();
    LinkOptions options = quick();
    options.limit = std::chrono::milliseconds(200);
    Link link(host, options);
    EXPECT_EQ(
        error_of([&] { greet(link); }),
        "error: node 'test' (line): no answer within 0.2 s\n"
        "  expected: firmware of the compiled directory with its serial loop (firmware/serial.cpp, "
        "examples/hil)\n"
        "  hint: is the firmware flashed and running, is this its line, and are both wires connected?\n");
    EXPECT_GT(link.statistics.repeated, 2U);
}

TEST(Link, NoiseAloneIsAnError) {
    auto [host, far] = test::line_pair();
    const std::uint8_t noise[] = {1, 0, 200, 0, 13, 10, 0, 0, 7};
    write_all(far, noise, sizeof noise, Clock::now() + std::chrono::seconds(1));
    LinkOptions options = quick();
    options.limit = std::chrono::milliseconds(100);
    Link link(host, options);
    const std::string text = error_of([&] { greet(link); });
    EXPECT_THAT(text, HasSubstr("bytes come, but no answer within 0.1 s"));
    EXPECT_THAT(text, HasSubstr("is --baud the speed of the firmware's line?"));
}

TEST(Link, EndlessNoiseIsAnError) {
    auto [host, far] = test::line_pair();
    std::atomic<bool> stop = false;
    std::thread device([&far_end = far, &stop] {
        std::vector<std::uint8_t> noise(1000);
        std::mt19937 random(1);
        for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random());
        while (!stop)
            write_all(far_end, noise.data(), noise.size(), Clock::now() + std::chrono::milliseconds(10));
    });
    LinkOptions options = quick();
    options.limit = std::chrono::milliseconds(300);
    Link link(host, options);
    EXPECT_THAT(error_of([&] { greet(link); }), HasSubstr("bytes come, but no answer within 0.3 s"));
    stop = true;
    device.join();
}

TEST(Link, ALineThatClosesIsAnError) {
    auto ends = test::line_pair();
    { const Line closed = std::move(ends.second); }
    Link link(ends.first, quick());
    EXPECT_EQ(error_of([&] { greet(link); }),
              "error: node 'test' (line): the other side closed the line\n"
              "  hint: is the device still connected, or the simulator still running?\n");
}

TEST(Link, FirmwareWithoutStatesSaysSo) {
    SKIP_WITHOUT_COMPILER();
    const HostDevice device(network_of(5), {"-DSYNFIRE_LINK_STATES=0"});
    const RunningDevice running = start(device);
    Link link(running.line, quick());
    const DeviceFacts facts = greet(link);
    EXPECT_FALSE(facts.hello.states);
    const DeviceShape shape = test::shape_of(device.network);
    const SpikeInput input{3, std::vector<std::uint8_t>(3 * shape.inputs)};
    run_sample(link, facts, shape, input, false);
    EXPECT_EQ(error_of([&] { run_sample(link, facts, shape, input, true); }),
              "error: node 'test' (line): the firmware keeps no states\n"
              "  expected: firmware built with SYNFIRE_LINK_STATES=1\n"
              "  hint: leave out --states, or build the firmware with them\n");
    DeviceFacts lies = facts;
    lies.hello.states = true;
    EXPECT_THAT(error_of([&] { run_sample(link, lies, shape, input, true); }), HasSubstr("keeps no states"));
    lies.hello.neurons += 1;
    EXPECT_THAT(error_of([&] { run_sample(link, lies, shape, input, false); }),
                HasSubstr("the device refused a request as malformed"));
}

// A device that resets itself before any sample is done.
TEST(Link, ADeviceThatKeepsLosingASampleIsAnError) {
    SKIP_WITHOUT_COMPILER();
    const HostDevice device(network_of(8));
    setenv("RESET_EVERY", "250", 1);
    const RunningDevice running = start(device);
    LinkOptions options = quick();
    options.most_restarts = 4;
    Link link(running.line, options);
    const DeviceFacts facts = greet(link);
    const DeviceShape shape = test::shape_of(device.network);
    const SpikeInput input{50, std::vector<std::uint8_t>(50 * shape.inputs)};
    EXPECT_EQ(error_of([&] { run_sample(link, facts, shape, input, false); }),
              "error: node 'test' (line): the device lost a sample 4 times\n"
              "  hint: does it reset itself? look at its supply and at its watchdog\n");
    DeviceFacts other = facts;
    other.hello.fingerprint ^= 1;
    EXPECT_EQ(error_of([&] { run_sample(link, other, shape, input, false); }),
              "error: node 'test' (line): another network answers than before\n"
              "  expected: the same device all the time\n"
              "  hint: leave the device alone while samples run\n");
    unsetenv("RESET_EVERY");
}

TEST(Link, AnotherVersionSaysSo) {
    auto [host, far] = test::line_pair();
    // What a device of version 2 answers to any frame of version 1: a refusal with the request's session and
    // number.
    std::thread device([&far_end = far] {
        std::vector<std::uint8_t> frame(200);
        rt::FrameReader reader{frame.data(), 200};
        for (std::uint8_t byte = 0;
             read_some(far_end, &byte, 1, Clock::now() + std::chrono::seconds(10)) == 1;) {
            if (rt::take(reader, byte) == 0) continue;
            frame[0] = 2 << 4 | 15;
            frame[rt::frame_header] = static_cast<std::uint8_t>(rt::Refusal::version);
            rt::send(frame.data(), rt::frame_header + rt::refusal_bytes,
                     [&](const std::uint8_t* b, std::uint32_t n) {
                         write_all(far_end, b, n, Clock::now() + std::chrono::seconds(1));
                     });
            return;
        }
    });
    Link link(host, quick());
    EXPECT_EQ(error_of([&] { greet(link); }),
              "error: node 'test' (line): the device speaks version 2 of the protocol\n"
              "  expected: version 1\n"
              "  hint: compile the model again and flash that firmware\n");
    device.join();
}

// A pseudo-terminal stands for a serial port.
TEST(Link, APseudoTerminalIsALine) {
    SKIP_WITHOUT_COMPILER();
    const HostDevice device(network_of(11));
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ASSERT_GE(master, 0);
    ASSERT_EQ(grantpt(master) + unlockpt(master), 0);
    const Line line = open_serial_port(ptsname(master), 115200);
    const Child process =
        start_process({device.program.string()}, device.folder.path(), device.folder.path() / "log", master);
    Link link(line, quick());
    test::expect_samples(link, device.network, 2, 20, 1);
    close(master);
}

TEST(Link, APortThatIsNotThereIsAnError) {
    const std::string text = error_of([] { open_serial_port("/dev/ttyNONE7", 115200); });
    EXPECT_THAT(text, HasSubstr("error: node '/dev/ttyNONE7' (serial port): there is no such serial port\n"
                                "  hint: the ports of this host: "));
    EXPECT_THAT(error_of([] { open_serial_port("/etc/passwd", 115200); }),
                HasSubstr("there is no such serial port"));
}

class OnSimulatedBoard : public testing::TestWithParam<Board> {};

INSTANTIATE_TEST_SUITE_P(Boards, OnSimulatedBoard, testing::ValuesIn(boards()), [](const auto& test) {
    std::string name;
    for (char c : test.param.name)
        if (c != '-') name += c;
    return name;
});

TEST_P(OnSimulatedBoard, TheSerialLineGivesWhatTheNetworkComputes) {
    if (const std::string missing = missing_tools(GetParam()); !missing.empty()) GTEST_SKIP() << missing;
    const IntNetwork network = network_of(5);
    const ScratchFolder folder;
    const Firmware firmware =
        build_firmware(test::write_emitted(network, folder, WeightSource::flash, test::core_of(GetParam())),
                       GetParam().name, {"serial"});
    const Simulation simulation = start_simulation(firmware);
    {
        Link link(simulation.line, test::patient());
        test::expect_samples(link, network, 2, 20, 1);
    }
    // One board of each processor family also at the end of a bad line.
    if (GetParam().name != "mps2-an386" && GetParam().name != "virt") return;
    LinkOptions options = quick();
    options.shortest_wait = std::chrono::milliseconds(5);
    options.longest_wait = std::chrono::milliseconds(20);
    test::FaultyLine line(simulation.line, bad_line);
    Link link(line.host(), options);
    test::expect_samples(link, network, 2, 20, 2);
    EXPECT_GT(link.statistics.repeated, 10U);
}

}  // namespace
}  // namespace synfire::hil
