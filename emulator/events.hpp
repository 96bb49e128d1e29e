// Recordings of event cameras: reading them, and counting their events per time bin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/support/report.hpp"
#include "compiler/support/shape.hpp"
#include "emulator/trace.hpp"

namespace synfire {

struct Event {
    std::int64_t t = 0;  // microseconds
    std::uint16_t x = 0;
    std::uint16_t y = 0;
    std::uint8_t polarity = 0;  // 0: darker, 1: brighter
};

// N-MNIST's binary form, 5 bytes per event: x, y, polarity << 7 | t[22:16], t[15:8], t[7:0]. Throws
// InputError: empty, or not whole events.
std::vector<Event> parse_event_bin(const std::string& bytes, const std::string& file);

// Lines "t,x,y,p": whole numbers, microseconds, polarity 0 or 1; a first line of names is skipped. Throws
// InputError naming the line.
std::vector<Event> parse_event_csv(const std::string& text, const std::string& file);

// How time is cut. width 0: `steps` equal bins from the first to the last event, bin
// int((t - t0) * steps / duration) in single precision, the last event in the last bin (snn-generator, 50
// bins for N-MNIST). Else windows of `width` microseconds from the first event; steps 0: as many as end
// before the last event does, else exactly `steps`.
struct Binning {
    std::size_t steps = 0;
    std::int64_t width = 0;
};

// The most values that a recording may become.
inline constexpr std::size_t most_binned_values = std::size_t{1} << 28;

// Event counts [steps x 2 * height * width], channel = polarity. Warns of events after the last window.
// Throws InputError: a coordinate outside of shape [2, height, width], no whole window, too many steps.
Signal bin_events(const std::vector<Event>& events, const Shape& shape, const Binning& binning,
                  const std::string& file, Report& report);

}  // namespace synfire
