// The host's side of runtime/link.hpp: asks again until an answer comes, starts a sample again where the
// device lost it. What comes back is exactly what the device computed, whatever the line does to bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "hil/line.hpp"
#include "hil/record.hpp"
#include "runtime/link.hpp"

namespace synfire::hil {

struct LinkOptions {
    std::chrono::microseconds first_wait{200000};    // for an answer, before any has come
    std::chrono::microseconds shortest_wait{20000};  // then a multiple of what answers took, at least this
    std::chrono::microseconds longest_wait{2000000};
    std::chrono::milliseconds limit{10000};  // for one request with all its repetitions
    unsigned baud = 0;                       // time on the line is added to every wait; 0: none
    unsigned most_restarts = 100;            // of one sample
    std::uint64_t seed = 0;                  // of the names of sessions
};

struct LinkStatistics {
    std::size_t requests = 0;
    std::size_t repeated = 0;  // requests sent again
    std::size_t restarts = 0;  // samples started again
    std::size_t stray = 0;     // good frames that answered nothing that was asked
    std::size_t bytes = 0;     // received
};

struct Link {
    Link(const Line& line, const LinkOptions& options);
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    const Line& line;
    LinkOptions options;
    LinkStatistics statistics;
    std::mt19937_64 random;
    std::vector<std::uint8_t> buffer;  // of a frame that is coming in
    rt::FrameReader reader;
    std::uint32_t next = 0;                     // number of the next start or step
    double answer_time = 0, answer_spread = 0;  // microseconds, smoothed; 0: nothing came yet
};

struct DeviceFacts {
    rt::Hello hello{};
    std::string name;
};

// Throws InputError: no answer within the limit, a device of another version of the protocol, the line
// closed.
DeviceFacts greet(Link& link);

// What the device's numbers belong to.
struct DeviceShape {
    std::vector<std::size_t> neurons;  // of every population
    std::vector<bool> spiking;
    std::vector<std::size_t> outputs;  // populations
    std::size_t inputs = 0;            // of spikes
    LevelShape levels{};
};

struct SampleRun {
    // The outputs' s, or v of readouts; observed: s, u and v of every population. What is not there is empty.
    SampleRecord record;
    std::vector<rt::Counts> counts;  // of every step, as the device counted
    std::vector<double> latency;     // of every step, microseconds from the request to its answer
};

// Runs one sample from the start. The device is one that greet() found, of this shape. Throws as greet(), and
// where another device answers on the way.
SampleRun run_sample(Link& link, const DeviceFacts& device, const DeviceShape& shape, const SpikeInput& input,
                     bool observed);

}  // namespace synfire::hil
