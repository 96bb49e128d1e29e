// What the commands do when all is well.
#include <nlohmann/json.hpp>

#include "tests/unit/cli/synfire_process.hpp"

using namespace synfire;
using testing::HasSubstr;
using Json = nlohmann::json;

class Commands : public SynfireTest {};

TEST_F(Commands, InspectListsTheNetwork) {
    const Said said = synfire("inspect " + digits + " --json info.json");
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("v = 0.9 v + I, spikes when v > 1, then v -= 1 in the next step"));
    EXPECT_THAT(said.out, HasSubstr("138 neurons, 9472 weights"));
    const Json json = Json::parse(read("info.json"));
    EXPECT_EQ(json.at("weights"), 9472);
    EXPECT_EQ(json.at("populations")[1].at("fan_in"), 128);
    EXPECT_EQ(json.at("connections")[0].at("stages").size(), 1U);
}

TEST_F(Commands, InspectDrawsTheNetwork) {
    ASSERT_EQ(synfire("inspect " + digits + " --dot net.dot").code, 0);
    EXPECT_THAT(read("net.dot"), HasSubstr("input0 -> population0 [label=\"dense 64 -> 128\"];"));
    const Said none = synfire("inspect " + digits + " --svg net.svg", "PATH=/nowhere");
    EXPECT_EQ(none.code, 1);
    EXPECT_THAT(none.err, HasSubstr("'dot' of Graphviz is not installed"));
    EXPECT_FALSE(exists("net.svg"));
    if (std::system("dot -V >/dev/null 2>&1") != 0) GTEST_SKIP() << "Graphviz is not installed";
    ASSERT_EQ(synfire("inspect " + digits + " --svg net.svg").code, 0);
    EXPECT_THAT(read("net.svg"), HasSubstr("</svg>"));
}

TEST_F(Commands, OnnxAndJsonOfTheSameNetworkSpikeAlike) {
    write_digits(20);
    const std::string onnx = "'" SYNFIRE_SOURCE_DIR "/models/digits/digits.onnx'";
    ASSERT_EQ(synfire("run " + digits + " --input x.npy -o a --engine reference").code, 0);
    ASSERT_EQ(synfire("run " + onnx + " --input x.npy -o b --engine reference").code, 0);
    EXPECT_EQ(read("a/lif1.s.npy"), read("b/layer1.s.npy"));
    EXPECT_EQ(read("a/lif2.s.npy"), read("b/layer2.s.npy"));
}

TEST_F(Commands, RunWritesTheDocumentedLayout) {
    write_digits(3);
    const Said said = synfire("run " + digits + " --input x.npy -o out --engine both --trace");
    ASSERT_EQ(said.code, 0) << said.err;
    for (const std::string engine : {"reference/", "emulator/"}) {
        const Json populations = Json::parse(read("out/" + engine + "run.json")).at("populations");
        ASSERT_EQ(populations.size(), 2U);
        EXPECT_EQ(populations[0].at("name"), "lif1");
        EXPECT_EQ(populations[0].at("spiking"), true);
        EXPECT_EQ(populations[0].at("delay_shift"), 0);
        for (const char* variable : {"s", "u", "v"}) {
            const std::string file = populations[0].at("files").at(variable).get<std::string>();
            EXPECT_EQ(file, std::string("lif1.") + variable + ".npy");
            const NpyArray array = parse_npy(read("out/" + engine + file), file);
            EXPECT_EQ(array.shape, (Shape{3, 20, 128}));
            const std::size_t kind = array.values.index();
            const std::size_t expected = *variable == 's' ? NpyValues(std::vector<std::uint8_t>{}).index()
                                         : engine == "reference/"
                                             ? NpyValues(std::vector<double>{}).index()
                                             : NpyValues(std::vector<std::int32_t>{}).index();
            EXPECT_EQ(kind, expected) << engine << file;
        }
    }
}

TEST_F(Commands, OneSampleHasNoBatchAxis) {
    write("x.npy", to_npy({{5, 64}, std::vector<float>(5 * 64, 1.0F)}));
    ASSERT_EQ(synfire("run " + digits + " --input x.npy -o out").code, 0);
    EXPECT_EQ(parse_npy(read("out/lif1.s.npy"), "s").shape, (Shape{5, 128}));
}

TEST_F(Commands, CompilingTwiceGivesTheSameBytes) {
    for (const std::string target : {"mcu", "loihi"}) {
        for (const std::string copy : {"1", "2"}) {
            const Said said = synfire("compile " + digits + " --target " + target + " -o " + target + copy);
            ASSERT_EQ(said.code, 0) << said.err;
            EXPECT_THAT(said.out, HasSubstr("range proof"));
        }
        std::size_t files = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / (target + "1"))) {
            if (!entry.is_regular_file()) continue;
            const std::string name = entry.path().lexically_relative(folder / (target + "1")).string();
            EXPECT_EQ(read(target + "1/" + name), read(target + "2/" + name)) << name;
            ++files;
        }
        EXPECT_GT(files, 4U);
    }
}

TEST_F(Commands, ACompiledDirectoryIsAModel) {
    write_digits(5);
    ASSERT_EQ(synfire("compile " + digits + " --target mcu -o dir").code, 0);
    ASSERT_EQ(synfire("run " + digits + " --input x.npy -o a --engine both --trace").code, 0);
    ASSERT_EQ(synfire("run dir --input x.npy -o b --engine both --trace").code, 0);
    for (const char* file : {"reference/lif1.v.npy", "emulator/lif2.v.npy", "emulator/lif1.u.npy"})
        EXPECT_EQ(read(std::string("a/") + file), read(std::string("b/") + file)) << file;
    EXPECT_THAT(synfire("inspect dir").out, HasSubstr("compiled for mcu, arithmetic profile mcu"));
}

TEST_F(Commands, VerifyReportsAgreementAndAccuracy) {
    write_digits(30);
    const Said said =
        synfire("verify " + digits + " --input x.npy --labels labels.npy --agree 0.8 --json v.json");
    ASSERT_EQ(said.code, 0) << said.out << said.err;
    const Json result = Json::parse(read("v.json"));
    EXPECT_EQ(result.at("layers").size(), 2U);
    EXPECT_GT(result.at("layers")[0].at("local").get<double>(), 0.9);
    EXPECT_GT(result.at("accuracy").at("reference").get<double>(), 0.9);
}

TEST_F(Commands, VerifyDemandsEverySpikeUnlessToldOtherwise) {
    write_digits(30);
    const Said said = synfire("verify " + digits + " --input x.npy");
    EXPECT_EQ(said.code, 2);
    EXPECT_THAT(said.out, HasSubstr("first divergence: sample "));
    EXPECT_THAT(said.out, HasSubstr("FAILED"));
}

TEST_F(Commands, VerifyAgainstARecording) {
    write_digits(4);
    ASSERT_EQ(synfire("run " + digits + " --input x.npy -o rec --trace").code, 0);
    EXPECT_EQ(synfire("verify " + digits + " --input x.npy --against rec").code, 0);
    EXPECT_EQ(synfire("verify " + digits + " --input x.npy --against rec/lif2.s.npy").code, 0);

    NpyArray v = parse_npy(read("rec/lif2.v.npy"), "v");
    std::get<std::vector<std::int32_t>>(v.values)[(2 * 20 + 7) * 10 + 3] += 1;
    write("rec/lif2.v.npy", to_npy(v));
    const Said said = synfire("verify " + digits + " --input x.npy --against rec");
    EXPECT_EQ(said.code, 2);
    EXPECT_THAT(said.out, HasSubstr("sample 2, step 7, layer lif2, neuron 3: v"));
}

TEST_F(Commands, ThreadsDoNotChangeResults) {
    write_digits(6);
    ASSERT_EQ(synfire("run " + digits + " --input x.npy -o one --threads 1 --trace").code, 0);
    ASSERT_EQ(synfire("run " + digits + " --input x.npy -o four --threads 4 --trace").code, 0);
    EXPECT_EQ(read("one/lif2.v.npy"), read("four/lif2.v.npy"));
}

// The soft reset of the model is closer to it than the hard one, which takes half the compartments.
TEST_F(Commands, ADryRunMeasuresWhatTheResetsOfLoihiCost) {
    write_digits(10);
    const std::string dry = "compile " + digits + " --target loihi --dry-run --calibrate x.npy --json r.json";
    const Said said = synfire(dry);
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("hard, to zero            --hard-reset"));
    const nlohmann::json resets = nlohmann::json::parse(read("r.json")).at("resets");
    ASSERT_EQ(resets.size(), 2U);
    const double soft = resets[0].at("agreement").at("lif1"), hard = resets[1].at("agreement").at("lif1");
    EXPECT_GT(soft, 0.9);
    EXPECT_LT(hard, soft);
    EXPECT_EQ(resets[0].at("cores"), 1);
    // Asked for the hard reset, the table is the same.
    ASSERT_EQ(synfire(dry + " --hard-reset").code, 0);
    EXPECT_EQ(nlohmann::json::parse(read("r.json")).at("resets"), resets);
    EXPECT_FALSE(exists("arrays"));
}
