// Networks of ReLUs: what was read must compute what torch computed.
#include <algorithm>

#include <gtest/gtest.h>

#include "compiler/network/rectified.hpp"
#include "tests/unit/onnx/onnx_files.hpp"

namespace synfire::onnx {
namespace {

std::vector<double> row(const NpyArray& array, std::size_t sample) {
    const std::vector<double> values = to_doubles(array, "conventional.npz");
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(sample * array.shape.at(1));
    return {begin, begin + static_cast<std::ptrdiff_t>(array.shape.at(1))};
}

std::size_t greatest(const std::vector<double>& values) {
    return static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

struct Conventional : testing::TestWithParam<const char*> {};

TEST_P(Conventional, computes_what_torch_computes) {
    const std::string name = GetParam();
    const Network network = read_data("conventional/" + name + ".onnx");
    const NpyArray x = parse_npz(data("conventional.npz"), name + "_x", name);
    const NpyArray y = parse_npz(data("conventional.npz"), name + "_y", name);
    const bool decision = name == "mlp_norm" || name == "logarithmic";  // a softmax was left out
    ASSERT_TRUE(has_rectifiers(network));
    for (std::size_t sample = 0; sample < x.shape.at(0); ++sample) {
        const std::vector<double> values =
            evaluate_rectified(network, {row(x, sample)}).at(network.outputs.at(0));
        const std::vector<double> expected = row(y, sample);
        EXPECT_EQ(greatest(values), greatest(expected));
        for (std::size_t i = 0; i < expected.size() && !decision; ++i)
            EXPECT_NEAR(values.at(i), expected[i], 1e-4) << sample << ", " << i;
    }
}

INSTANTIATE_TEST_SUITE_P(files, Conventional,
                         testing::Values("mlp", "mlp_norm", "max", "max_first", "mean", "bounded", "residual",
                                         "logarithmic"),
                         [](const auto& one) { return std::string(one.param); });

TEST(Conventional, says_that_it_needs_data_and_what_it_left_out) {
    Report report;
    read_bytes(data("conventional/mlp_norm.onnx"), report);
    std::string text;
    for (const Diagnostic& d : report.diagnostics) text += to_text(d);
    EXPECT_NE(text.find("(Softmax): left out: the class with the greatest value is the same before it"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("note: a conventional network of ReLUs, not a spiking one: its rates are converted "
                        "from calibration data\n"),
              std::string::npos)
        << text;
}

}  // namespace
}  // namespace synfire::onnx
