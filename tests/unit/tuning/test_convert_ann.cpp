// Rate conversion: after many steps the potentials of the readout, divided by the steps, are the outputs of
// the network of ReLUs.
#include <cmath>

#include <gtest/gtest.h>

#include "compiler/network/check.hpp"
#include "compiler/network/rectified.hpp"
#include "emulator/reference.hpp"
#include "tests/unit/onnx/onnx_files.hpp"
#include "tuning/convert_ann.hpp"
#include "tuning/rectified_maxima.hpp"

namespace synfire {
namespace {

struct Example {
    Network ann;
    std::vector<std::vector<double>> samples;
};

Example example(const std::string& name) {
    Example e{onnx::read_data("conventional/" + name + ".onnx"), {}};
    const NpyArray x = parse_npz(onnx::data("conventional.npz"), name + "_x", name);
    const std::vector<double> values = to_doubles(x, name);
    const auto n = static_cast<std::ptrdiff_t>(x.shape.at(1));
    for (auto at = values.begin(); at != values.end(); at += n) e.samples.emplace_back(at, at + n);
    return e;
}

// The same values in every step.
Signal constant(const std::vector<double>& x, std::size_t steps) {
    Signal signal{steps, x.size(), {}};
    for (std::size_t t = 0; t < steps; ++t) signal.values.insert(signal.values.end(), x.begin(), x.end());
    return signal;
}

// Mean distance of the readout from the outputs, relative to the mean output.
double error_after(const Example& e, const Network& snn, std::size_t steps) {
    double distance = 0, size = 0;
    for (const std::vector<double>& sample : e.samples) {
        const std::vector<double> wanted = evaluate_rectified(e.ann, {sample}).at(e.ann.outputs.at(0));
        const FloatTrace trace = simulate(snn, {constant(sample, steps)});
        const std::vector<double>& v = trace.populations.at(snn.outputs.at(0)).v;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const double rate = v.at((steps - 1) * wanted.size() + i) / static_cast<double>(steps);
            distance += std::fabs(rate - wanted[i]);
            size += std::fabs(wanted[i]);
        }
    }
    return distance / size;
}

struct Converted : testing::TestWithParam<const char*> {};

TEST_P(Converted, rates_approach_the_activations) {
    const Example e = example(GetParam());
    Report report;
    const Network snn = convert_ann(e.ann, e.samples, ConvertOptions{100}, report);
    check(snn, "converted", report);
    EXPECT_FALSE(report.has_errors());
    EXPECT_FALSE(has_rectifiers(snn));
    const double early = error_after(e, snn, 16), late = error_after(e, snn, 512);
    EXPECT_LT(late, 0.04);
    EXPECT_LT(late, early / 2);
}

INSTANTIATE_TEST_SUITE_P(files, Converted,
                         testing::Values("mlp", "mlp_norm", "max", "max_first", "mean", "residual",
                                         "logarithmic"),
                         [](const auto& one) { return std::string(one.param); });

// The same function, with ReLUs in place of the pools of ReLUs.
TEST(RectifiedMaxima, are_the_maxima) {
    for (const char* name : {"max", "max_first", "residual"}) {
        const Example e = example(name);
        Report report;
        const Network before = rectified_before_pools(e.ann);
        const Network after = sort_populations(with_rectified_maxima(before, report).ann);
        EXPECT_TRUE(report.diagnostics.empty()) << name;
        for (const Connection& c : after.connections)
            for (const Stage& stage : c.stages) {
                const Pool* pool = std::get_if<Pool>(&stage);
                if (pool == nullptr || c.source.kind != Presynaptic::Kind::population) continue;
                EXPECT_NE(pool->kind, Pool::Kind::maximum) << name;
            }
        for (const std::vector<double>& sample : e.samples) {
            const std::vector<double> wanted = evaluate_rectified(e.ann, {sample}).at(e.ann.outputs.at(0));
            const std::vector<double> values = evaluate_rectified(after, {sample}).at(after.outputs.at(0));
            for (std::size_t i = 0; i < wanted.size(); ++i)
                EXPECT_NEAR(values.at(i), wanted[i], 1e-9) << name;
        }
    }
}

std::string refusal_of(const Network& ann, const std::vector<std::vector<double>>& samples) {
    Report report;
    try {
        convert_ann(ann, samples, {}, report);
    } catch (const InputError& error) {
        return to_text(error.diagnostic);
    }
    return "";
}

TEST(Converted, refuses_data_that_says_nothing) {
    Example e = example("mlp");
    EXPECT_EQ(
        refusal_of(e.ann, {}),
        "error: node '" + e.ann.name +
            "' (network): there are no calibration samples\n  expected: calibration data that the network "
            "was trained for\n  hint: give at least one sample\n");
    for (Population& p : e.ann.populations) p.bias = {-1e6};
    EXPECT_EQ(
        refusal_of(e.ann, e.samples),
        "error: node 'layer1': no neuron is active for any calibration sample\n  expected: calibration data "
        "that the network was trained for\n  hint: calibrate with inputs in the range that the network was "
        "trained with\n");
}

}  // namespace
}  // namespace synfire
