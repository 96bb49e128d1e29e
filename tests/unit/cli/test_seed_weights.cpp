// synfire compile --weights seed: what it leaves out of the firmware, and what it refuses.
#include "tests/unit/cli/synfire_process.hpp"

using namespace synfire;
using testing::HasSubstr;
using testing::Not;

class SeedWeights : public SynfireTest {
  protected:
    // Four layers of 16 neurons whose weights are integers of a seed.
    void write_model(const std::string& options = "--quant ternary --keep-seeds") {
        std::string layers;
        for (int k = 1; k <= 4; ++k)
            layers +=
                std::string(k > 1 ? "," : "") +
                R"({"type": "dense", "units": 16}, {"type": "neuron", "model": "lif", "beta": 0.5, "threshold": 1})";
        write(
            "bare.json",
            R"({"format": "snn-json", "version": 1, "name": "small", "input": {"shape": [16]}, "defaults": {"compare": "gt", "reset": {"mode": "subtract", "timing": "next_step"}}, "layers": [)" +
                layers + "]}");
        const Said said =
            synfire("init bare.json --input rate=0.3 --operating-point 0.6 -o model.json " + options);
        ASSERT_EQ(said.code, 0) << said.err;
    }
};

TEST_F(SeedWeights, LeavesTheWeightsOutOfTheFirmware) {
    write_model();
    const Said said = synfire("compile model.json --target mcu --weights seed -o seed");
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.err,
                HasSubstr("note: field 'weights': 0 bytes of flash; 1024 weights are drawn again whenever "
                          "a neuron spikes, from "));
    EXPECT_THAT(read("seed/src/tables.cpp"), Not(HasSubstr(".rodata.weights")));
    EXPECT_EQ(synfire("compile model.json --target mcu --weights flash -o flash").code, 0);
    EXPECT_THAT(read("flash/src/tables.cpp"), HasSubstr(".rodata.weights"));
    EXPECT_EQ(read("flash/network.json"), read("seed/network.json"));
}

TEST_F(SeedWeights, ACompiledDirectoryIsEnough) {
    write_model();
    EXPECT_EQ(synfire("compile model.json --target mcu -o flash").code, 0);
    const Said said = synfire("compile flash --target mcu --weights seed -o seed");
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(synfire("compile model.json --target mcu --weights seed -o direct").code, 0);
    EXPECT_EQ(read("seed/src/tables.cpp"), read("direct/src/tables.cpp"));
}

TEST_F(SeedWeights, InspectCountsThem) {
    write_model();
    ASSERT_EQ(synfire("compile model.json --target mcu -o flash").code, 0);
    for (const char* model : {"model.json", "flash"})
        EXPECT_THAT(
            synfire(std::string("inspect ") + model).out,
            HasSubstr(
                "1024 of the weights come from a seed: firmware compiled with --weights seed draws them"));
    EXPECT_THAT(synfire("inspect " + digits).out, Not(HasSubstr("come from a seed")));
}

TEST_F(SeedWeights, RefusesWhatNoSeedGives) {
    const Said trained = synfire("compile " + digits + " --target mcu --weights seed -o out");
    EXPECT_EQ(trained.code, 1);
    EXPECT_THAT(trained.err, HasSubstr("its integers are not those that a seed gives"));
    EXPECT_THAT(trained.err, HasSubstr("hint: synfire init MODEL --quant int8 --keep-seeds"));
    write_model("--quant int8 --correction neuron");
    const Said by_neuron = synfire("compile model.json --target mcu --weights seed -o out");
    EXPECT_EQ(by_neuron.code, 1);
    EXPECT_THAT(by_neuron.err, HasSubstr("--correction layer, the default, keeps one unit per layer"));
    EXPECT_FALSE(exists("out"));
}

TEST_F(SeedWeights, LoihiStoresEveryWeight) {
    write_model();
    const Said said = synfire("compile model.json --target loihi --weights seed -o out");
    EXPECT_EQ(said.code, 1);
    EXPECT_EQ(said.err,
              "error: field '--weights': target loihi stores every weight\n"
              "  expected: flash\n"
              "  hint: leave out --weights seed, or compile for --target mcu\n");
}
