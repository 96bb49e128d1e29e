// What real Lava computed once, recorded: the emulator must still give it, and the script's input must not
// change.
#include <filesystem>

#include <gtest/gtest.h>

#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"
#include "emulator/emulate.hpp"
#include "targets/loihi/loihi.hpp"
#include "tests/unit/loihi/networks.hpp"

namespace synfire::loihi {
namespace {

class RecordedOnLava : public testing::TestWithParam<const char*> {};

std::string golden(const std::string& name) {
    return read_file(std::string(SYNFIRE_SOURCE_DIR) + "/tests/unit/loihi/golden/" + name);
}

template <class Value>
void expect_equal(const std::string& file, std::size_t sample, const std::vector<Value>& actual) {
    const std::vector<Value> all = std::get<std::vector<Value>>(parse_npy(golden(file), file).values);
    ASSERT_GE(all.size(), (sample + 1) * actual.size()) << file;
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(sample * actual.size());
    EXPECT_TRUE(std::equal(actual.begin(), actual.end(), first)) << file << " sample " << sample;
}

TEST_P(RecordedOnLava, TheEmulatorGivesTheSame) {
    const Case c = find_case(GetParam());
    for (std::size_t b = 0; b < c.samples; ++b) {
        const IntTrace trace = emulate(c.network, random_inputs(c, b));
        for (const auto& p : trace.populations) {
            expect_equal(c.name + "/" + p.name + ".s.npy", b, p.s);
            expect_equal(c.name + "/" + p.name + ".u.npy", b, p.u);
            expect_equal(c.name + "/" + p.name + ".v.npy", b, p.v);
        }
    }
}

TEST_P(RecordedOnLava, TheScriptReadsTheSameNetwork) {
    Report report;
    const Artifacts files = emit(find_case(GetParam()).network, {}, report);
    EXPECT_EQ(files.at("lava_network.json"), golden(std::string(GetParam()) + "/lava_network.json"));
}

INSTANTIATE_TEST_SUITE_P(Networks, RecordedOnLava,
                         testing::Values("soft_next_step", "soft_at_once", "hard_reset", "filtered_soft",
                                         "refractory", "recurrent"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace synfire::loihi
