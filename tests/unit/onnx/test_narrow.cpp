// Models in float16 and bfloat16: every number is the nearest one to that of the same model in float32.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "tests/unit/onnx/onnx_files.hpp"

namespace synfire::onnx {
namespace {

struct Format {
    const char* name;
    int fraction_bits;
    int smallest_exponent;
};

void expect_nearest(const std::vector<double>& narrow, const std::vector<double>& wide,
                    const Format& format) {
    ASSERT_EQ(narrow.size(), wide.size());
    for (std::size_t i = 0; i < wide.size(); ++i) {
        const int exponent = std::max(std::ilogb(wide[i]), format.smallest_exponent);
        const double step = std::ldexp(1, exponent - format.fraction_bits);
        EXPECT_EQ(narrow[i] / step, std::round(narrow[i] / step)) << format.name << " " << i;
        EXPECT_LE(std::fabs(narrow[i] - wide[i]), step / 2) << format.name << " " << i;
    }
}

TEST(Narrow, numbers_are_the_nearest_ones) {
    const Network wide = read_data("o02_leaky_zero.onnx");
    for (const Format& format : {Format{"float16", 10, -14}, Format{"bfloat16", 7, -126}}) {
        const Network narrow = read_data("narrow/" + std::string(format.name) + ".onnx");
        ASSERT_EQ(narrow.populations.size(), wide.populations.size());
        ASSERT_EQ(narrow.connections.size(), wide.connections.size());
        for (std::size_t i = 0; i < wide.connections.size(); ++i) {
            const Dense& a = std::get<Dense>(narrow.connections[i].stages.at(0));
            const Dense& b = std::get<Dense>(wide.connections[i].stages.at(0));
            expect_nearest(a.weight, b.weight, format);
            expect_nearest(a.bias, b.bias, format);
        }
        for (std::size_t i = 0; i < wide.populations.size(); ++i) {
            const Population &a = narrow.populations[i], &b = wide.populations[i];
            expect_nearest(a.beta, b.beta, format);
            expect_nearest(a.spiking.value().threshold, b.spiking.value().threshold, format);
        }
    }
}

TEST(Narrow, numbers_known_from_their_bits) {
    const Population half = read_data("narrow/float16.onnx").populations.at(0);
    EXPECT_EQ(half.beta, PerNeuron{0.7998046875});                       // 0x3a66
    EXPECT_EQ(half.spiking.value().threshold, PerNeuron{0.7001953125});  // 0x399a
    const Population brain = read_data("narrow/bfloat16.onnx").populations.at(0);
    EXPECT_EQ(brain.beta, PerNeuron{0.80078125});                       // 0x3f4d
    EXPECT_EQ(brain.spiking.value().threshold, PerNeuron{0.69921875});  // 0x3f33
}

}  // namespace
}  // namespace synfire::onnx
