// init and propagate as a user runs them.
#include <nlohmann/json.hpp>

#include "tests/unit/cli/synfire_process.hpp"

using namespace synfire;
using testing::HasSubstr;
using Json = nlohmann::json;

class Init : public SynfireTest {
  protected:
    const std::string stack = "'" SYNFIRE_SOURCE_DIR "/models/deep/stack.json'";
};

TEST_F(Init, WritesAModelThatRuns) {
    const Said said =
        synfire("init " + stack +
                " --input rate=0.2 --operating-point 0.7 --seed 3 -o w.json --json r.json --html p.html");
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("lif30 "));
    const Json result = Json::parse(read("r.json"));
    EXPECT_NEAR(result["populations"][5]["kappa"].get<double>(), 1 / (0.49 * 0.2419636522), 1e-6);
    EXPECT_EQ(result["populations"][5]["drawn"][0]["stream"], 6);
    EXPECT_THAT(read("p.html"), HasSubstr("</html>"));
    EXPECT_EQ(synfire("inspect w.json").code, 0);
    ASSERT_EQ(
        synfire("init " + stack + " --input rate=0.2 --operating-point 0.7 --seed 3 -o again.json").code, 0);
    EXPECT_EQ(read("w.safetensors"), read("again.safetensors"));
    ASSERT_EQ(
        synfire("init " + stack + " --input rate=0.2 --operating-point 0.7 --seed 4 -o other.json").code, 0);
    EXPECT_NE(read("w.safetensors"), read("other.safetensors"));
}

TEST_F(Init, OfADryRunWritesNothing) {
    const Said said = synfire("init " + stack + " --input rate=0.2 --dry-run");
    EXPECT_EQ(said.code, 0);
    EXPECT_THAT(said.err, HasSubstr("hint: give --operating-point 0."));
    EXPECT_FALSE(exists("w.json"));
}

TEST_F(Init, WarnsOfSchemesThatFallSilent) {
    const Said said = synfire("init " + stack + " --input rate=0.2 --scheme kaiming --dry-run");
    EXPECT_EQ(said.code, 0);
    EXPECT_THAT(said.err, HasSubstr("warning: node 'lif2': activity dies out with depth in networks of any "
                                    "width: n Var[w] / threshold^2 = 2\n"
                                    "  expected: at least 6.034\n"
                                    "  hint: use the scheme variance-conserving, or a smaller threshold\n"));
}

TEST_F(Init, SaysWhatItNeedsToKnow) {
    EXPECT_THAT(synfire("init " + stack + " -o w.json").err,
                HasSubstr("field '--input': the model's inputs are spikes"));
    EXPECT_THAT(synfire("init " + stack + " --input rate=0.2").err,
                HasSubstr("field '--output': no file was named"));
    EXPECT_THAT(synfire("init " + stack + " --input rate=0.2 -o w.onnx").err,
                HasSubstr("w.onnx: error: is not a format that can be written"));
    EXPECT_THAT(synfire("init " + stack + " --input rate=2 -o w.json").err,
                HasSubstr("field '--input': 2 spikes per step"));
    EXPECT_THAT(synfire("init " + stack + " --input hz=20 -o w.json").err,
                HasSubstr("spikes per second need the length of a step"));
    EXPECT_THAT(synfire("init " + stack + " --input moments=1,0.5 -o w.json").err,
                HasSubstr("the mean square is below the square of the mean"));
    EXPECT_THAT(synfire("init " + stack + " --input rate=0.2,3 -o w.json").err,
                HasSubstr("'rate=0.2,3' is not understood"));
    EXPECT_THAT(synfire("init " + stack + " --input rate=0.2 --quant int8 --step 77 -o w.json").err,
                HasSubstr("field '--step': '77' is not understood"));
    EXPECT_FALSE(exists("w.json"));
    EXPECT_EQ(synfire("init " + stack + " --input hz=20 --dt 0.01 --operating-point 0.6 -o w.json").code, 0);
}

TEST_F(Init, ModelsWithoutWeightsAreRefusedByOtherCommands) {
    const Said said = synfire("compile " + stack + " --target mcu -o out");
    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.err, HasSubstr("node 'fc1', field 'weight': is absent\n  expected: 100 x 100 values\n  "
                                    "hint: give the network weights: synfire init\n"));
    EXPECT_EQ(synfire("inspect " + stack).code, 0);
}

TEST_F(Init, IntegersSurviveCompilation) {
    ASSERT_EQ(synfire("init " + stack +
                      " --input rate=0.24 --operating-point 0.7 --quant ternary --keep-seeds -o w.json")
                  .code,
              0);
    EXPECT_FALSE(exists("w.safetensors"));
    const Said compiled = synfire("compile w.json --target mcu -o out");
    EXPECT_EQ(compiled.code, 0) << compiled.err;
}

TEST_F(Init, PropagateMeasuresDepthAndTime) {
    const Said said = synfire(
        "propagate --layers 5 --width 60 --threshold 0.8 --beta 0.5 --steps 4 --trials 6 --json r.json "
        "--html p.html");
    ASSERT_EQ(said.code, 0) << said.err;
    const Json result = Json::parse(read("r.json"));
    ASSERT_EQ(result["populations"].size(), 6U);
    EXPECT_EQ(result["populations"][5]["variance"]["mean"].size(), 4U);
    EXPECT_GT(result["populations"][5]["total_spikes"]["mean"].get<double>(), 10);
    EXPECT_EQ(synfire("propagate --layers 5 --width 60 --threshold 0.8 --beta 0.5 --steps 4 --trials 6 "
                      "--threads 1 --json s.json")
                  .code,
              0);
    EXPECT_EQ(read("r.json"), read("s.json"));
    EXPECT_THAT(synfire("propagate").err, HasSubstr("no network was named"));
    EXPECT_THAT(synfire("propagate " + stack + " --layers 3 --width 4").err,
                HasSubstr("a model and a stack of layers were given"));
}

TEST_F(Init, DataDecidesTheFirstLayer) {
    write("model.json", R"({"format":"snn-json","version":1,"input":{"shape":[4],"kind":"analog"},"layers":[
        {"type":"dense","name":"fc","units":50},{"type":"neuron","name":"lif","model":"lif","beta":0.5,"threshold":1}]})");
    NpyArray array{{3, 4}, std::vector<double>{1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3}};
    write("x.npy", to_npy(array));
    ASSERT_EQ(synfire("init model.json --input data=x.npy -o w.json --json r.json").code, 0);
    EXPECT_NEAR(Json::parse(read("r.json"))["populations"][0]["drawn"][0]["variance"].get<double>(),
                1 / (4 * 14.0 / 3), 1e-12);
    write("bad.npy", to_npy(NpyArray{{3, 5}, std::vector<double>(15, 1.0)}));
    EXPECT_THAT(synfire("init model.json --input data=bad.npy -o w.json").err,
                HasSubstr("bad.npy has shape [3, 5]"));
}

TEST_F(Init, LooksAtDataWhereTheSchemeDoes) {
    write("model.json", R"({"format":"snn-json","version":1,"input":{"shape":[4],"kind":"analog"},"layers":[
        {"type":"dense","name":"fc","units":50},
        {"type":"neuron","name":"lif","model":"lif","beta":0.5,"threshold":1,"reset":{"mode":"subtract","timing":"next_step"},"compare":"gt"}]})");
    std::vector<double> values;
    for (int k = 0; k < 400; ++k) values.push_back((k * 37 % 101) / 50.0 - 1);
    write("x.npy", to_npy(NpyArray{{100, 4}, values}));
    for (const char* scheme : {"lsuv", "threshold-quantile --rate 0.1"}) {
        const Said said =
            synfire(std::string("init model.json --input data=x.npy -o w.json --scheme ") + scheme);
        EXPECT_EQ(said.code, 0) << said.err;
        EXPECT_THAT(said.out, HasSubstr("fitted to 100 samples of 1 steps"));
        EXPECT_EQ(synfire("inspect w.json").code, 0);
    }
    EXPECT_THAT(synfire("init model.json -o w.json --scheme lsuv").err,
                HasSubstr("field '--scheme': lsuv looks at data"));
    EXPECT_THAT(synfire("init model.json --input data=x.npy -o w.json --scheme lsuv --quant int8").err,
                HasSubstr("field '--quant'"));
    EXPECT_THAT(synfire("init model.json --input data=x.npy --dry-run --scheme lsuv").err,
                HasSubstr("field '--dry-run'"));
}

TEST_F(Init, ForecastsSeveralSteps) {
    const Said said = synfire("init " + stack +
                              " --input rate=0.2 --operating-point 0.7 --dry-run --steps 5 --json r.json");
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("forecast of 5 steps, one draw"));
    const Json result = Json::parse(read("r.json"));
    EXPECT_EQ(result["populations"][29]["steps"]["fraction"].size(), 5U);
    EXPECT_GT(result["outlook"]["largest_a"].get<double>(), 0.7);
    EXPECT_THAT(said.out, HasSubstr("smallest width that does at this operating point"));
}
