// What the commands say when something is wrong: exit code 1, the place, the reason, a way out, and no output
// left.
#include <limits>

#include "tests/unit/cli/synfire_process.hpp"

using namespace synfire;
using testing::HasSubstr;

class Mistakes : public SynfireTest {
  protected:
    void expect_refused(const std::string& arguments, const std::string& message) {
        const Said said = synfire(arguments);
        EXPECT_EQ(said.code, 1) << arguments << "\n" << said.out << said.err;
        EXPECT_THAT(said.err, HasSubstr(message)) << arguments;
        EXPECT_FALSE(exists("out")) << arguments;
    }
};

TEST_F(Mistakes, FilesThatAreNotModels) {
    write("x.unknown", "?");
    write("broken.json", "{");
    write("empty.onnx", "");
    expect_refused("inspect absent.onnx", "absent.onnx: error: no such file");
    expect_refused("inspect x.unknown", "x.unknown: error: format '.unknown' is not known");
    expect_refused("inspect .", "error:");
    expect_refused("inspect " + std::string(300, 'a'), "error:");
    std::filesystem::create_symlink("loop", folder / "loop");
    expect_refused("inspect loop", "loop: error:");
    expect_refused("compile broken.json --target mcu -o out", "broken.json: error:");
    expect_refused("compile empty.onnx --target mcu -o out", "empty.onnx: error:");
}

TEST_F(Mistakes, Usage) {
    expect_refused("", "");
    expect_refused("inspekt x", "");
    expect_refused("inspect " + digits + " --threads 100000", "--threads");
    expect_refused("verify " + digits + " --input x.npy --labels y.npy --against z", "--labels");
    expect_refused("compile " + digits + " -o out", "--target");
    expect_refused("compile " + digits + " --target fpga -o out", "--target");
    expect_refused("compile " + digits + " --target mcu -o out --weight-bits 7",
                   "expected: 16, 8, 4 or 2 (ternary)");
    expect_refused("compile " + digits + " --target mcu -o out --weight-bits lif1=four",
                   "'lif1=four' is not a number of bits");
    expect_refused("compile " + digits + " --target mcu -o out --weight-bits lif9=4",
                   "the network has no population 'lif9'");
    expect_refused("compile " + digits + " --target mcu -o out --state-bits 24", "--state-bits");
    expect_refused("compile " + digits + " --target loihi -o out --weights bytes",
                   "target loihi has no choice of widths");
    expect_refused("compile " + digits + " --target loihi -o out --state-bits 16",
                   "expected: 24, the width of the chip's membrane registers");
    expect_refused("verify " + digits + " --input x.npy --rounding spikes",
                   "spikes can only be kept on data");
    expect_refused("tune " + digits + " --calibrate x.npy", "there is no goal");
    expect_refused("tune " + digits + " --agree 1", "field '--calibrate': is missing");
    expect_refused("tune " + digits + " --calibrate x.npy --accuracy-loss 0.01", "needs labels");
    expect_refused("tune " + digits + " --calibrate x.npy --agree 1 --minimize cores",
                   "is no cost of target mcu");
}

TEST_F(Mistakes, InputsThatDoNotFit) {
    write("narrow.npy", to_npy({{5, 63}, std::vector<float>(5 * 63)}));
    write("counts.npy", to_npy({{1, 64}, std::vector<float>(64, 2.0F)}));
    write("real.npy", to_npy({{1, 64}, std::vector<float>(64, 0.5F)}));
    write("nan.npy", to_npy({{1, 64}, std::vector<float>(64, std::numeric_limits<float>::quiet_NaN())}));
    write("none.npy", to_npy({{0, 64}, std::vector<float>{}}));
    write("text.npy", "not an array");
    const std::string run = "run " + digits + " -o out --input ";
    expect_refused(run + "narrow.npy", "[5, 63], the model takes 64 values per step");
    expect_refused(run + "counts.npy", "value 2 at index 0 is not a spike");
    expect_refused(run + "real.npy", "value 0.5 at index 0 is not a spike");
    expect_refused(run + "nan.npy --engine reference", "value nan at index 0");
    expect_refused(run + "none.npy", "at least one step");
    expect_refused(run + "text.npy", "text.npy: error: is not a NumPy array");
    expect_refused(run + "absent.npy", "absent.npy: error: no such file");
}

TEST_F(Mistakes, LabelsThatDoNotFit) {
    write_digits(3);
    write("two.npy", to_npy({{2}, std::vector<std::uint8_t>{0, 1}}));
    write("eleven.npy", to_npy({{3}, std::vector<std::uint8_t>{0, 1, 11}}));
    const std::string verify = "verify " + digits + " --input x.npy --labels ";
    expect_refused(verify + "two.npy", "labels have shape [2]");
    expect_refused(verify + "eleven.npy", "label 11 does not name an output neuron");
}

// Agreement counts spikes: without any there is nothing that could pass.
TEST_F(Mistakes, NothingToCount) {
    write("x.npy", to_npy({{1, 4, 1}, std::vector<std::uint8_t>(4, 1)}));
    const std::string head =
        R"({"format": "snn-json", "version": 1, "input": {"shape": [1], "kind": "spikes"}, "layers": [)"
        R"({"type": "dense", "units": 1, "weight": [[1]]},)";
    const std::string readout = R"({"type": "neuron", "model": "li", "beta": 0.5}]})";
    write("readout.json", head + readout);
    expect_refused("verify readout.json --input x.npy", "has no layer that spikes");
}

TEST_F(Mistakes, RecordingsThatDoNotFit) {
    write_digits(3);
    const std::string verify = "verify " + digits + " --input x.npy --against ";
    write("short.npy", to_npy({{3, 19, 10}, std::vector<std::uint8_t>(3 * 19 * 10)}));
    write("rec/run.json", R"({"populations": [{"name": "lif9", "files": {}}]})");
    write("bad/run.json", "[]");
    write("none/run.json", R"({"populations": []})");
    write("nothing/run.json", R"({"populations": [{"name": "lif1", "files": {}}]})");
    write("twos.npy", to_npy({{3, 20, 10}, std::vector<std::uint8_t>(3 * 20 * 10, 2)}));
    write("escape/run.json", R"({"populations": [{"name": "lif1", "files": {"s": "../x.npy"}}]})");
    expect_refused(verify + "short.npy", "has shape [3, 19, 10]");
    expect_refused(verify + "rec", "population 'lif9' is not in the model");
    expect_refused(verify + "bad", "is not a run manifest");
    expect_refused(verify + "none", "records no spikes and no states");
    expect_refused(verify + "nothing", "records no spikes and no states");
    expect_refused(verify + "twos.npy", "holds other values than 0 and 1");
    expect_refused(verify + "escape", "leaves the folder");
    expect_refused(verify + "absent", "no such file");
}

TEST_F(Mistakes, FirmwareNeedsACompiledDirectory) {
    write_digits(1);
    expect_refused("verify " + digits + " --input x.npy --qemu mps2-an386", "compile");
    ASSERT_EQ(synfire("compile " + digits + " --target mcu -o dir").code, 0);
    expect_refused("verify dir --input x.npy --qemu pdp11", "pdp11");
    expect_refused("verify dir --input x.npy --weight-bits 16", "integers are fixed");
}

TEST_F(Mistakes, DiagnosticsAsJson) {
    const Said said = synfire("inspect absent.onnx --diagnostics json");
    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.err, HasSubstr("\"reason\": \"no such file\""));
}
