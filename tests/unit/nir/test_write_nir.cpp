// What is written is read as the same network: the same spikes and the same potentials.
#include <cmath>
#include <gmock/gmock.h>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "compiler/frontend/nir/conventions.hpp"
#include "compiler/frontend/nir/write_nir.hpp"
#include "emulator/reference.hpp"
#include "tests/unit/nir/read_data.hpp"

namespace synfire {
namespace {

using testing::HasSubstr;

// The options as they are printed for the user.
ReadOptions parsed(const std::string& text) {
    ReadOptions options;
    std::istringstream words(text);
    for (std::string name, value; words >> name >> value;) {
        if (name == "--dt") options.dt = std::stod(value);
        if (name == "--reset") options.reset = nir::reset_rule(value);
        if (name == "--compare") options.compare = value == "ge" ? Compare::greater_equal : Compare::greater;
        if (name == "--discretization") options.discretization = Discretization::euler;
        if (name == "--max-spikes") options.max_spikes = std::stoi(value);
    }
    return options;
}

std::vector<Signal> random_inputs(const Network& network) {
    std::mt19937 random(5);
    std::vector<Signal> signals;
    for (const Input& input : network.inputs) {
        Signal s{50, neurons(input), {}};
        for (std::size_t i = 0; i < s.steps * s.neurons; ++i)
            s.values.push_back(random() % 4 == 0 ? 1.0 : 0.0);
        signals.push_back(std::move(s));
    }
    return signals;
}

void expect_same(const Network& before, const Network& after, const std::string& what) {
    const FloatTrace a = simulate(before, random_inputs(before)), b = simulate(after, random_inputs(before));
    std::size_t spikes = 0;
    for (const auto& p : a.populations) {
        for (const std::uint8_t s : p.s) spikes += s;
        bool found = false;
        for (const auto& q : b.populations) {
            if (q.name != p.name) continue;
            found = true;
            EXPECT_EQ(p.s, q.s) << what << " " << p.name;
            ASSERT_EQ(p.v.size(), q.v.size()) << what << " " << p.name;
            for (std::size_t i = 0; i < p.v.size(); ++i)
                ASSERT_NEAR(p.v[i], q.v[i], 1e-12) << what << " " << p.name;
        }
        EXPECT_TRUE(found) << what << " " << p.name;
    }
    EXPECT_GT(spikes, 3U) << what;
}

void expect_round_trip(const Network& network, const std::string& what) {
    Report report;
    const NirFile file = write_nir(network, 1e-4, what, report);
    const Outcome typed = read_source({"model.nir", file.bytes}, parsed(file.options));
    ASSERT_TRUE(typed.network) << what << typed.text();
    expect_same(network, *typed.network, what + " " + file.options);
    const Outcome hinted = read_source({"model.nir", file.bytes}, {});
    ASSERT_TRUE(hinted.network) << what << hinted.text();
    expect_same(network, *hinted.network, what + " from metadata");
}

TEST(WriteNir, RoundTripOfTheTestFiles) {
    for (const char* name : {"recurrent_cuba.nir", "folds.nir", "images.nir", "signals.nir"}) {
        const Outcome o = read_data(name, step_and_reset());
        ASSERT_TRUE(o.network) << o.text();
        expect_round_trip(*o.network, name);
    }
}

TEST(WriteNir, RoundTripOfOtherFormats) {
    for (const char* name : {"digits.json", "digits.onnx"}) {
        const std::string path = std::string(SYNFIRE_SOURCE_DIR "/models/digits/") + name;
        const Outcome o = read_source({path, read_file(path)}, {});
        ASSERT_TRUE(o.network) << o.text();
        expect_round_trip(*o.network, name);
    }
}

// An image through every kind of stage; what NIR has no node for becomes a matrix.
Network image_network() {
    Network n;
    n.name = "image";
    n.inputs.push_back({"in", {2, 6, 6}, SignalKind::spikes});
    Convolution c;
    c.input = {2, 6, 6};
    c.filters = 3;
    c.window.kernel = {3, 3};
    c.window.pad_before = c.window.pad_after = {1, 1};
    // Exact in binary, so that a sum in another order is the same sum.
    for (int k = 0; k < 54; ++k) c.weight.push_back(0.125 * ((k * 7) % 11 - 4));
    Pool pool{Pool::Kind::average, {3, 6, 6}, {}, true};
    pool.window.kernel = pool.window.stride = {2, 2};
    Population conv;
    conv.name = "conv";
    conv.shape = {3, 6, 6};
    conv.beta = {1.0};
    conv.bias = {0.0625};  // an IF has no field for it: it goes into the convolution
    conv.spiking = Spiking{{0.875}, Compare::greater_equal, SoftReset{{0.875}, false}, 0, 1};
    Population after;
    after.name = "after";
    after.shape = {3, 3, 3};
    after.alpha = {0.75};
    after.beta = {1.0};
    after.spiking = Spiking{{1.5}, Compare::greater_equal, SoftReset{{1.5}, false}, 0, 1};
    Population wide;
    wide.name = "wide";
    wide.shape = {3, 6, 6};
    wide.alpha = {1.0};
    wide.beta = {0.5};
    wide.spiking = Spiking{{4.0}, Compare::greater_equal, NoReset{}, 0, 1};
    n.populations = {conv, after, wide};
    Pool shifted = pool;  // padding on one side only
    shifted.kind = Pool::Kind::sum;
    shifted.window.stride = {1, 1};
    shifted.window.pad_after = {1, 1};
    n.connections.push_back({"conv", {Presynaptic::Kind::input, 0}, 0, 0, {c}});
    n.connections.push_back({"pool", {Presynaptic::Kind::population, 0}, 1, 2, {pool, Scale{{3.0}, {}}}});
    n.connections.push_back({"wide", {Presynaptic::Kind::population, 0}, 2, 0, {shifted}});
    n.outputs = {1, 2};
    return n;
}

TEST(WriteNir, ImagesAndIntegrators) {
    expect_round_trip(image_network(), "image");
}

TEST(WriteNir, ResetsAndSeveralSpikes) {
    Network n = image_network();
    n.populations.resize(1);
    n.connections.resize(1);
    n.outputs = {0};
    Spiking& spiking = *n.populations[0].spiking;
    spiking.max_spikes = 4;
    expect_round_trip(n, "several spikes");
    spiking.max_spikes = 1;
    for (const Reset& reset : {Reset{HardReset{{-0.25}}}, Reset{NoReset{}}, Reset{SoftReset{{0.875}, true}},
                               Reset{NoDelayReset{false, {0.875}}}, Reset{NoDelayReset{true, {0}}}}) {
        spiking.reset = reset;
        spiking.compare = Compare::greater;
        expect_round_trip(n, "reset " + std::to_string(reset.index()));
    }
}

TEST(WriteNir, TheSameBytesEveryTime) {
    Report report;
    EXPECT_EQ(write_nir(image_network(), 1e-3, "x", report).bytes,
              write_nir(image_network(), 1e-3, "x", report).bytes);
}

TEST(WriteNir, WhatThePackageReadsDifferentlyIsTold) {
    const Outcome o = read_data("images.nir", step_and_reset());
    Report report;
    write_nir(*o.network, 1e-4, "images.nir", report);
    ASSERT_EQ(report.diagnostics.size(), 1U);
    EXPECT_THAT(to_text(report.diagnostics[0]),
                HasSubstr("warning: the nir package (1.0) takes kernels for square"));
}

std::string refusal(const Network& network) {
    Report report;
    try {
        write_nir(network, 1e-4, "x.json", report);
    } catch (const StageFailed&) {
    }
    std::string text;
    for (const Diagnostic& d : report.diagnostics) {
        EXPECT_FALSE(d.hint.empty());
        text += to_text(d);
    }
    return text;
}

TEST(WriteNir, RefusesWhatNirCannotSay) {
    Network n = image_network();
    n.populations[0].spiking->refractory_steps = 2;
    n.populations[0].v_min = {-1.0};
    n.populations[0].initial_v = {0.5};
    n.populations[0].periodic_reset.interval = 10;
    n.populations[1].spiking->reset = SoftReset{{1.0}, false};
    const std::string text = refusal(n);
    EXPECT_THAT(text,
                HasSubstr("x.json: error: node 'conv': has refractory steps, which NIR has no field for"));
    EXPECT_THAT(text, HasSubstr("error: node 'conv': has a lower bound, which NIR"));
    EXPECT_THAT(text, HasSubstr("error: node 'conv': does not start from 0, which NIR"));
    EXPECT_THAT(text, HasSubstr("error: node 'conv': is cleared periodically, which NIR"));
    EXPECT_THAT(text,
                HasSubstr("error: node 'after': subtracts 1 from neuron 0 at a spike, its threshold is 1.5"));
    n = image_network();
    std::get<Pool>(n.connections[1].stages[0]).kind = Pool::Kind::maximum;
    EXPECT_THAT(refusal(n), HasSubstr("error: node 'pool': holds a maximum pool, which NIR has no node for"));
    n = image_network();
    n.populations[1].beta = PerNeuron(27, 1.0);
    n.populations[1].beta[3] = 0.5;
    EXPECT_THAT(refusal(n),
                HasSubstr("error: node 'after': the potential of some of its neurons never decays"));
    n = image_network();
    n.populations[1].bias = {0.5};
    EXPECT_THAT(
        refusal(n),
        HasSubstr("error: node 'after': has a bias and a potential that never decays behind a current"));
    n = image_network();
    n.connections[0].stages = {Scale{{1.0}, {}}};
    n.populations[0].shape = {2, 6, 6};
    n.populations.resize(1);
    n.connections.resize(1);
    n.outputs = {0};
    EXPECT_THAT(refusal(n), HasSubstr("error: node 'conv': has a bias and a potential that never decays\n"));
}

}  // namespace
}  // namespace synfire
