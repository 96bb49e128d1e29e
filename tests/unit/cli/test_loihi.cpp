// What --target loihi says and writes on the command line.
#include <nlohmann/json.hpp>

#include "tests/unit/cli/synfire_process.hpp"

namespace synfire {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class LoihiTest : public SynfireTest {
  protected:
    // Neurons with as many different time constants as there are neurons.
    void write_spread(std::size_t neurons) {
        Json beta = Json::array(), weight = Json::array();
        for (std::size_t j = 0; j < neurons; ++j) {
            beta.push_back(0.5 + 0.4 * static_cast<double>(j) / static_cast<double>(neurons));
            weight.push_back({0.5, -0.25});
        }
        const Json model = {{"format", "snn-json"},
                            {"version", 1},
                            {"input", {{"shape", {2}}, {"kind", "spikes"}}},
                            {"layers",
                             {{{"type", "dense"}, {"name", "fc"}, {"units", neurons}, {"weight", weight}},
                              {{"type", "neuron"},
                               {"name", "lif"},
                               {"model", "lif"},
                               {"beta", beta},
                               {"threshold", 1.0},
                               {"compare", "gt"},
                               {"reset", {{"mode", "zero"}}}}}}};
        write("spread.json", model.dump());
    }
};

TEST_F(LoihiTest, WritesTheMapping) {
    const Said said = synfire("compile " + digits + " --target loihi -o out");
    ASSERT_EQ(said.code, 0) << said.err;
    const Json mapping = Json::parse(read("out/mapping.json"));
    EXPECT_EQ(mapping["format"], "synfire-loihi-mapping-1");
    EXPECT_EQ(mapping["cores"].size(), 1u);
    EXPECT_THAT(said.err,
                HasSubstr("1 of 128 cores on 1 chip, filled to 90 % of the words and 95 % of the axons"));
    EXPECT_THAT(said.err, HasSubstr("'Loihi 2': an estimate that nothing public can check"));
}

TEST_F(LoihiTest, DryRunWritesNothing) {
    const Said said =
        synfire("compile " + digits + " --target loihi --dry-run --full-limits --chips 2 --json d.json");
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("fits target loihi (arithmetic profile loihi); nothing was written"));
    EXPECT_THAT(said.err, HasSubstr("1 of 128 cores on 1 chip, filled to the limits"));
    EXPECT_EQ(Json::parse(read("d.json"))["cores"], 1);
    EXPECT_THAT(synfire("compile " + digits + " --target loihi").err, HasSubstr("--output is required"));
}

TEST_F(LoihiTest, ClustersParametersOnRequestOnly) {
    write_spread(50);
    Said said = synfire("compile spread.json --target loihi -o out");
    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.err,
                HasSubstr("'lif', field 'compartment profiles': neurons 0 to 49 on one core take 50"));
    EXPECT_THAT(said.err, HasSubstr("--cluster-parameters"));
    EXPECT_FALSE(exists("out"));
    said = synfire("compile spread.json --target loihi -o out --cluster-parameters");
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.err, HasSubstr("'lif', field 'decay_v': 50 different values became 32, as asked for"));
    EXPECT_EQ(Json::parse(read("out/mapping.json"))["cores"][0]["profiles"].size(), 32u);
}

TEST_F(LoihiTest, EvaluateEstimatesTimeAndEnergy) {
    write_digits(5);
    const Said said = synfire("evaluate " + digits + " --data x.npy --target loihi --json e.json");
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("Loihi 1, a model and no measurement: 1 of 128 cores"));
    EXPECT_THAT(said.out, HasSubstr("published runs lie within a factor of 3 of such bounds"));
    const Json json = Json::parse(read("e.json"));
    EXPECT_EQ(json["profile"], "loihi");
    const Json& loihi = json["loihi"];
    EXPECT_EQ(loihi["cores"].size(), 1u);
    // The same operations as the evaluation counts, over all steps and samples; soft resets are one each.
    double operations = 0, spikes = 0;
    for (const Json& layer : loihi["layers"]) {
        operations += layer["operations"].get<double>();
        spikes += layer["spikes"].get<double>();
    }
    const double cells = json["samples"].get<double>() * json["steps"].get<double>();
    EXPECT_NEAR((operations - spikes) * cells, json["operations"]["emulator"]["operations"].get<double>(),
                0.01);
    // A compiled directory says for whom it was compiled.
    ASSERT_EQ(synfire("compile " + digits + " --target loihi -o out").code, 0);
    EXPECT_THAT(synfire("evaluate out --data x.npy").out, HasSubstr("Loihi 1, a model"));
    EXPECT_THAT(synfire("evaluate " + digits + " --data x.npy").out, testing::Not(HasSubstr("Loihi 1")));
}

TEST_F(LoihiTest, OtherTargetsRefuseItsOptions) {
    for (const std::string option : {"--chips 2", "--full-limits", "--cluster-parameters"}) {
        const Said said = synfire("compile " + digits + " --target mcu -o out " + option);
        EXPECT_EQ(said.code, 1);
        EXPECT_THAT(said.err, HasSubstr("field '" + option.substr(0, option.find(' ')) +
                                        "': means nothing to target mcu"));
    }
}

}  // namespace
}  // namespace synfire
