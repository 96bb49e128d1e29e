// The emitted script on the user's own Lava against the emulator: s, u and v of every population, every step.
//
// SYNFIRE_LAVA_PYTHON names a Python that can import lava (and lava-dl, for the .net file). Unset: the tests
// are skipped and say so. Each case runs in a folder of its own below the test's temporary folder.
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"
#include "emulator/emulate.hpp"
#include "targets/loihi/loihi.hpp"
#include "tests/unit/loihi/networks.hpp"

namespace synfire::loihi {
namespace {

namespace fs = std::filesystem;

// Inputs of all samples as one array, [B, T, n].
NpyArray input_array(const Case& c, std::size_t input) {
    std::vector<std::int32_t> values;
    for (std::size_t b = 0; b < c.samples; ++b) {
        const Signal signal = random_inputs(c, b)[input];
        for (const double x : signal.values) values.push_back(static_cast<std::int32_t>(x));
    }
    return {{c.samples, c.steps, neurons(c.network.inputs[input])}, values};
}

// Everything of a case on disk: the emitted files and <input>.npy.
fs::path write_case(const Case& c, const TargetOptions& options) {
    const fs::path folder = fs::path(testing::TempDir()) / ("lava_" + c.name);
    fs::remove_all(folder);
    Report report;
    Artifacts files = emit(c.network, options, report);
    for (std::size_t i = 0; i < c.network.inputs.size(); ++i)
        files[c.network.inputs[i].name + ".npy"] = to_npy(input_array(c, i));
    write_artifacts(folder, files);
    return folder;
}

// A hung Lava is ended by timeout(1).
int run(const std::string& python, const std::string& arguments) {
    const std::string command = fmt::format("timeout 120 {} {}", python, arguments);
    return std::system(command.c_str());
}

template <class Value>
std::size_t differing(const fs::path& file, std::size_t sample, const std::vector<Value>& expected) {
    const NpyArray array = parse_npy(read_file(file.string()), file.filename().string());
    const std::vector<double> values = to_doubles(array, file.filename().string());
    std::size_t count = 0;
    for (std::size_t k = 0; k < expected.size(); ++k)
        count += values.at(sample * expected.size() + k) != static_cast<double>(expected[k]);
    return count;
}

const char* lava_python() {
    return std::getenv("SYNFIRE_LAVA_PYTHON");
}

class OnLava : public testing::TestWithParam<std::string> {};

TEST_P(OnLava, GivesTheEmulatorsSpikesAndStates) {
    const Case c = find_case(GetParam());
    const fs::path folder = write_case(c, {});
    if (lava_python() == nullptr) GTEST_SKIP() << "SYNFIRE_LAVA_PYTHON is not set: Lava was not run";
    std::string inputs;
    for (const Input& i : c.network.inputs)
        inputs += fmt::format("{0}={1}/{0}.npy ", i.name, folder.string());
    ASSERT_EQ(run(lava_python(), fmt::format("{0}/run_lava.py {1} {0}/out --trace", folder.string(), inputs)),
              0);
    std::size_t s = 0, u = 0, v = 0, spikes = 0;
    for (std::size_t b = 0; b < c.samples; ++b) {
        const IntTrace expected = emulate(c.network, random_inputs(c, b));
        for (const auto& p : expected.populations) {
            for (const std::uint8_t spike : p.s) spikes += spike;
            if (p.spiking) s += differing(folder / "out" / (p.name + ".s.npy"), b, p.s);
            u += differing(folder / "out" / (p.name + ".u.npy"), b, p.u);
            v += differing(folder / "out" / (p.name + ".v.npy"), b, p.v);
        }
    }
    fmt::print("{}: {} samples x {} steps, {} spikes, differing s {} u {} v {}\n", c.name, c.samples, c.steps,
               spikes, s, u, v);
    EXPECT_EQ(s + u + v, 0u);
}

std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const Case& c : cases()) all.push_back(c.name);
    return all;
}

INSTANTIATE_TEST_SUITE_P(Networks, OnLava, testing::ValuesIn(names()),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace synfire::loihi
