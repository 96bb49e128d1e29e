#include <gtest/gtest.h>

#include "compiler/support/report.hpp"
#include "hil/record.hpp"

namespace synfire::hil {
namespace {

using namespace std::string_literals;

// Two populations of one and two neurons, one sample of one step.
std::string record_of_one_step() {
    return "SFRC\x02\0\0\0\x1b\0\0\0\x01\0\0\0"s  // 27 bytes per step, 1 sample
           "\x01"s
           "\x02\0\0\0"s
           "\xff\xff\xff\xff"s
           "\0\x01"s
           "\x03\0\0\0\x04\0\0\0"s
           "\0\0\0\x80\0\x01\0\0"s
           "SEND"s;
}

std::string error_of(const std::string& bytes, const std::vector<std::size_t>& steps = {1}) {
    try {
        parse_record(bytes, {1, 2}, steps);
    } catch (const InputError& error) {
        return error.diagnostic.reason + "; " + error.diagnostic.expected;
    }
    return "no error";
}

TEST(Record, PacksSpikesLowestBitFirst) {
    const SpikeInput sample{2, {1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}};
    EXPECT_EQ(pack_inputs(9, {sample}),
              "SFIN\x02\0\0\0\x09\0\0\0\0\0\0\0\x01\0\0\0"s
              "\x02\0\0\0"s
              "\x81\x01\0\0"s);
}

TEST(Record, PacksLevelsBehindSpikes) {
    const SpikeInput sample{2, {1, 0}, {-2, 127, 5, -300}};
    EXPECT_EQ(pack_inputs(1, {sample}, {2, 2}),
              "SFIN\x02\0\0\0\x01\0\0\0\x04\0\0\0\x01\0\0\0"s
              "\x02\0\0\0"s
              "\x01\xFE\xFF\x7F\0"s
              "\0\x05\0\xD4\xFE"s);
    EXPECT_EQ(pack_inputs(0, {{1, {}, {-1, 3}}}, {2, 1}).substr(20), "\x01\0\0\0\xFF\x03"s);
}

TEST(Record, ReadsPopulationByPopulation) {
    const std::vector<SampleRecord> samples = parse_record(record_of_one_step(), {1, 2}, {1});
    ASSERT_EQ(samples.size(), 1U);
    ASSERT_EQ(samples[0].populations.size(), 2U);
    const PopulationRecord& first = samples[0].populations[0];
    const PopulationRecord& second = samples[0].populations[1];
    EXPECT_EQ(first.s, (std::vector<std::uint8_t>{1}));
    EXPECT_EQ(first.u, (std::vector<std::int32_t>{2}));
    EXPECT_EQ(first.v, (std::vector<std::int32_t>{-1}));
    EXPECT_EQ(second.s, (std::vector<std::uint8_t>{0, 1}));
    EXPECT_EQ(second.u, (std::vector<std::int32_t>{3, 4}));
    EXPECT_EQ(second.v, (std::vector<std::int32_t>{INT32_MIN, 256}));
}

TEST(Record, RefusesWhatIsNotARecordOfThisRun) {
    const std::string good = record_of_one_step();
    EXPECT_EQ(error_of(good), "no error");
    EXPECT_EQ(error_of("SFRC"), "it ends within its header; 16 bytes");
    EXPECT_EQ(error_of("X" + good.substr(1)), "it is not a record of this version; version 2");
    EXPECT_EQ(error_of(good, {2}), "it has 47 bytes; 74 bytes");
    EXPECT_EQ(error_of(good, {1, 1}), "1 samples; 2");
    EXPECT_EQ(error_of(good.substr(0, 46)), "it has 46 bytes; 47 bytes");
    EXPECT_EQ(error_of(good + "x"), "it has 48 bytes; 47 bytes");
    EXPECT_EQ(error_of(good.substr(0, 46) + "X"), "it does not end with the end mark; the end mark");
    std::string other = good;
    other[8] = 9;
    EXPECT_EQ(error_of(other), "9 bytes per step; 27");
}

}  // namespace
}  // namespace synfire::hil
