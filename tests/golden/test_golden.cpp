// The golden runner's own check: a vector with one changed number is found, wherever the change is, and a
// damaged file is refused with a reason.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/support/files.hpp"
#include "tests/golden/golden_case.hpp"
#include "tests/golden/lava_synapse.hpp"

namespace synfire::golden {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

json vector_file(const std::string& name) {
    return json::parse(read_file(std::string(SYNFIRE_SOURCE_DIR) + "/tests/golden/" + name));
}

const char* const lava_dense = "lava/12_skip_and_feedback.json";

class Recorded : public ::testing::TestWithParam<const char*> {};

TEST_P(Recorded, ALavaVectorWithOneChangedNumberDiffersThere) {
    json file = vector_file(lava_dense);
    ASSERT_EQ(first_difference(lava_case(file)), std::nullopt);
    json& number = file["layers"][1]["expect"][GetParam()][4 * 17 + 3];
    number = GetParam() == std::string("s") ? 1 - number.get<int>() : number.get<int>() + 1;
    const auto difference = first_difference(lava_case(file));
    ASSERT_TRUE(difference.has_value());
    EXPECT_THAT(*difference, HasSubstr("step 17, layer1, neuron 3: " + std::string(GetParam()) + " is "));
}

TEST_P(Recorded, ALoihiVectorWithOneChangedNumberDiffersThere) {
    json file = vector_file("loihi/04_threshold_strict.json");
    ASSERT_EQ(first_difference(loihi_case(file)), std::nullopt);
    if (GetParam() == std::string("s")) {
        file["expected"]["g"]["spikes"].push_back({39, 0});
    } else {
        json& number = file["expected"]["g"][GetParam()][39][0];
        number = number.get<int>() + 1;
    }
    const auto difference = first_difference(loihi_case(file));
    ASSERT_TRUE(difference.has_value());
    EXPECT_THAT(*difference, HasSubstr("step 39, g, neuron 0: " + std::string(GetParam()) + " is "));
}

INSTANTIATE_TEST_SUITE_P(Variables, Recorded, ::testing::Values("s", "u", "v"));

TEST(Golden, ALayerWithAnotherDecayDiffers) {
    json file = vector_file(lava_dense);
    json& du = file["layers"][0]["neuron"]["du"];
    du = du.get<int>() + 1;
    EXPECT_TRUE(first_difference(lava_case(file)).has_value());
}

TEST(Golden, AWeightThatDecodesDifferentlyIsRefused) {
    json file = vector_file("loihi/01_single_lif_exc_inh.json");
    file["synapses"][0]["w_act"][0] = 7937;
    try {
        loihi_case(file);
        FAIL() << "a wrong w_act was accepted";
    } catch (const std::exception& e) {
        EXPECT_STREQ(e.what(), "weight 124 decodes to 7936, expected 7937");
    }
}

// Lava 0.11's rules by hand: range of the sign mode, then low bits dropped; mixed floors, inhibitory
// truncates.
TEST(Golden, LavaWeightsAreClippedThenTruncated) {
    const auto stored = [](std::vector<int> weights, json sign_mode, int bits) {
        const std::size_t n = weights.size();
        const json synapse = {{"type", "dense"},
                              {"weights", {{"shape", {1, n}}, {"data", weights}}},
                              {"weight_exp", 0},
                              {"num_weight_bits", bits},
                              {"sign_mode", sign_mode}};
        return lava_synapse(synapse, {1}, {n}, {}).by_delay.at(0);
    };
    EXPECT_THAT(stored({-300, -7, 7, 300}, nullptr, 8), ElementsAre(-256, -8, 6, 254));
    EXPECT_THAT(stored({-300, -7, 0}, nullptr, 7), ElementsAre(-254, -6, 0));
    EXPECT_THAT(stored({0, 7, 300}, nullptr, 6), ElementsAre(0, 4, 252));
    EXPECT_THAT(stored({-5, 7, 300}, 2, 8), ElementsAre(0, 7, 255));
}

TEST(Golden, AFormatThatIsNotKnownIsSkippedWithItsName) {
    try {
        parse_case(R"({"format": "other-2"})");
        FAIL() << "an unknown format was accepted";
    } catch (const Unsupported& e) {
        EXPECT_STREQ(e.what(), "format 'other-2' is not run here");
    }
}

TEST(Golden, DamagedFilesAreRefused) {
    for (const char* text : {"", "{", R"({"format": "lava-golden-1"})", R"({"format": "loihi-golden-1"})",
                             R"({"format": "lava-golden-1", "steps": 1e99})"})
        EXPECT_ANY_THROW(parse_case(text)) << text;
}

// Any value of a vector replaced by another kind of value: refused or different, never a crash.
TEST(Golden, MutilatedVectorsDoNotCrash) {
    for (const char* name : {lava_dense, "lava/22_conv3.json", "loihi/09_delays.json"}) {
        const json original = vector_file(name);
        const json flat = original.flatten();
        for (const auto& [path, value] : flat.items()) {
            if (path.find("expect") != std::string::npos || path.find("spikes") != std::string::npos)
                continue;
            for (const json& other : {json(-7), json(1LL << 40), json("x"), json::array()}) {
                json file = original;
                file[json::json_pointer(path)] = other;
                try {
                    parse_case(file.dump());
                } catch (const std::exception&) {
                }
            }
        }
    }
}

}  // namespace
}  // namespace synfire::golden
