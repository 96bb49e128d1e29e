// synfire evaluate.
#include <nlohmann/json.hpp>

#include "tests/unit/cli/synfire_process.hpp"

using namespace synfire;
using testing::HasSubstr;
using Json = nlohmann::json;

class Evaluating : public SynfireTest {};

TEST_F(Evaluating, SaysAccuracyAgreementActivityAndCost) {
    write_digits(30);
    const Said said = synfire("evaluate " + digits + " --data x.npy --labels labels.npy --json e.json");
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("answer by count: the output that spikes most"));
    EXPECT_THAT(said.out, HasSubstr("accuracy over 30 samples"));
    const Json e = Json::parse(read("e.json"));
    EXPECT_EQ(e.at("layers").size(), 2U);
    EXPECT_GT(e.at("accuracy").at("reference").get<double>(), 0.9);
    const Json& first = e.at("connections")[0];
    EXPECT_EQ(first.at("reference").at("operations"), 128 * first.at("reference").at("events").get<int>());
    EXPECT_EQ(first.at("emulator").at("operations").get<int>() +
                  first.at("emulator").at("zero_weight_operations").get<int>(),
              first.at("reference").at("operations"));
    EXPECT_TRUE(e.contains("first_divergence"));
    EXPECT_EQ(e.at("within_steps"), 1);
    EXPECT_GE(e.at("layers")[0].at("within"), e.at("layers")[0].at("propagated"));
}

TEST_F(Evaluating, AgreesWithVerifyAndDoesNotDependOnThreads) {
    write_digits(20);
    ASSERT_EQ(synfire("compile " + digits + " --target mcu -o dir").code, 0);
    ASSERT_EQ(synfire("evaluate dir --data x.npy --labels labels.npy --json a.json --threads 1").code, 0);
    ASSERT_EQ(synfire("evaluate dir --input x.npy --labels labels.npy --json b.json --threads 3").code, 0);
    EXPECT_EQ(read("a.json"), read("b.json"));
    ASSERT_EQ(synfire("verify dir --input x.npy --labels labels.npy --agree 0 --json v.json").code, 0);
    const Json a = Json::parse(read("a.json")), v = Json::parse(read("v.json"));
    for (const std::size_t l : {0U, 1U})
        EXPECT_EQ(a.at("layers")[l].at("propagated"), v.at("layers")[l].at("propagated"));
    EXPECT_EQ(a.at("accuracy").at("emulator"), v.at("accuracy").at("emulator"));
}

TEST_F(Evaluating, WithoutLabelsThereIsNoAccuracy) {
    write_digits(5);
    ASSERT_EQ(synfire("evaluate " + digits + " --data x.npy --readout first-spike --json e.json").code, 0);
    const Json e = Json::parse(read("e.json"));
    EXPECT_EQ(e.at("accuracy").at("readout"), "first-spike");
    EXPECT_TRUE(e.at("accuracy").contains("same_answer"));
    EXPECT_FALSE(e.at("accuracy").contains("reference"));
}

TEST_F(Evaluating, TakesEncodedImages) {
    const std::string images = " --data '" SYNFIRE_SOURCE_DIR "/models/digits/test_images.npy'";
    const Said said = synfire("evaluate " + digits + images +
                              " --encode rate --steps 10 --scale 0.0625 --readout membrane-mean");
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("360 samples of 10 steps"));
}

TEST_F(Evaluating, RefusesRulesOfSpikesWhereNoneAre) {
    write("model.json", R"({"format": "snn-json", "version": 1, "input": {"shape": [2]}, "layers": [
        {"name": "fc", "type": "dense", "units": 2, "weight": [[1, 0.5], [0, 1]]},
        {"name": "li", "type": "neuron", "model": "li", "beta": 0.5}]})");
    write("x.npy", to_npy({{5, 2}, std::vector<float>(10, 1.0F)}));
    const Said refused = synfire("evaluate model.json --data x.npy --readout count");
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("'count' counts spikes, and the output has none"));
    EXPECT_THAT(refused.err, HasSubstr("hint: --readout last-step"));
    const Said said = synfire("evaluate model.json --data x.npy");
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("no spikes: the potential is off by"));
    EXPECT_EQ(synfire("evaluate model.json --data x.npy --readout loudest").code, 1);
}
