#include "emulator/events.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace synfire {
namespace {

constexpr std::size_t bin_event_bytes = 5;
constexpr std::int64_t latest = std::int64_t{1} << 53;  // microseconds; 285 years

[[noreturn]] void fail(const std::string& file, const std::string& reason, const std::string& expected,
                       const std::string& hint) {
    Diagnostic d;
    d.file = file;
    d.reason = reason;
    d.expected = expected;
    d.hint = hint;
    throw InputError(d);
}

struct Span {
    std::int64_t first;
    std::int64_t duration;
};

Span span_of(const std::vector<Event>& events) {
    const auto [first, last] = std::minmax_element(events.begin(), events.end(),
                                                   [](const Event& a, const Event& b) { return a.t < b.t; });
    return {first->t, last->t - first->t};
}

// The next field of a line, or nothing where it is no whole number from 0 to most.
std::optional<std::int64_t> number(std::string_view& line, std::int64_t most) {
    const std::size_t end = std::min(line.find(','), line.size());
    std::string_view field = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
    while (!field.empty() && field.back() == ' ') field.remove_suffix(1);
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc{} || stop != field.data() + field.size() || value < 0 || value > most)
        return std::nullopt;
    return value;
}

std::optional<Event> event_of(std::string_view line) {
    if (std::count(line.begin(), line.end(), ',') != 3) return std::nullopt;
    const auto t = number(line, latest), x = number(line, UINT16_MAX), y = number(line, UINT16_MAX),
               p = number(line, 1);
    if (!t || !x || !y || !p) return std::nullopt;
    return Event{*t, static_cast<std::uint16_t>(*x), static_cast<std::uint16_t>(*y),
                 static_cast<std::uint8_t>(*p)};
}

std::size_t steps_of(const Binning& binning, std::int64_t duration, const std::string& file) {
    if (binning.width == 0 || binning.steps != 0) return binning.steps;
    const std::int64_t windows = duration / binning.width;
    if (windows == 0)
        fail(file, fmt::format("lasts {} us, less than one window of {} us", duration, binning.width),
             "at least one whole window", "give a smaller --bin-width, or --steps");
    return static_cast<std::size_t>(windows);
}

// The step of an event `elapsed` microseconds after the first; steps or more where it comes after the last.
std::size_t step_of(std::int64_t elapsed, std::int64_t duration, std::size_t steps, const Binning& binning) {
    if (binning.width != 0) return static_cast<std::size_t>(elapsed / binning.width);
    const auto scaled = static_cast<float>(static_cast<double>(elapsed) * static_cast<double>(steps));
    const float bin = scaled / static_cast<float>(std::max<std::int64_t>(duration, 1));
    return std::min(static_cast<std::size_t>(bin), steps - 1);
}

}  // namespace

std::vector<Event> parse_event_bin(const std::string& bytes, const std::string& file) {
    if (bytes.empty() || bytes.size() % bin_event_bytes != 0)
        fail(file, fmt::format("holds {} bytes", bytes.size()),
             fmt::format("events of {} bytes: x, y, polarity and 23 bits of microseconds", bin_event_bytes),
             "is it an N-MNIST recording, and complete? write other recordings as CSV: t,x,y,p");
    std::vector<Event> events(bytes.size() / bin_event_bytes);
    for (std::size_t k = 0; k < events.size(); ++k) {
        std::uint8_t b[bin_event_bytes];
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(k * bin_event_bytes), bin_event_bytes, b);
        events[k] = {(b[2] & 0x7f) << 16 | b[3] << 8 | b[4], b[0], b[1],
                     static_cast<std::uint8_t>(b[2] >> 7)};
    }
    return events;
}

std::vector<Event> parse_event_csv(const std::string& text, const std::string& file) {
    std::vector<Event> events;
    std::string_view rest = text;
    for (std::size_t line_number = 1; !rest.empty(); ++line_number) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.empty()) continue;
        const bool names = line_number == 1 && line.find_first_of("0123456789") == std::string_view::npos;
        if (names) continue;
        const std::optional<Event> event = event_of(line);
        if (!event)
            fail(file, fmt::format("line {} is not an event", line_number),
                 "t,x,y,p: whole microseconds, column, row, and polarity 0 or 1",
                 "convert times to microseconds and polarities to 0 and 1");
        events.push_back(*event);
    }
    if (events.empty()) fail(file, "holds no events", "lines t,x,y,p", "check how it was saved");
    return events;
}

Signal bin_events(const std::vector<Event>& events, const Shape& shape, const Binning& binning,
                  const std::string& file, Report& report) {
    const Span span = span_of(events);
    const std::size_t steps = steps_of(binning, span.duration, file);
    const std::size_t height = shape.at(1), width = shape.at(2), n = 2 * height * width;
    if (steps == 0 || steps > most_binned_values / n)
        fail(file, fmt::format("becomes {} steps of {} values", steps, n),
             fmt::format("1 to {} steps", most_binned_values / n),
             "give fewer --steps or a larger --bin-width");
    Signal signal{steps, n, std::vector<double>(steps * n, 0.0)};
    std::size_t late = 0;
    for (std::size_t k = 0; k < events.size(); ++k) {
        const Event& e = events[k];
        if (e.x >= width || e.y >= height)
            fail(file, fmt::format("event {} (counted from 0) is at column {}, row {}", k, e.x, e.y),
                 fmt::format("columns 0..{} and rows 0..{}: the input's shape is {}", width - 1, height - 1,
                             to_string(shape)),
                 "is it a recording of another sensor? crop or scale its coordinates");
        const std::size_t step = step_of(e.t - span.first, span.duration, steps, binning);
        if (step < steps)
            ++signal.values[step * n + (e.polarity * height + e.y) * width + e.x];
        else
            ++late;
    }
    if (late == 0) return signal;
    Diagnostic d;
    d.file = file;
    d.reason = fmt::format("{} of {} events come after the last of {} windows of {} us and are left out",
                           late, events.size(), steps, binning.width);
    d.hint = "give more --steps to keep them";
    report.warning(d);
    return signal;
}

}  // namespace synfire
