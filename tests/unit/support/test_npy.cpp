// NumPy arrays read back as written; damaged ones are refused with the reason.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"
#include "compiler/support/report.hpp"

using namespace synfire;

namespace {

std::string error_of(const std::string& bytes) {
    try {
        parse_npy(bytes, "x.npy");
    } catch (const InputError& e) {
        return e.what();
    }
    return "";
}

// A version 1 file with this header text and data.
std::string npy(const std::string& header, const std::string& data) {
    std::string bytes = "\x93NUMPY";
    bytes += {1, 0, static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
    return bytes + header + data;
}

template <class T>
void expect_round_trip(const std::vector<T>& values) {
    const NpyArray back = parse_npy(to_npy({{values.size()}, values}), "x.npy");
    EXPECT_EQ(back.shape, Shape{values.size()});
    EXPECT_EQ(std::get<std::vector<T>>(back.values), values);
}

}  // namespace

TEST(Npy, RoundTripsEveryType) {
    expect_round_trip<std::uint8_t>({0, 1, 255});
    expect_round_trip<std::int8_t>({-128, 127});
    expect_round_trip<std::int16_t>({-32768, 32767});
    expect_round_trip<std::int32_t>({INT32_MIN, INT32_MAX});
    expect_round_trip<std::int64_t>({INT64_MIN, INT64_MAX});
    expect_round_trip<float>({0.1F, -3e38F});
    expect_round_trip<double>({0.1, 1e300});
    expect_round_trip<double>({});
}

TEST(Npy, HeaderIsAlignedAsNumpyWritesIt) {
    const std::string bytes = to_npy({{2, 3}, std::vector<float>(6)});
    EXPECT_EQ(bytes.find('\n') % 64, 63U);
    EXPECT_THAT(bytes, testing::HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"));
}

TEST(Npy, TurnsFortranOrder) {
    const NpyArray a =
        parse_npy(npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", "\1\4\2\5\3\6"), "x");
    EXPECT_EQ(std::get<std::vector<std::uint8_t>>(a.values), (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}));
}

TEST(Npy, RefusesDamage) {
    const std::string good = to_npy({{4}, std::vector<std::int32_t>{1, 2, 3, 4}});
    EXPECT_THAT(error_of(""), testing::HasSubstr("is not a NumPy array"));
    EXPECT_THAT(error_of(good.substr(0, 20)), testing::HasSubstr("cut short"));
    EXPECT_THAT(error_of(good.substr(0, good.size() - 1)),
                testing::HasSubstr("needs 16 bytes of data, the file has 15"));
    EXPECT_THAT(error_of(good + "x"), testing::HasSubstr("the file has 17"));
    EXPECT_THAT(error_of(npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "1234")),
                testing::HasSubstr("dtype '>f4' is not supported"));
    EXPECT_THAT(error_of(npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "12345678")),
                testing::HasSubstr("not supported"));
    EXPECT_THAT(
        error_of(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999999,), }", "")),
        testing::HasSubstr("too large"));
    EXPECT_THAT(
        error_of(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000000000), }", "")),
        testing::HasSubstr("too large"));
    EXPECT_THAT(error_of(npy("{'descr': '<f8', 'fortran_order': False}", "")),
                testing::HasSubstr("no 'shape'"));
    std::string axes = "(";
    for (int i = 0; i < 65; ++i) axes += "1, ";
    EXPECT_THAT(error_of(npy("{'descr': '|u1', 'fortran_order': True, 'shape': " + axes + "), }", "x")),
                testing::HasSubstr("has more than 64 axes"));
    EXPECT_THAT(error_of(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (x,), }", "")),
                testing::HasSubstr("not understood"));
}

TEST(Npy, EveryPrefixOfAFileIsRefused) {
    const std::string good = to_npy({{3, 2}, std::vector<double>(6, 1.5)});
    for (std::size_t n = 0; n < good.size(); ++n) EXPECT_NE(error_of(good.substr(0, n)), "") << n;
}

TEST(Npy, DoublesAreExact) {
    EXPECT_EQ(to_doubles({{2}, std::vector<float>{0.5F, -2}}, "x"), (std::vector<double>{0.5, -2}));
    EXPECT_THROW(to_doubles({{1}, std::vector<std::int64_t>{(std::int64_t{1} << 53) + 1}}, "x"), InputError);
}

TEST(Npz, ReadsTheTrainedModelAndNamesItsArrays) {
    const std::string path = SYNFIRE_SOURCE_DIR "/models/digits/digits.npz";
    const std::string bytes = read_file(path);
    EXPECT_EQ(parse_npz(bytes, "fc1.weight", path).shape, (Shape{128, 64}));
    try {
        parse_npz(bytes, "absent", path);
        FAIL();
    } catch (const InputError& e) {
        EXPECT_THAT(e.what(), testing::AllOf(testing::HasSubstr("has no array 'absent'"),
                                             testing::HasSubstr("fc1.weight")));
    }
    EXPECT_THROW(parse_npz(bytes.substr(0, bytes.size() / 2), "fc1.weight", path), InputError);
    EXPECT_THROW(parse_npz("garbage", "fc1.weight", path), InputError);
}
