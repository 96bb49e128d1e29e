// What verify measures and proves, from the outside.
#include <nlohmann/json.hpp>

#include "tests/unit/cli/synfire_process.hpp"

using namespace synfire;
using testing::HasSubstr;
using Json = nlohmann::json;

class Verify : public SynfireTest {};
class LedgerFile : public SynfireTest {};

TEST_F(Verify, PrintsOneTableAndKeepsTheRestForDetails) {
    write_digits(20);
    const std::string verify = "verify " + digits + " --input x.npy --agree 0.5";
    const Said brief = synfire(verify);
    ASSERT_EQ(brief.code, 0) << brief.err;
    EXPECT_THAT(brief.out, HasSubstr("+-1 step"));
    EXPECT_THAT(brief.out, HasSubstr("all layers"));
    EXPECT_THAT(brief.out, HasSubstr("differ because of it:\n    lif1:"));
    EXPECT_THAT(brief.out, HasSubstr("output lif2: same answer (spike-count argmax) in"));
    EXPECT_THAT(brief.out, testing::Not(HasSubstr("van Rossum")));
    const Said all = synfire(verify + " --details --within 3 --time-constant 5 --json v.json");
    EXPECT_THAT(all.out, HasSubstr("+-3 steps"));
    EXPECT_THAT(all.out, HasSubstr("van Rossum"));
    const Json json = Json::parse(read("v.json"));
    EXPECT_EQ(json.at("within_steps"), 3);
    EXPECT_EQ(json.at("time_constant"), 5);
    for (const Json& layer : json.at("layers")) {
        EXPECT_LT(layer.at("propagated"), layer.at("within")) << layer;
        EXPECT_GT(layer.at("distance"), 0) << layer;
        EXPECT_LT(layer.at("distance"), 0.2) << layer;
        EXPECT_GT(layer.at("rate_correlation"), 0.9) << layer;
    }
    const Json& first = json.at("first_divergence");
    EXPECT_EQ(first.at("because_of_it").at(0).at("first_step"), first.at("step"));
    EXPECT_LE(first.at("because_of_it").at(0).at("spikes"), first.at("in_its_sample").at(0).at("spikes"));
}

TEST_F(Verify, CertifiesMostSpikesOfSixteenBits) {
    write_digits(40);
    const Said said =
        synfire("verify " + digits +
                " --input x.npy --weight-bits 16 --decay-bits 12 --agree 0.9 --certify --json v.json");
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("certificate"));
    EXPECT_THAT(said.out, HasSubstr("from another decision, bound"));
    const Json certificate = Json::parse(read("v.json")).at("certificate");
    for (const Json& layer : certificate.at("layers")) {
        const double spikes = layer.at("spikes"), certified = layer.at("certified_spikes");
        EXPECT_GE(certified, 0.95 * spikes) << layer;
        EXPECT_LE(layer.at("unconditional_spikes"), certified) << layer;
        EXPECT_EQ(layer.at("cells").get<int>(),
                  layer.at("certified_cells").get<int>() + layer.at("open_cells").get<int>() +
                      layer.at("differing_cells").get<int>() + layer.at("left_cells").get<int>());
    }
    for (const Json& cell : certificate.at("listed")) EXPECT_LE(cell.at("margin"), cell.at("bound")) << cell;
}

TEST_F(Verify, ANetworkOfIntegersIsCertifiedAsAWhole) {
    write("net.json", R"({"format": "snn-json", "version": 1, "name": "whole", "input": {"shape": [2]},
        "layers": [{"type": "dense", "name": "fc", "units": 1, "weight": [[3.0, -1.0]]},
                   {"type": "neuron", "name": "b", "model": "lif", "beta": 1.0, "threshold": 7.0,
                    "reset": {"mode": "subtract", "timing": "next_step"}}]})");
    write("x.npy", to_npy({{30, 2}, std::vector<float>(60, 1.0F)}));
    const Said said = synfire("verify net.json --input x.npy --certify");
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("every spike and every silence is certified"));
}

TEST_F(Verify, AttributesErrorsToTheirSources) {
    write_digits(20);
    const std::string verify = "verify " + digits + " --input x.npy --agree 0.5 --attribute --json v.json";
    const Said said = synfire(verify);
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("lif1: its own error comes most from weights"));
    EXPECT_THAT(said.out, testing::Not(HasSubstr("saturation would")));
    const Json json = Json::parse(read("v.json"));
    const Json& attribution = json.at("attribution");
    ASSERT_EQ(attribution.at("layers").size(), 2U);
    for (std::size_t l = 0; l < 2; ++l) {
        const Json& layer = attribution.at("layers")[l];
        EXPECT_EQ(layer.at("none"), Json::parse(R"({"propagated": 1.0, "local": 1.0})"));
        EXPECT_EQ(layer.at("all").at("local"), json.at("layers")[l].at("local"));
        EXPECT_EQ(layer.at("all").at("propagated"), json.at("layers")[l].at("propagated"));
        EXPECT_EQ(layer.at("sources").size(), 6U);  // no real-valued input
    }
    const Said sixteen = synfire(verify + " --weight-bits 16 --decay-bits 12 --details");
    EXPECT_THAT(sixteen.out, HasSubstr("lif1: its own error comes most from decay"));
    EXPECT_THAT(sixteen.out, HasSubstr("--decay-bits would help"));
}

TEST_F(Verify, RangesOfEightBitsProveSixteenBitSums) {
    const Said said = synfire("compile " + digits + " --target mcu -o dir --json c.json");
    ASSERT_EQ(said.code, 0) << said.err;
    const Json ranges = Json::parse(read("c.json")).at("ranges");
    for (const Json& range : ranges) {
        EXPECT_EQ(range.at("verdict"), "proven for every input");
        EXPECT_EQ(range.at("lanes").at("sums_fit_16"), true) << range;
        EXPECT_FALSE(range.contains("worst_input"));
    }
    ASSERT_EQ(synfire("inspect dir --json i.json").code, 0);
    EXPECT_EQ(Json::parse(read("i.json")).at("ranges"), ranges);
}

TEST_F(Verify, ShowsTheInputThatOverflows) {
    // Without a leak or a threshold, v grows by 127 * 2^8 and more per step.
    write("net.json", R"({"format": "snn-json", "version": 1, "name": "sum", "input": {"shape": [3]},
        "layers": [{"type": "dense", "name": "fc", "units": 1, "weight": [[0.9, -0.51, 0.3]]},
                   {"type": "neuron", "name": "b", "model": "li", "beta": 1.0}]})");
    const Said said = synfire("compile net.json --target mcu --profile loihi -o dir --json c.json");
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("shown: inputs 'input' 0, 2 at their most, all others at their least"));
    const Json range = Json::parse(read("c.json")).at("ranges").at(0);
    EXPECT_EQ(range.at("worst_input").at("inputs").at("input"), (std::vector<double>{1, 0, 1}));
    EXPECT_EQ(range.at("worst_input").at("overflows"), true);
}

// A program in place of Python with Lava: takes the arguments of run_lava.py, and computes a directory of its
// own.
std::string in_place_of_lava(const std::string& directory) {
    return "#!/bin/sh\n[ -f \"$1\" ] && [ \"$4\" = --trace ] || exit 9\nexec '" SYNFIRE_BINARY "' run " +
           directory + " --input \"$2\" -o \"$3\" --trace --quiet\n";
}

TEST_F(Verify, RunsTheScriptOfTheDirectoryAndComparesWhatItWrites) {
    write_digits(3);
    ASSERT_EQ(synfire("compile " + digits + " --target loihi -o dir").code, 0);
    ASSERT_EQ(synfire("compile " + digits + " --target loihi --hard-reset -o hard").code, 0);
    const auto write_program = [&](const std::string& name, const std::string& text) {
        write(name, text);
        std::filesystem::permissions(folder / name, std::filesystem::perms::owner_all);
    };
    write_program("same", in_place_of_lava("'" + (folder / "dir").string() + "'"));
    write_program("other", in_place_of_lava("'" + (folder / "hard").string() + "'"));
    const Said same = synfire("verify dir --input x.npy --lava '" + (folder / "same").string() + "'");
    EXPECT_EQ(same.code, 0) << same.err;
    EXPECT_THAT(same.out, HasSubstr("Lava's fixed-point model against the emulator: 3 samples of 20 steps; "
                                    "compared lif1: s u v, lif2: s u v\npassed: identical"));
    const Said other = synfire("verify dir --input x.npy --lava '" + (folder / "other").string() + "'");
    EXPECT_EQ(other.code, 2);
    EXPECT_THAT(other.out, HasSubstr("FAILED: sample 0"));
}

TEST_F(Verify, SaysWhyLavaDidNotRun) {
    write_digits(1);
    ASSERT_EQ(synfire("compile " + digits + " --target mcu -o mcu").code, 0);
    ASSERT_EQ(synfire("compile " + digits + " --target loihi -o dir").code, 0);
    EXPECT_THAT(synfire("verify mcu --input x.npy --lava python3").err, HasSubstr("holds no Lava script"));
    EXPECT_THAT(synfire("verify dir --input x.npy --lava ./nothing").err, HasSubstr("cannot be started"));
    const Said failed = synfire("verify dir --input x.npy --lava false");
    EXPECT_EQ(failed.code, 1);
    EXPECT_THAT(failed.err, HasSubstr("the script failed"));
}

// A neuron that spikes whenever it may, with two steps of rest after each.
TEST_F(Verify, ProbeOfTheChipCountsTheStepsOfRest) {
    write("net.json", R"({"format": "snn-json", "version": 1, "name": "one", "input": {"shape": [1]},
        "layers": [{"type": "dense", "name": "fc", "units": 1, "weight": [[1.0]]},
                   {"type": "neuron", "name": "n", "model": "lif", "beta": 0.5, "threshold": 0.5,
                    "reset": {"mode": "zero"}, "refractory": 2}]})");
    write("x.npy", to_npy({{7, 1}, std::vector<std::uint8_t>(7, 1)}));
    const Said said =
        synfire("run net.json --profile loihi --input x.npy -o out --trace --probe chip --quiet");
    ASSERT_EQ(said.code, 0) << said.err;
    const NpyArray v = parse_npy(read("out/n.v.npy"), "v");
    EXPECT_EQ(std::get<std::vector<std::int32_t>>(v.values),
              (std::vector<std::int32_t>{384, 256, 128, 384, 256, 128, 384}));
}

TEST_F(LedgerFile, NamesTablesAndRegisters) {
    const Said mcu = synfire("compile " + digits + " --target mcu -o mcu --ledger m.json");
    ASSERT_EQ(mcu.code, 0) << mcu.err;
    bool found = false;
    for (const Json& row : Json::parse(read("m.json"))) {
        if (row.at("node") != "fc2" || row.at("index") != 130) continue;
        found = true;
        EXPECT_EQ(row.at("place"), "weights_1[21]");  // from input 2 to output 1, of 10
    }
    EXPECT_TRUE(found);
    ASSERT_EQ(synfire("compile " + digits + " --target loihi -o loihi --ledger l.csv").code, 0);
    const std::string csv = read("l.csv");
    EXPECT_THAT(csv, HasSubstr("lif1,beta,0,0.9,410,dv=410,"));
    EXPECT_THAT(csv, HasSubstr(",bias_mant="));
    EXPECT_THAT(csv, HasSubstr("lif1,time constant of beta,0,9.49"));
    EXPECT_EQ(csv, read("loihi/ledger.csv"));
    const Said wrong = synfire("compile " + digits + " --target mcu -o mcu --ledger m.txt");
    EXPECT_EQ(wrong.code, 1);
    EXPECT_THAT(wrong.err, HasSubstr("'m.txt' ends neither in .csv nor in .json"));
}
