// Event files: hand-made bytes and lines, bins and windows.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "emulator/events.hpp"

namespace synfire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Shape sensor{2, 2, 3};

template <class Work>
std::string refusal(Work work) {
    try {
        work();
    } catch (const InputError& e) {
        return to_text(e.diagnostic);
    }
    return "";
}

std::vector<Event> at_times(const std::vector<std::int64_t>& times) {
    std::vector<Event> events;
    for (std::int64_t t : times) events.push_back({t, 0, 0, 0});
    return events;
}

// How many events of the first pixel fall into each step.
std::vector<double> per_step(const std::vector<std::int64_t>& times, const Binning& binning) {
    Report report;
    const Signal s = bin_events(at_times(times), {2, 1, 1}, binning, "x.csv", report);
    std::vector<double> counts;
    for (std::size_t t = 0; t < s.steps; ++t) counts.push_back(s.values[t * 2]);
    return counts;
}

TEST(Events, BinaryForm) {
    const std::string bytes(
        "\x02\x01\x81\x02\x03"
        "\x00\x00\x7f\xff\xff",
        10);
    const std::vector<Event> events = parse_event_bin(bytes, "x.bin");
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].x, 2);
    EXPECT_EQ(events[0].y, 1);
    EXPECT_EQ(events[0].polarity, 1);
    EXPECT_EQ(events[0].t, 0x010203);
    EXPECT_EQ(events[1].polarity, 0);
    EXPECT_EQ(events[1].t, 0x7fffff);
    EXPECT_THAT(refusal([] { parse_event_bin("abcdef", "x.bin"); }),
                HasSubstr("x.bin: error: holds 6 bytes\n  expected: events of 5 bytes"));
    EXPECT_THAT(refusal([] { parse_event_bin("", "x.bin"); }), HasSubstr("holds 0 bytes"));
}

TEST(Events, Lines) {
    const std::vector<Event> events = parse_event_csv("t,x,y,p\r\n10, 2,1,1\r\n\n12,0,0,0", "x.csv");
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].t, 10);
    EXPECT_EQ(events[0].x, 2);
    EXPECT_EQ(events[1].t, 12);
    for (const char* line : {"1,2,3", "1,2,3,2", "1,2,3,0,5", "-1,2,3,0", "1.5,2,3,0", "1,65536,3,0",
                             "x1,2,3,0", "99999999999999999999,0,0,0", "1,,3,0"})
        EXPECT_THAT(refusal([&] { parse_event_csv(std::string("5,0,0,1\n") + line, "x.csv"); }),
                    HasSubstr("x.csv: error: line 2 is not an event\n  expected: t,x,y,p"))
            << line;
    EXPECT_THAT(refusal([] { parse_event_csv("t,x,y,p\n", "x.csv"); }), HasSubstr("holds no events"));
}

TEST(Events, PlacesAndChannels) {
    Report report;
    const Signal s = bin_events({{0, 2, 0, 0}, {1, 0, 1, 1}, {1, 0, 1, 1}}, sensor, {1, 0}, "x.csv", report);
    EXPECT_THAT(s.values, ElementsAre(0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0));
    EXPECT_TRUE(report.diagnostics.empty());
    EXPECT_THAT(
        refusal([&] {
            bin_events({{0, 0, 0, 0}, {1, 3, 1, 0}}, sensor, {1, 0}, "x.csv", report);
        }),
        HasSubstr("x.csv: error: event 1 (counted from 0) is at column 3, row 1\n  expected: columns 0..2 "
                  "and rows 0..1"));
}

TEST(Events, EqualBinsFromFirstToLast) {
    EXPECT_THAT(per_step({100, 124, 125, 150, 199, 200}, {4, 0}), ElementsAre(2, 1, 1, 2));
    EXPECT_THAT(per_step({200, 100, 150}, {2, 0}), ElementsAre(1, 2));  // in any order
    EXPECT_THAT(per_step({7, 7}, {3, 0}), ElementsAre(2, 0, 0));
    // Single precision rounds 11 * 299999 / 300000 up to the eleventh bin, as snn-generator does.
    EXPECT_THAT(per_step({0, 27272727, 300000000}, {11, 0}), ElementsAre(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1));
}

TEST(Events, WindowsFromTheFirst) {
    EXPECT_THAT(per_step({100, 109, 110, 129, 130}, {0, 10}), ElementsAre(2, 1, 1));
    EXPECT_THAT(per_step({100, 109, 110}, {4, 10}), ElementsAre(2, 1, 0, 0));
    EXPECT_THAT(refusal([] {
                    per_step({100, 109}, {0, 10});
                }),
                HasSubstr("lasts 9 us, less than one window"));
    EXPECT_THAT(refusal([] { per_step({0, std::int64_t{1} << 50}, {0, 1}); }), HasSubstr("becomes "));
    Report report;
    bin_events(at_times({100, 109, 110}), {2, 1, 1}, {1, 10}, "x.csv", report);
    ASSERT_EQ(report.diagnostics.size(), 1U);
    EXPECT_THAT(
        to_text(report.diagnostics[0]),
        HasSubstr("warning: 1 of 3 events come after the last of 1 windows of 10 us and are left out"));
}

}  // namespace
}  // namespace synfire
