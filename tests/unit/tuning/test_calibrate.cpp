// Calibration: the linear model that it rests on, what it gains, and the repair of single spikes.
#include <cmath>
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/frontend/frontends.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"
#include "emulator/emulate.hpp"
#include "emulator/evaluate.hpp"
#include "emulator/reference.hpp"
#include "tests/unit/quantize/networks.hpp"
#include "tuning/calibrate.hpp"
#include "tuning/repair.hpp"
#include "tuning/tune.hpp"

namespace synfire {
namespace {

using testing::pick;
using testing::Random;
using testing::uniform;

std::vector<double> random_weights(Random& random, std::size_t n, double largest) {
    std::vector<double> w(n);
    for (double& x : w) x = uniform(random, -largest / 3, largest);
    return w;
}

std::vector<std::vector<Signal>> random_spikes(Random& random, std::size_t samples, std::size_t steps,
                                               std::size_t n, double rate) {
    std::vector<std::vector<Signal>> all;
    for (std::size_t b = 0; b < samples; ++b) {
        Signal s{steps, n, std::vector<double>(steps * n)};
        for (double& x : s.values) x = uniform(random, 0, 1) < rate ? 1 : 0;
        all.push_back({s});
    }
    return all;
}

struct Kind {
    const char* name;
    Reset reset;
    double alpha;
    int refractory;
    bool v_min;
};

Network with(Kind kind, Network n) {
    Population& p = n.populations[0];
    p.alpha = {kind.alpha};
    p.spiking->reset = kind.reset;
    p.spiking->refractory_steps = kind.refractory;
    if (kind.v_min) p.v_min = {-0.2};
    return n;
}

// A convolution whose sums pass a maximum pool.
Network pooled_convolution(Random& random) {
    Network n = testing::one_layer(2 * 2 * 2, 2 * 4 * 4, {}, 0.8);
    n.inputs[0].shape = {2, 4, 4};
    n.populations[0].shape = {2, 2, 2};
    Convolution c;
    c.input = {2, 4, 4};
    c.filters = 2;
    c.window.kernel = {3, 3};
    c.window.pad_before = c.window.pad_after = {1, 1};
    c.weight = random_weights(random, 2 * 2 * 9, 0.5);
    Pool pool;
    pool.kind = Pool::Kind::maximum;
    pool.input = {2, 4, 4};
    pool.window.kernel = pool.window.stride = {2, 2};
    n.connections[0].stages = {c, pool};
    n.connections[0].delay = 1;
    return n;
}

// The weights of the first stage, whatever it is.
std::vector<double>& weights_of(Network& n) {
    Stage& stage = n.connections[0].stages[0];
    if (auto* dense = std::get_if<Dense>(&stage)) return dense->weight;
    return std::get<Convolution>(stage).weight;
}

// Moves all weights a little and compares the potentials with what the coefficients say.
void expect_linear(Network n, const std::string& name) {
    Random random(7);
    const auto samples = random_spikes(random, 3, 25, neurons(n.inputs[0]), 0.3);
    const std::vector<CalibrationSample> runs = reference_runs(n, samples, 1);
    const std::vector<Folded> folded{fold(n, n.connections[0])};
    const Inflow inflow = inflow_of(n, folded, 0);
    const std::vector<SynapseGroup> groups = synapse_groups(inflow);
    Network moved = n;
    std::vector<double>& w = weights_of(moved);
    for (double& x : w) x += uniform(random, -1, 1) * 1e-9;
    const Folded changed = fold(moved, moved.connections[0]);
    std::size_t compared = 0, spikes = 0;
    for (const CalibrationSample& run : runs) {
        const FloatTrace after = simulate(moved, run.inputs);
        ASSERT_EQ(after.populations[0].s, run.trace.populations[0].s) << name;
        const ArrivingValues x = arriving_values(n, inflow, run);
        for (const SynapseGroup& g : groups) {
            std::vector<double> change(g.weight.size(), 0.0);
            const std::size_t begin =
                folded[0].matrix.begin(rows_of(folded[0], g.first, g.last, inflow.neurons).first);
            for (std::size_t s = 0; s < g.parameter[0].size(); ++s)
                change[g.parameter[0][s]] =
                    changed.matrix.weight[begin + s] - folded[0].matrix.weight[begin + s];
            for (std::size_t j = g.first; j < g.last; ++j)
                for_each_sensitivity(n.populations[0], inflow, g, j, x, run.trace.populations[0], 25,
                                     [&](std::size_t t, const std::vector<double>& row) {
                                         const std::size_t cell = t * inflow.neurons + j;
                                         double expected = 0;
                                         for (std::size_t i = 0; i < change.size(); ++i)
                                             expected += row[i] * change[i];
                                         const double actual = after.populations[0].compared[cell] -
                                                               run.trace.populations[0].compared[cell];
                                         EXPECT_NEAR(actual, expected, 1e-13) << name << " step " << t;
                                         EXPECT_EQ(row.back(), -1);
                                         ++compared;
                                         spikes += run.trace.populations[0].s[cell];
                                     });
        }
    }
    EXPECT_GT(compared, 100U) << name;
    EXPECT_GT(spikes, 20U) << name;
}

TEST(Sensitivity, PotentialsAreLinearInTheWeights) {
    const Kind kinds[] = {{"soft", SoftReset{{1.0}, true}, 0, 0, false},
                          {"soft, at once", SoftReset{{0.9}, false}, 0, 0, false},
                          {"hard", HardReset{{0.1}}, 0, 0, false},
                          {"hard, filtered, refractory", HardReset{{0.0}}, 0.7, 2, false},
                          {"soft, filtered", SoftReset{{1.0}, true}, 0.5, 0, false},
                          {"bounded below", SoftReset{{1.0}, true}, 0, 0, true},
                          {"no reset", NoReset{}, 0, 0, false}};
    Random random(3);
    for (const Kind& kind : kinds) {
        const Network dense = testing::one_layer(5, 12, random_weights(random, 60, 0.4), 0.85);
        expect_linear(with(kind, dense), kind.name);
    }
    expect_linear(with(kinds[0], pooled_convolution(random)), "convolution and maximum pool");
}

TEST(SynapseGroups, ChannelsShareTheirWeights) {
    Random random(3);
    const Network n = pooled_convolution(random);
    const std::vector<Folded> folded{fold(n, n.connections[0])};
    const Inflow inflow = inflow_of(n, folded, 0);
    const std::vector<SynapseGroup> groups = synapse_groups(inflow);
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[0].weight.size(), 18U);  // two input channels of 3 x 3
    EXPECT_EQ(groups[1].last, 8U);
    EXPECT_TRUE(same_layout(inflow, groups[0], groups[1]));
}

struct Digits {
    Network network;
    std::vector<std::vector<Signal>> calibration, test;
};

std::vector<std::vector<Signal>> load(const std::string& file, std::size_t first, std::size_t count) {
    const std::string path = SYNFIRE_SOURCE_DIR "/models/digits/" + file;
    const NpyArray array = parse_npy(read_file(path), path);
    const std::size_t steps = array.shape[1], n = array.shape[2];
    const std::vector<double> values = to_doubles(array, path);
    std::vector<std::vector<Signal>> samples;
    for (std::size_t b = first; b < first + count; ++b) {
        const auto from = values.begin() + static_cast<std::ptrdiff_t>(b * steps * n);
        samples.push_back({Signal{steps, n, {from, from + static_cast<std::ptrdiff_t>(steps * n)}}});
    }
    return samples;
}

Digits digits() {
    const std::string path = SYNFIRE_SOURCE_DIR "/models/digits/digits.json";
    Report report;
    return {read(Source{path, read_file(path)}, {}, report), load("calibration.npy", 0, 200),
            load("test_spikes.npy", 0, 120)};
}

Evaluation judged(const Digits& d, const IntNetwork& integers,
                  const std::vector<std::vector<Signal>>& samples) {
    return evaluate(d.network, integers, samples.size(), samples[0][0].steps,
                    [&](std::size_t b) { return samples[b]; }, {}, {});
}

Evaluation judged(const Digits& d, const QuantizeOptions& options, Rounding rounding) {
    Report report;
    const auto runs = reference_runs(d.network, d.calibration, 0);
    const Calibration by = calibrate(d.network, options, runs, {rounding, 1, 0}, report);
    return judged(d, quantize(d.network, options, report, &by), d.test);
}

double lost(const Evaluation& e, std::size_t layer) {
    return 1 - e.agreement.layers[layer].propagated.value();
}

TEST(Calibrate, LosesHalfOfWhatNearestRoundingLosesOnOtherData) {
    const Digits d = digits();
    for (const int bits : {16, 8, 4, 2}) {
        QuantizeOptions options;
        options.weight_bits = bits;
        Report report;
        const Evaluation nearest = judged(d, quantize(d.network, options, report), d.test);
        const Evaluation spikes = judged(d, options, Rounding::spikes);
        // On all 360 images, calibrated on 240 samples: .41, .40, .66 and .91 of the first layer.
        const double part = bits == 2 ? 0.95 : bits == 4 ? 0.75 : 0.55;
        EXPECT_LT(lost(spikes, 0), part * lost(nearest, 0)) << bits << " bits";
        EXPECT_LT(lost(spikes, 1), (bits == 4 ? 0.9 : 0.8) * lost(nearest, 1)) << bits << " bits";
    }
}

TEST(Calibrate, StochasticRoundingIsTheWorst) {
    const Digits d = digits();
    Report report;
    const Evaluation nearest = judged(d, quantize(d.network, {}, report), d.test);
    EXPECT_GT(lost(judged(d, {}, Rounding::stochastic), 0), 1.2 * lost(nearest, 0));
}

TEST(Calibrate, ServesLoihisGrid) {
    const Digits d = digits();
    QuantizeOptions options;
    options.profile = "loihi";
    options.granularity = Granularity::layer;
    Report report;
    const auto runs = reference_runs(d.network, d.calibration, 0);
    const Calibration by = calibrate(d.network, options, runs, {}, report);
    const IntNetwork q = quantize(d.network, options, report, &by);
    for (const IntConnection& c : q.connections)
        for (const std::int16_t w : c.weight) {
            ASSERT_EQ(w % 2, 0);
            ASSERT_LE(std::abs(w), 254);
        }
    for (const IntPopulation& p : q.populations) {
        EXPECT_EQ(p.threshold.size(), 1U);
        for (const std::int32_t b : p.bias) ASSERT_EQ(b % 64, 0);
    }
    EXPECT_LT(lost(judged(d, q, d.test), 0),
              0.6 * lost(judged(d, quantize(d.network, options, report), d.test), 0));
}

TEST(Calibrate, LeavesWholeNumbersAlone) {
    Random random(5);
    std::vector<double> w(40);
    for (double& x : w) x = static_cast<double>(pick(random, 11)) - 5;
    Network n = testing::one_layer(4, 10, w, 1);
    n.populations[0].spiking->threshold = {12.0};
    Report report;
    const auto runs = reference_runs(n, random_spikes(random, 4, 10, 10, 0.3), 1);
    const Calibration by = calibrate(n, {}, runs, {}, report);
    EXPECT_TRUE(by.connections[0].weight.empty());
    EXPECT_TRUE(by.populations[0].finer.empty());
}

TEST(Calibrate, PassesTheQuantizersErrorsOn) {
    Random random(5);
    Network n = testing::one_layer(2, 3, random_weights(random, 6, 1), 0.9);
    n.populations[0].alpha = {0.5};
    std::get<Dense>(n.connections[0].stages[0]).bias = {0.1, 0.2};
    QuantizeOptions loihi;
    loihi.profile = "loihi";
    Report report;
    EXPECT_THROW(calibrate(n, loihi, {}, {}, report), StageFailed);
    ASSERT_EQ(report.diagnostics.size(), 1U);
    EXPECT_THAT(report.diagnostics[0].reason, ::testing::HasSubstr("would pass the synaptic filter"));
}

TEST(Calibrate, KeepsSharedWeightsShared) {
    Random random(3);
    const Network n = with({"", SoftReset{{1.0}, true}, 0, 0, false}, pooled_convolution(random));
    Report report;
    const auto runs = reference_runs(n, random_spikes(random, 6, 20, 32, 0.3), 1);
    const Calibration by = calibrate(n, {}, runs, {}, report);
    const IntNetwork q = quantize(n, {}, report, &by);
    const Matrix matrix = fold(n, n.connections[0]).matrix;
    ASSERT_EQ(q.connections[0].weight.size(), matrix.weight.size());
    for (std::size_t channel = 0; channel < 2; ++channel) {
        std::map<double, std::int16_t> integer;
        for (std::size_t s = matrix.begin(16 * channel); s < matrix.begin(16 * channel + 16); ++s)
            EXPECT_EQ(integer.emplace(matrix.weight[s], q.connections[0].weight[s]).first->second,
                      q.connections[0].weight[s]);
    }
}

TEST(Calibrate, DoesNotDependOnThreads) {
    const Digits d = digits();
    Report report;
    const auto runs = reference_runs(d.network, load("calibration.npy", 0, 40), 1);
    const Calibration one = calibrate(d.network, {}, runs, {Rounding::spikes, 0, 1}, report);
    const Calibration three = calibrate(d.network, {}, runs, {Rounding::spikes, 0, 3}, report);
    for (std::size_t c = 0; c < 2; ++c) EXPECT_EQ(one.connections[c].weight, three.connections[c].weight);
    for (std::size_t p = 0; p < 2; ++p) EXPECT_EQ(one.populations[p].bias, three.populations[p].bias);
}

TEST(Repair, KeepsEverySpikeOfTheData) {
    const Digits d = digits();
    QuantizeOptions options;
    options.weight_bits = 16;
    Report report;
    const auto runs = reference_runs(d.network, d.test, 0);
    Calibration by;
    by.populations.resize(2);
    by.connections.resize(2);
    const IntNetwork plain = quantize(d.network, options, report);
    for (std::size_t c = 0; c < 2; ++c) by.connections[c].weight = plain.connections[c].weight;
    ASSERT_GT(lost(judged(d, plain, d.test), 0), 0);
    const RepairResult result = repair(d.network, options, runs, repair_rounds, 0, by);
    EXPECT_GT(result.before, 0U);
    EXPECT_EQ(result.after, 0U);
    EXPECT_FALSE(result.left);
    const Evaluation after = judged(d, quantize(d.network, options, report, &by), d.test);
    EXPECT_EQ(least_agreement(after), 1);
}

TEST(Repair, SaysWhatItCannotRepair) {
    const Digits d = digits();
    QuantizeOptions options;
    options.weight_bits = 2;
    Report report;
    const auto runs = reference_runs(d.network, load("test_spikes.npy", 0, 20), 0);
    Calibration by = calibrate(d.network, options, runs, {}, report);
    const RepairResult result = repair(d.network, options, runs, 3, 0, by);
    EXPECT_LE(result.after, result.before);
    ASSERT_TRUE(result.left);
    const PopulationTrace<double>& p = runs[result.left->sample].trace.populations[result.left->population];
    const std::size_t cell = result.left->step * p.neurons + result.left->neuron;
    EXPECT_EQ(p.s[cell] > 0, result.left->expected);
    EXPECT_DOUBLE_EQ(result.left->margin, std::abs(p.compared[cell] - 1));
}

TEST(Tune, FindsTheNarrowestWeights) {
    const Digits d = digits();
    Report report;
    TuneOptions options;
    options.goal.agree = 0.85;
    const auto bits = [](const IntNetwork& n) {
        double sum = 0;
        for (const IntConnection& c : n.connections) {
            std::int16_t most = 0;
            for (const std::int16_t w : c.weight)
                most = std::max<std::int16_t>(most, static_cast<std::int16_t>(std::abs(w)));
            sum += static_cast<double>(c.weight.size()) * std::ceil(std::log2(most + 1));
        }
        return sum;
    };
    const std::vector<Candidate> tried = tune(d.network, {load("calibration.npy", 0, 120), {}},
                                              {load("test_spikes.npy", 0, 40), {}}, options, bits, report);
    const Candidate* best = nullptr;
    for (const Candidate& c : tried)
        if (reaches(options.goal, c) && (best == nullptr || bits(c.integers) < bits(best->integers)))
            best = &c;
    ASSERT_NE(best, nullptr);
    EXPECT_EQ(best->weight_bits[0], 8);
    EXPECT_GE(tried.size(), 5U);
    for (const Candidate& c : tried) {
        EXPECT_EQ(c.calibration.samples, 120U);
        EXPECT_EQ(c.validation.samples, 40U);
    }
}

}  // namespace
}  // namespace synfire
