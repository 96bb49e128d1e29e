// src/synfire/cnl.hpp of an emitted network, and the runtime's arithmetic against CNL's.
#include <cmath>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "compiler/quantize/quantize.hpp"
#include "runtime/arithmetic.hpp"
#include "targets/mcu/kernels.hpp"
#include "tests/unit/hil/emitted.hpp"

#if defined(SYNFIRE_CNL)
#include <cnl/scaled_integer.h>
#endif

namespace synfire::hil {
namespace {

#if defined(SYNFIRE_CNL)

template <class Number, class Integer>
constexpr Number number(Integer integer) {
    return cnl::from_rep<Number, Integer>{}(integer);
}

// CNL rounds towards zero when it drops a fraction, as a decay does.
TEST(Cnl, DropsAFractionAsADecayDoes) {
    using Whole = cnl::scaled_integer<std::int64_t, cnl::power<0>>;
    using Fraction = cnl::scaled_integer<std::int64_t, cnl::power<-12>>;
    std::mt19937 random(1);
    std::uniform_int_distribution<std::int32_t> states(-(1 << 24), 1 << 24), decays(0, 4096);
    for (int k = 0; k < 200000; ++k) {
        const std::int32_t x = k < 20000 ? k - 10000 : states(random), d = decays(random);
        const Whole kept = number<Whole>(std::int64_t{x}) * number<Fraction>(std::int64_t{4096 - d});
        ASSERT_EQ(cnl::to_rep<Whole>{}(kept), rt::decay_toward_zero(x, d, 12)) << x << " " << d;
    }
}

IntNetwork power_of_two_network(const std::string& profile, Granularity granularity) {
    std::mt19937 random(3);
    std::normal_distribution<double> weight(0, 0.4);
    Network network;
    network.name = "views";
    network.inputs.push_back({"in", {12}});
    const std::size_t widths[] = {12, 24, 9};
    for (std::size_t k = 0; k < 2; ++k) {
        Population p;
        p.name = "lif" + std::to_string(k);
        p.shape = {widths[k + 1]};
        p.beta = {0.9};
        p.spiking.emplace();
        p.spiking->threshold = {0.8};
        p.spiking->reset = SoftReset{{0.8}};
        network.populations.push_back(p);
        Connection c;
        c.name = "fc" + std::to_string(k);
        c.source = {k == 0 ? Presynaptic::Kind::input : Presynaptic::Kind::population, 0};
        c.target = k;
        Dense dense;
        dense.outputs = widths[k + 1];
        dense.inputs = widths[k];
        for (std::size_t w = 0; w < dense.outputs * dense.inputs; ++w) dense.weight.push_back(weight(random));
        c.stages.push_back(dense);
        network.connections.push_back(c);
    }
    network.outputs = {1};
    QuantizeOptions options;
    options.profile = profile;
    options.granularity = granularity;
    Report report;
    return quantize(network, options, report);
}

constexpr char program[] = R"(
#include <cstdio>
#include "synfire/cnl.hpp"
static views_state state;
template <uint16_t population> void print() {
    const auto v = synfire::membranes<population>(state);
    for (uint16_t i = 0; i < v.size(); ++i) std::printf("%.17g\n", static_cast<double>(v[i]));
}
template <uint16_t connection> void print_weights() {
    const auto w = synfire::weights<connection>();
    for (uint16_t o = 0; o < w.outputs(); ++o)
        for (uint16_t i = 0; i < w.inputs(); ++i) std::printf("%.17g\n", static_cast<double>(w(i, o)));
}
int main() {
    const uint8_t spikes[views_input_bytes] = {0xAB, 0x0D};
    views::reset(state);
    for (int t = 0; t < 7; ++t) views::step(state, spikes);
    print<0>();
    print<1>();
    print_weights<0>();
    print_weights<1>();
    // Arithmetic in the units of the model.
    auto sum = synfire::membranes<0>(state)[0] + synfire::weights<0>()(1, 0);
    std::printf("%.17g\n", static_cast<double>(sum));
}
)";

std::vector<double> run_program(const IntNetwork& network, const std::string& core,
                                const std::string& compiler) {
    const ScratchFolder folder;
    const std::filesystem::path compiled = test::write_emitted(network, folder, WeightSource::flash, core);
    std::ofstream(compiled / "program.cpp") << program;
    std::vector<std::string> command{
        compiler,   "-std=c++20", "-O1",         "-Wall",         "-Wextra",        "-Werror", "-Isrc",
        "-isystem", SYNFIRE_CNL,  "program.cpp", "src/model.cpp", "src/tables.cpp", "-o",      "program"};
    // The twins in place of the core's kernels.
    if (!core.empty()) {
        std::ofstream(compiled / "twins.cpp")
            << "#include \"runtime/kernels/lanes.hpp\"\nusing namespace synfire::rt;\n"
               "void synfire_accumulate(Row* r, int16_t* s, uint32_t b, uint32_t) {\n"
               "    accumulate_rows(RowOrder::swapped, r, s, b);\n}\n"
               "void synfire_accumulate_nibbles(Row*, int16_t*, uint32_t, uint32_t) {}\n"
               "uint16_t* synfire_update(int32_t* v, const int16_t* s, const LaneLayer* l, uint16_t* e) {\n"
               "    return update_lanes(v, s, *l, e, 0, l->whole);\n}\n";
        command.insert(command.end(), "twins.cpp");
    }
    const ProcessResult built =
        run_process(command, compiled, folder.path() / "log", std::chrono::minutes(5));
    EXPECT_EQ(built.exit_code, 0) << built.output;
    const ProcessResult ran =
        run_process({"./program"}, compiled, folder.path() / "log", std::chrono::minutes(1));
    EXPECT_EQ(ran.exit_code, 0) << ran.output;
    std::istringstream in(ran.output);
    return {std::istream_iterator<double>(in), {}};
}

TEST(Cnl, ViewsShowTheIntegersInTheModelsUnits) {
    const IntNetwork mcu = power_of_two_network("mcu", Granularity::power_of_two);
    const IntNetwork loihi = power_of_two_network("loihi", Granularity::power_of_two);
    const IntNetwork* const networks[] = {&mcu, &loihi, &mcu};
    const char* const cores[] = {"", "", "cortex-m4"};
    const char* const compilers[] = {"g++", "clang++", "g++"};
    for (std::size_t k = 0; k < 3; ++k) {
        if (find_program(compilers[k]).empty()) continue;
        const IntNetwork& network = *networks[k];
        std::vector<std::uint8_t> spikes;
        for (std::size_t t = 0; t < 7; ++t)
            for (std::size_t i = 0; i < 12; ++i) spikes.push_back((0x0DAB >> i) & 1);
        const auto run = test::plain_run(network, 7, spikes);
        std::vector<double> expected;
        for (std::size_t p = 0; p < 2; ++p) {
            const double scale = network.populations[p].scale.at(0);
            EXPECT_EQ(std::exp2(std::round(std::log2(scale))), scale);
            const std::size_t n = neurons(network.populations[p]);
            for (std::size_t i = 0; i < n; ++i) expected.push_back(run[p].v[6 * n + i] / scale);
        }
        for (const IntConnection& c : network.connections)
            for (const std::int16_t w : c.weight)
                expected.push_back(std::ldexp(w, c.exponent + network.rules.accumulator_shift) /
                                   network.populations[c.target].scale.at(0));
        expected.push_back(expected[0] + expected[24 + 9 + 1]);
        EXPECT_EQ(run_program(network, cores[k], compilers[k]), expected) << k;
    }
}

#else

TEST(Cnl, ViewsShowTheIntegersInTheModelsUnits) {
    GTEST_SKIP() << "cnl/scaled_integer.h was not found: Debian has no package of it; configure with "
                    "-DCNL_INCLUDE_DIR=...";
}

#endif

}  // namespace
}  // namespace synfire::hil
