// synfire hil from the outside: what it prints, what it refuses, and that a difference is found.
#include <nlohmann/json.hpp>

#include "tests/unit/cli/synfire_process.hpp"

using namespace synfire;
using testing::HasSubstr;
using Json = nlohmann::json;

namespace {

// Programs that the tests on a simulated board need.
bool found(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

#define SKIP_WITHOUT_BOARD()                                                      \
    for (const char* program : {"arm-none-eabi-g++", "qemu-system-arm", "cmake"}) \
        if (!found(program)) GTEST_SKIP() << program << " was not found"

}  // namespace

class Hil : public SynfireTest {
  protected:
    void compile_digits() {
        write_digits(4);
        ASSERT_EQ(synfire("compile " + digits + " --target mcu -o dir").code, 0);
    }
    void replace(const std::string& file, const std::string& from, const std::string& to) {
        std::string text = read(file);
        const std::size_t at = text.find(from);
        ASSERT_NE(at, std::string::npos);
        write(file, text.replace(at, from.size(), to));
    }
};

TEST_F(Hil, ReportsADeviceThatIsTheSame) {
    SKIP_WITHOUT_BOARD();
    compile_digits();
    const Said said = synfire("hil dir --qemu mps2-an386 --input x.npy --samples 3 --states --json h.json");
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out,
                HasSubstr("'digits' on mps2-an386 in QEMU against the emulator: 3 samples of 20 steps; "
                          "compared the outputs, and s, u and v of every neuron\n"
                          "passed: identical in every sample and step\n"));
    EXPECT_THAT(said.out, HasSubstr("step, request to answer: median "));
    EXPECT_THAT(said.out, HasSubstr("instructions, 99 % within"));
    const Json json = Json::parse(read("h.json"));
    EXPECT_EQ(json.at("samples"), 3);
    EXPECT_EQ(json.at("steps"), 20);
    EXPECT_EQ(json.at("identical"), true);
    EXPECT_EQ(json.at("network"), "digits");
    EXPECT_GT(json.at("latency_us").at("median"), 0);
    EXPECT_LE(json.at("latency_us").at("median"), json.at("latency_us").at("p99"));
    // Without kernels: 64 and 128 rows of 8 additions, in 20 steps.
    EXPECT_GT(json.at("instructions").at("step").at("median"), 5000);
    EXPECT_LT(json.at("instructions").at("step").at("median"), 100000);
    EXPECT_GT(json.at("instructions").at("sample").at("median"), 100000);
    EXPECT_GE(json.at("line").at("requests"), 3U * 2U * 21U);
}

// A weight that is changed after emission.
TEST_F(Hil, FindsTheFirstDifference) {
    SKIP_WITHOUT_BOARD();
    compile_digits();
    const std::string tables = read("dir/src/tables.cpp");
    const std::size_t row = tables.find('{', tables.find("weights_1"));
    const std::size_t number = tables.find_first_of("-0123456789", row);
    const std::size_t end = tables.find(',', number);
    write("dir/src/tables.cpp", tables.substr(0, number) + "127" + tables.substr(end));
    const Said said = synfire("hil dir --qemu mps2-an386 --input x.npy --states --json h.json");
    EXPECT_EQ(said.code, 2) << said.err << said.out;
    EXPECT_THAT(said.out, HasSubstr("FAILED: sample "));
    EXPECT_THAT(said.out, HasSubstr(", layer lif2, neuron 0: "));
    EXPECT_THAT(said.out, HasSubstr(", the emulator has "));
    const Json json = Json::parse(read("h.json"));
    EXPECT_EQ(json.at("identical"), false);
    EXPECT_EQ(json.at("first_mismatch").at("neuron"), 0);
}

TEST_F(Hil, RefusesAnotherNetworkByName) {
    SKIP_WITHOUT_BOARD();
    compile_digits();
    replace("dir/src/serial/identity.hpp", "name[] = \"digits\"", "name[] = \"braille\"");
    replace("dir/src/serial/identity.hpp", "fingerprint = 0x", "fingerprint = 0x11111111 + 0x");
    const Said said = synfire("hil dir --qemu mps2-an386 --input x.npy");
    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.err, HasSubstr("dir: error: node 'mps2-an386 in QEMU' (device): runs another network: "
                                    "'braille' of 138 neurons, fingerprint "));
    EXPECT_THAT(said.err, HasSubstr("  expected: 'digits', fingerprint "));
    EXPECT_THAT(said.err, HasSubstr("  hint: flash firmware built from this directory, or name the directory "
                                    "that the firmware was built from\n"));
}

TEST_F(Hil, AsksForADevice) {
    compile_digits();
    const auto err = [&](const std::string& arguments, int code = 1) {
        const Said said = synfire("hil " + arguments + " --input x.npy");
        EXPECT_EQ(said.code, code) << arguments;
        return said.err;
    };
    EXPECT_THAT(err("dir"), HasSubstr("hil: --port DEV or --qemu BOARD is required"));
    EXPECT_THAT(err("dir --port /dev/null --qemu virt"), HasSubstr("excludes"));
    EXPECT_THAT(err("dir --qemu virt --baud 9600"), HasSubstr("--baud requires --port"));
    EXPECT_THAT(err("dir --qemu pdp11"), HasSubstr("node 'pdp11' (board): unknown board"));
    EXPECT_THAT(err(digits + " --qemu virt"), HasSubstr("holds no firmware"));
    EXPECT_THAT(err("dir --port /dev/null"),
                HasSubstr("node '/dev/null' (serial port): there is no such serial port"));
}

// What half of the samples cost tells what the others do.
TEST_F(Hil, FitsWhatSpikesCostAndEvaluatePredicts) {
    SKIP_WITHOUT_BOARD();
    write_digits(8);
    for (const std::string core : {"", " --core cortex-m4"}) {
        const std::string dir = core.empty() ? "portable" : "kernels";
        ASSERT_EQ(synfire("compile " + digits + " --target mcu" + core + " -o " + dir).code, 0);
        const Said said =
            synfire("hil " + dir + " --qemu mps2-an386 --input x.npy --costs c.json --json h.json");
        ASSERT_EQ(said.code, 0) << said.err;
        EXPECT_THAT(said.out, HasSubstr(" each: spikes of 'lif1'\n"));
        EXPECT_THAT(said.out, HasSubstr("fitted to every other sample, it predicts the others within "));
        const Json measured = Json::parse(read("h.json"));
        const Json costs = Json::parse(read("c.json"));
        EXPECT_EQ(costs, measured.at("costs"));
        EXPECT_LT(costs.at("error").at("all_steps"), 0.005);
        EXPECT_LT(costs.at("error").at("worst_step"), 0.03);
        // 64 input neurons reach 128, a spike of which reaches 10 (16 with kernels).
        EXPECT_GT(costs.at("terms")[0].at("each"), 128 * 0.75);
        EXPECT_LT(costs.at("terms")[0].at("each"), 128 * 12);
        const Said evaluated = synfire("evaluate " + dir + " --data x.npy --costs c.json --json e.json");
        ASSERT_EQ(evaluated.code, 0) << evaluated.err;
        EXPECT_THAT(evaluated.out, HasSubstr("predicted on mps2-an386 in QEMU: step: median "));
        const double predicted = Json::parse(read("e.json")).at("predicted_cost").at("sample").at("median");
        const double counted = measured.at("instructions").at("sample").at("median");
        EXPECT_NEAR(predicted / counted, 1, 0.03);
    }
}

TEST_F(Hil, EvaluateRefusesCostsThatAreNotThisNetworks) {
    write_digits(1);
    ASSERT_EQ(synfire("compile " + digits + " --target mcu -o dir").code, 0);
    const auto error = [&](const std::string& file) {
        write("c.json", file);
        const Said said = synfire("evaluate dir --data x.npy --costs c.json");
        EXPECT_EQ(said.code, 1);
        return said.err;
    };
    const std::string head =
        "{\"format\": \"synfire step cost 1\", \"device\": \"a\", \"unit\": \"cycles\", "
        "\"constant\": 1, \"first_step\": 0, ";
    EXPECT_THAT(error("[1"), HasSubstr("c.json: error: field 'format': is not the cost of steps\n"));
    EXPECT_THAT(error("{\"format\": 1}"), HasSubstr("field 'format': is not the cost of steps\n"));
    EXPECT_THAT(error(head + "\"fingerprint\": \"0\"}"),
                HasSubstr("field 'fingerprint': is of another network\n"));
    EXPECT_THAT(error("{\"format\": \"synfire step cost 1\", \"device\": 1}"),
                HasSubstr("field 'device': is of another type\n"));
    EXPECT_THAT(error(head + "\"terms\": []}"), HasSubstr("field 'fingerprint': is absent\n"));
    EXPECT_THAT(error(head), HasSubstr("hint: synfire hil DIR --qemu BOARD --input X.npy --costs FILE\n"));
}

// Flash, RAM and stack of an image.
TEST_F(Hil, SizeListsEveryByte) {
    SKIP_WITHOUT_BOARD();
    compile_digits();
    const Said said = synfire("size dir --board mps2-an386 --json s.json");
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("smallest complete image on mps2-an386 (Cortex-M4)\nflash "));
    EXPECT_THAT(said.out, HasSubstr(" of stack at most; "));
    const Json json = Json::parse(read("s.json"));
    EXPECT_EQ(json.at("flash").at("weights"), 64 * 128 + 128 * 10);
    EXPECT_GE(json.at("ram").at("stack"), 100);
    EXPECT_LE(json.at("ram").at("stack"), 400);
    EXPECT_EQ(json.at("ram").at("state").get<int>() + json.at("ram").at("stack").get<int>() +
                  json.at("ram").at("left").get<int>(),
              4 << 20);
    EXPECT_EQ(json.at("deepest_calls").front(), "reset_handler");
    const Said other = synfire("size dir --board nano");
    EXPECT_EQ(other.code, 1);
    EXPECT_THAT(other.err, HasSubstr("'nano' (board): unknown board"));
    const Said model = synfire("size " + digits + " --board mps2-an386");
    EXPECT_EQ(model.code, 1);
    EXPECT_THAT(model.err, HasSubstr("holds no firmware"));
}
