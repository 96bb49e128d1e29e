// Sizes of untrusted arrays never overflow.
#include <cstdint>

#include <gtest/gtest.h>

#include "compiler/support/shape.hpp"

using namespace synfire;

TEST(Shape, CountsElements) {
    EXPECT_EQ(element_count({}), 1U);
    EXPECT_EQ(element_count({2, 34, 34}), 2312U);
    EXPECT_EQ(element_count({5, 0}), 0U);
    EXPECT_EQ(element_count({max_elements}), max_elements);
}

TEST(Shape, RefusesWhatWouldOverflow) {
    EXPECT_EQ(element_count({max_elements, 2}), std::nullopt);
    EXPECT_EQ(element_count({SIZE_MAX, SIZE_MAX}), std::nullopt);
    EXPECT_EQ(element_count({std::size_t{1} << 32, std::size_t{1} << 32}), std::nullopt);
}

TEST(Shape, Prints) {
    EXPECT_EQ(to_string(Shape{2, 34, 34}), "[2, 34, 34]");
    EXPECT_EQ(to_string(Shape{}), "[]");
}
