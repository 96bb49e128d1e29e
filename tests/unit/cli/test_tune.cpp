// Calibration data on the command line, and synfire tune.
#include <nlohmann/json.hpp>

#include "tests/unit/cli/synfire_process.hpp"

using namespace synfire;
using testing::HasSubstr;
using Json = nlohmann::json;

class Tuning : public SynfireTest {
  public:
    double agreement(const std::string& options) {
        const Said said = synfire("verify " + digits + " --input x.npy --agree 0 --json v.json " + options);
        EXPECT_EQ(said.code, 0) << said.err;
        return Json::parse(read("v.json")).at("layers")[0].at("propagated");
    }
    std::string data = SYNFIRE_SOURCE_DIR "/models/digits/calibration.npy";
};

TEST_F(Tuning, CalibrationKeepsMoreSpikes) {
    write_digits(60);
    for (const char* format : {"--weight-bits 8 ", "--weight-bits 8,lif1=4 ", "--profile loihi "}) {
        const double nearest = agreement(format), spikes = agreement(format + ("--calibrate " + data));
        EXPECT_LT(1 - spikes, 0.75 * (1 - nearest)) << format;
        EXPECT_EQ(agreement(format + ("--rounding nearest --calibrate " + data)), nearest) << format;
    }
    EXPECT_GT(agreement("--weight-bits 2 --rounding moments"), agreement("--weight-bits 2"));
    EXPECT_LT(agreement("--rounding stochastic"), agreement(""));
}

TEST_F(Tuning, EverySpikeIsKeptOnTheDataItself) {
    write_digits(60);
    const std::string same = "--weight-bits 16 --decay-bits 16 ";
    EXPECT_LT(agreement(same), 1);
    EXPECT_EQ(agreement(same + "--calibrate x.npy --rounding every-spike"), 1);
    const Said said = synfire("verify " + digits + " --input x.npy --calibrate x.npy --rounding every-spike");
    EXPECT_EQ(said.code, 2);
    EXPECT_THAT(said.err, HasSubstr("first differences remain; the first is neuron"));
}

TEST_F(Tuning, CompiledDirectoriesKeepTheirIntegers) {
    write_digits(20);
    ASSERT_EQ(
        synfire("compile " + digits + " --target mcu --weight-bits 4 --calibrate " + data + " -o dir").code,
        0);
    const double direct = agreement("--weight-bits 4 --calibrate " + data);
    ASSERT_EQ(synfire("verify dir --input x.npy --agree 0 --json d.json").code, 0);
    EXPECT_EQ(Json::parse(read("d.json")).at("layers")[0].at("propagated"), direct);
    const Said said = synfire("verify dir --input x.npy --calibrate " + data);
    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.err, HasSubstr("is compiled; its integers are fixed"));
}

TEST_F(Tuning, ChoosesTheCheapestThatReachesTheGoal) {
    const Said said =
        synfire("tune " + digits + " --calibrate " + data + " --agree 0.85 --json t.json --threads 2");
    ASSERT_EQ(said.code, 0) << said.out << said.err;
    EXPECT_THAT(said.out, HasSubstr("180 samples of 20 steps to calibrate, 60 to validate"));
    const Json t = Json::parse(read("t.json"));
    const Json& chosen = t.at("chosen");
    EXPECT_GE(chosen.at("agreement"), 0.85);
    EXPECT_GE(chosen.at("validation_agreement"), 0.85);
    for (const Json& c : t.at("candidates")) {
        if (c.at("reaches")) {
            EXPECT_GE(c.at("flash"), chosen.at("flash")) << c;
        }
    }
    EXPECT_GE(t.at("front").size(), 3U);
    EXPECT_THAT(t.at("command").get<std::string>(), HasSubstr("--weight-bits 8"));
}

TEST_F(Tuning, SaysWhatKeepsItFromTheGoal) {
    const Said said = synfire("tune " + digits + " --calibrate " + data + " --agree 0.99999 --minimize ram");
    EXPECT_EQ(said.code, 2);
    EXPECT_THAT(said.out, HasSubstr("FAILED: no configuration reaches the goal: the best is 16 bits"));
    const Said loihi = synfire("tune " + digits + " --target loihi --calibrate " + data + " --agree 0.5");
    EXPECT_EQ(loihi.code, 0) << loihi.out << loihi.err;
    EXPECT_THAT(loihi.out, HasSubstr("cores"));
}
