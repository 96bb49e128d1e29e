// A line that mistreats what goes over it, between a host and a device: a thread that passes bytes on in both
// directions and loses, doubles, damages, cuts and delays frames and adds noise, by a seeded generator.
#pragma once

#include <atomic>
#include <random>
#include <thread>

#include "hil/line.hpp"

namespace synfire::test {

struct Faults {
    // Of every frame, in percent.
    int drop = 0, twice = 0, damage = 0, cut = 0, late = 0, noise = 0;
    unsigned seed = 1;
};

struct FaultCounts {
    std::size_t frames = 0, dropped = 0, doubled = 0, damaged = 0, cut = 0, late = 0, noise = 0;
};

class FaultyLine {
  public:
    // device: the far end, which outlives this object.
    FaultyLine(const hil::Line& device, const Faults& faults);
    ~FaultyLine();
    FaultyLine(const FaultyLine&) = delete;
    FaultyLine& operator=(const FaultyLine&) = delete;

    const hil::Line& host() const { return host_; }
    // Once the thread has ended.
    FaultCounts stop();

  private:
    FaultyLine(std::pair<hil::Line, hil::Line> ends, const hil::Line& device, const Faults& faults);
    void run();

    hil::Line host_, inner_;
    const hil::Line& device_;
    Faults faults_;
    FaultCounts counts_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

// Both ends of a new line.
std::pair<hil::Line, hil::Line> line_pair();

}  // namespace synfire::test
