// Initialization from data does to the data what it says.
#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <numeric>

#include <gtest/gtest.h>

#include "compiler/init/normal.hpp"
#include "emulator/reference.hpp"
#include "tuning/data_driven.hpp"

namespace synfire {
namespace {

Network three_layers(double beta) {
    Network network;
    network.inputs = {{"x", {20}, SignalKind::real}};
    for (std::size_t l = 0; l < 3; ++l) {
        Population p;
        p.name = "layer" + std::to_string(l);
        p.shape = {50};
        p.beta = {beta};
        p.spiking = Spiking{{1.0}, Compare::greater, SoftReset{{1.0}, true}};
        network.populations.push_back(p);
        Connection c{"c" + std::to_string(l),
                     {Presynaptic::Kind::population, l - 1},
                     l,
                     0,
                     {Dense{50, l == 0 ? 20U : 50U, {}, {}}}};
        if (l == 0) c.source = {};
        network.connections.push_back(c);
    }
    network.outputs = {2};
    return network;
}

std::vector<std::vector<Signal>> samples(std::size_t count, std::size_t steps) {
    std::vector<std::vector<Signal>> list;
    for (std::size_t b = 0; b < count; ++b) {
        Signal s{steps, 20, std::vector<double>(20 * steps)};
        draw_normal(100 + b, 0, 0, s.values);
        list.push_back({s});
    }
    return list;
}

TEST(UnitVariance, HoldsInEveryLayerOfTheData) {
    InitOptions options;
    options.sigma_u = 1.5;
    Report report;
    const auto data = samples(10, 6);
    const Network network =
        initialize_from_data(three_layers(0.5), DataScheme::unit_variance, options, data, report);
    for (std::size_t p = 0; p < 3; ++p) {
        double sum = 0, squares = 0, count = 0;
        for (const auto& sample : data) {
            const FloatTrace trace = simulate(network, sample);
            for (double u : trace.populations[p].compared) {
                sum += u;
                squares += u * u;
                ++count;
            }
        }
        EXPECT_NEAR(std::sqrt(squares / count - sum * sum / count / count), 1.5, 0.05) << p;
    }
}

TEST(ThresholdQuantile, GivesEveryNeuronTheRate) {
    InitOptions options;
    options.rate = 0.2;
    Report report;
    const auto data = samples(25, 4);
    const Network network =
        initialize_from_data(three_layers(0), DataScheme::threshold_quantile, options, data, report);
    for (std::size_t p = 0; p < 3; ++p) {
        std::vector<double> spikes(50, 0.0);
        for (const auto& sample : data) {
            const auto record = simulate(network, sample).populations[p];
            for (std::size_t k = 0; k < record.s.size(); ++k) spikes[k % 50] += record.s[k];
        }
        // The soft reset was measured with the threshold before, and some neurons never exceed 0.
        const double mean = std::accumulate(spikes.begin(), spikes.end(), 0.0) / 50;
        EXPECT_NEAR(mean / 100, 0.2, 0.03) << p;
    }
    const auto& soft = std::get<SoftReset>(network.populations[0].spiking->reset);
    EXPECT_EQ(soft.amount, network.populations[0].spiking->threshold);
}

TEST(ThresholdQuantile, IsExactWithoutAReset) {
    Network network = three_layers(0.5);
    for (Population& p : network.populations) p.spiking->reset = NoReset{};
    InitOptions options;
    options.rate = 0.1;
    Report report;
    const auto data = samples(25, 4);
    network = initialize_from_data(network, DataScheme::threshold_quantile, options, data, report);
    for (std::size_t p = 0; p < 3; ++p) {
        std::vector<double> spikes(50, 0.0);
        for (const auto& sample : data) {
            const auto record = simulate(network, sample).populations[p];
            for (std::size_t k = 0; k < record.s.size(); ++k) spikes[k % 50] += record.s[k];
        }
        const auto wanted = std::count(spikes.begin(), spikes.end(), 10.0);
        EXPECT_GE(wanted, p == 0 ? 50 : 40) << p;
        for (double n : spikes) EXPECT_LE(n, 10) << p;
    }
}

std::string refusal(const Network& network, DataScheme scheme, const InitOptions& options,
                    const std::vector<std::vector<Signal>>& data) {
    Report report;
    try {
        initialize_from_data(network, scheme, options, data, report);
    } catch (const StageFailed&) {
        return to_text(report.diagnostics.at(0));
    }
    return "";
}

TEST(DataDriven, SaysWhatItCannotFit) {
    auto silence = samples(2, 3);
    for (auto& sample : silence) std::fill(sample[0].values.begin(), sample[0].values.end(), 0.0);
    EXPECT_THAT(refusal(three_layers(0), DataScheme::unit_variance, {}, silence),
                testing::HasSubstr("node 'layer0': nothing reaches it from the calibration data"));
    EXPECT_THAT(refusal(three_layers(0), DataScheme::threshold_quantile, {}, samples(2, 3)),
                testing::HasSubstr("field '--rate': the rate that every neuron is to have is not known"));
    InitOptions often;
    often.rate = 1;
    EXPECT_THAT(refusal(three_layers(0), DataScheme::threshold_quantile, often, samples(20, 3)),
                testing::HasSubstr("its potentials exceed 0 less often than that"));
    Network back = three_layers(0);
    back.connections.push_back({"back", {Presynaptic::Kind::population, 2}, 0, 1, {Dense{50, 50, {}, {}}}});
    EXPECT_THAT(refusal(back, DataScheme::unit_variance, {}, samples(2, 3)),
                testing::HasSubstr("later populations drive earlier ones"));
}

}  // namespace
}  // namespace synfire
