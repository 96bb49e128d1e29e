// Images and event files as inputs of run and verify.
#include "tests/unit/cli/synfire_process.hpp"

using namespace synfire;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Inputs : public SynfireTest {
  protected:
    // One neuron per input value that passes its input on; kind: spikes, counts or real.
    void write_echo(const std::string& shape, std::size_t values, const std::string& kind) {
        std::string rows;
        for (std::size_t o = 0; o < values; ++o) {
            rows += o == 0 ? "[" : ",[";
            for (std::size_t i = 0; i < values; ++i)
                rows += (i == 0 ? "" : ",") + std::string(i == o ? "1" : "0");
            rows += "]";
        }
        write("echo.json",
              R"({"format": "snn-json", "version": 1, "input": {"shape": )" + shape + R"(, "kind": ")" +
                  kind + R"("}, "layers": [{"type": "flatten"}, {"type": "dense", "units": )" +
                  std::to_string(values) + R"(, "weight": [)" + rows +
                  R"(]}, {"type": "neuron", "name": "echo", "model": "lif", "beta": 0, "threshold": 0.5,)" +
                  R"( "reset": {"mode": "zero"}}]})");
    }
    // u of the reference: what arrived.
    std::vector<double> arrived() { return to_doubles(parse_npy(read("out/echo.u.npy"), "u"), "u"); }
    Said run(const std::string& input) {
        return synfire("run echo.json -o out --engine reference --trace --input " + input);
    }
    void expect_refused(const std::string& input, const std::string& message) {
        const Said said = run(input);
        EXPECT_EQ(said.code, 1) << said.out << said.err;
        EXPECT_THAT(said.err, HasSubstr(message)) << input;
    }
};

TEST_F(Inputs, ImagesAreScaledAndEncoded) {
    write_echo("[3]", 3, "analog");
    write("x.npy", to_npy({{2, 3}, std::vector<std::uint8_t>{0, 51, 255, 255, 0, 0}}));
    Said said = run("x.npy --encode direct --steps 2");
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.err, HasSubstr("over 2 steps: direct"));
    EXPECT_THAT(arrived(), ElementsAre(0, 0.2, 1, 0, 0.2, 1, 1, 0, 0, 1, 0, 0));
    EXPECT_EQ(parse_npy(read("out/echo.u.npy"), "u").shape, (Shape{2, 2, 3}));
    EXPECT_EQ(run("x.npy --encode direct --steps 1 --scale 2").code, 0);
    EXPECT_THAT(arrived(), ElementsAre(0, 102, 510, 510, 0, 0));
    EXPECT_EQ(run("x.npy --encode latency --steps 2").code, 0);
    EXPECT_THAT(arrived(), ElementsAre(0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0));
    said = run("x.npy --encode rate --steps 5 --seed 3");
    EXPECT_THAT(said.err, HasSubstr("rate, seed 3"));
    const std::vector<double> first = arrived();
    run("x.npy --encode rate --steps 5 --seed 3");
    EXPECT_EQ(arrived(), first);
    write("one.npy", to_npy({{3}, std::vector<float>{0, 1, 1}}));
    EXPECT_EQ(run("one.npy --encode direct --steps 1").code, 0);
    EXPECT_EQ(parse_npy(read("out/echo.u.npy"), "u").shape, (Shape{1, 3}));
}

TEST_F(Inputs, ImagesThatDoNotFit) {
    write_echo("[3]", 3, "analog");
    write("x.npy", to_npy({{2, 3}, std::vector<float>{0, 0.5F, 3, 0, 0, 0}}));
    write("wide.npy", to_npy({{2, 4}, std::vector<float>(8)}));
    expect_refused("x.npy --encode rate --steps 4", "value 3 at index 2 becomes 3\n  expected: 0..1");
    expect_refused("x.npy --encode rate", "--encode needs to know for how many steps");
    expect_refused("wide.npy --encode rate --steps 4",
                   "the array has shape [2, 4], the model takes 3 values");
    expect_refused("x.npy wide.npy",
                   "wide.npy: error: node 'input' (input): is a second file for this input");
    EXPECT_THAT(run("x.npy --steps 4 --scale 2 --bin-width 7").err,
                testing::AllOf(HasSubstr("--steps has no effect"), HasSubstr("--scale has no effect"),
                               HasSubstr("--bin-width has no effect")));
}

TEST_F(Inputs, EventFilesBecomeCounts) {
    write_echo("[2, 1, 2]", 4, "counts");
    write("a.csv", "t,x,y,p\n0,0,0,0\n1,0,0,0\n9,1,0,1\n10,1,0,1\n");
    write("b.bin", std::string("\x01\x00\x00\x00\x05"
                               "\x00\x00\x80\x00\x06",
                               10));
    EXPECT_EQ(run("a.csv --steps 2").code, 0);
    EXPECT_THAT(arrived(), ElementsAre(2, 0, 0, 0, 0, 0, 0, 2));
    EXPECT_EQ(run("a.csv b.bin --steps 1").code, 0);
    EXPECT_THAT(arrived(), ElementsAre(2, 0, 0, 2, 0, 1, 1, 0));
    EXPECT_EQ(parse_npy(read("out/echo.u.npy"), "u").shape, (Shape{2, 1, 4}));
    EXPECT_EQ(run("a.csv b.bin --bin-width 1").code, 0);  // the shorter recording ends in silence
    EXPECT_EQ(parse_npy(read("out/echo.u.npy"), "u").shape, (Shape{2, 10, 4}));
    write_echo("[2, 1, 2]", 4, "spikes");
    const Said said = run("a.csv --steps 1");
    EXPECT_THAT(said.err, HasSubstr("warning: 2 of 2 spikes stand for several events"));
    EXPECT_THAT(arrived(), ElementsAre(1, 0, 0, 1));
}

TEST_F(Inputs, EventFilesThatDoNotFit) {
    write_echo("[2, 1, 2]", 4, "counts");
    write("a.csv", "0,0,0,0\n5,2,0,0\n");
    std::string many;
    for (int k = 0; k < 256; ++k) many += "0,0,0,0\n";
    write("many.csv", many);
    expect_refused("a.csv", "nothing says how long a step is");
    expect_refused("a.csv --steps 2", "event 1 (counted from 0) is at column 2, row 0");
    expect_refused("many.csv --steps 1", "256 events of one pixel fall into step 0");
    write_echo("[4]", 4, "counts");
    expect_refused("a.csv --steps 2", "takes [4], and the file holds events\n  expected: [2, height, width]");
}

TEST_F(Inputs, ValuesBeyondTheRange) {
    write_echo("[3]", 3, "analog");
    write("x.npy", to_npy({{1, 3}, std::vector<float>{0, 0.5F, 40000}}));
    EXPECT_THAT(synfire("run echo.json -o out --input-range 2 --input x.npy").err,
                HasSubstr("value 40000 at index 2 is beyond the input's range\n  expected: -2..2\n  hint: "
                          "quantize again with a greater range: --input-range, or --calibrate"));
    const std::string driven = "'" SYNFIRE_SOURCE_DIR "/tests/unit/netx/data/driven.net'";
    write("y.npy", to_npy({{1, 40}, std::vector<float>(40, 40000)}));
    EXPECT_THAT(
        synfire("run " + driven + " -o out --input y.npy").err,
        HasSubstr("is beyond the input's range\n  expected: -3640..3640\n  hint: the network takes whole "
                  "numbers as they are: scale the data"));
}
