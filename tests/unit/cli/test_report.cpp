// synfire report.
#include <nlohmann/json.hpp>

#include "tests/unit/cli/synfire_process.hpp"
#include "tests/unit/report/browser.hpp"

using namespace synfire;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

class Reporting : public SynfireTest {};

TEST_F(Reporting, WritesOnePageOfADataSetAndASample) {
    write_digits(20);
    const Said said =
        synfire("report " + digits + " --input x.npy --labels labels.npy --json r.json -o page.html");
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("page.html: 20 samples of 20 steps, in detail 0; "));
    const std::string page = read("page.html");
    EXPECT_THAT(page, HasSubstr("<title>Is it still the same network? digits.json</title>"));
    EXPECT_LT(page.size(), std::size_t{1} << 20);
    const Json r = Json::parse(read("r.json"));
    const Json& sample = r.at("samples")[0];
    EXPECT_EQ(sample.at("rasters").size(), 3U);  // the input and two layers
    EXPECT_EQ(sample.at("differences").size(), sample.at("differences_total"));
    EXPECT_EQ(sample.at("differences")[0].at("step"), r.at("evaluation").at("first_divergence").at("step"));
    EXPECT_EQ(sample.at("traces")[0].at("neuron"), r.at("evaluation").at("first_divergence").at("neuron"));
    EXPECT_TRUE(sample.at("left_out").empty());
    ASSERT_EQ(
        synfire("report " + digits + " --input x.npy --labels labels.npy -o again.html --threads 1").code, 0);
    EXPECT_EQ(page, read("again.html"));
    if (!has_browser()) GTEST_SKIP() << "chromium is not installed";
    const std::string dom = rendered(page);
    EXPECT_THAT(dom, Not(HasSubstr(":CONSOLE")));
    EXPECT_THAT(dom, HasSubstr("class=\"headline\""));
}

TEST_F(Reporting, ShowsTheSampleAskedForAndTheSearch) {
    write_digits(5);
    write("tune.json",
          R"({"front": [{"weight_bits": 8, "flash": 900, "agreement": 0.9, "chosen": true, "label": "8 bit",
        "per_layer": [1, 2]}], "candidates": []})");
    const Said said = synfire("report --sample 3,1 " + digits +
                              " --data x.npy --tune tune.json --weight-bits 16 "
                              "--json r.json -o page.html");
    ASSERT_EQ(said.code, 0) << said.err;
    const Json r = Json::parse(read("r.json"));
    EXPECT_EQ(r.at("samples")[0].at("index"), 3);
    EXPECT_EQ(r.at("samples")[1].at("index"), 1);
    EXPECT_TRUE(r.at("samples")[1].at("answer").contains("emulator"));
    EXPECT_EQ(r.at("memory").at("layers")[0].at("weight_bits"), 16);
    EXPECT_EQ(r.at("tune").at("front")[0].at("flash"), 900);
    EXPECT_EQ(r.at("tune").at("front")[0].at("per_layer"), "[1,2]");
}

TEST_F(Reporting, RefusesWhatDoesNotFit) {
    write_digits(5);
    write("text.json", "[]");
    write("list.json", R"({"front": 3})");
    const Said beyond = synfire("report " + digits + " --input x.npy --sample 5 -o page.html");
    EXPECT_EQ(beyond.code, 1);
    EXPECT_THAT(beyond.err, HasSubstr("there is no sample 5"));
    EXPECT_THAT(beyond.err, HasSubstr("hint: samples are counted from 0"));
    const Said many = synfire("report " + digits + " --input x.npy --sample 0,1,2,3,4,0,1,2,3 -o page.html");
    EXPECT_EQ(many.code, 1);
    EXPECT_THAT(many.err, HasSubstr("9 samples would make the page too large"));
    for (const std::string file : {"text.json", "list.json"}) {
        const Said said = synfire("report " + digits + " --input x.npy -o page.html --tune " + file);
        EXPECT_EQ(said.code, 1);
        EXPECT_THAT(said.err, HasSubstr(file + ": error: does not hold the result of a search"));
        EXPECT_THAT(said.err, HasSubstr("hint: write it with synfire tune --json FILE"));
    }
    EXPECT_FALSE(exists("page.html"));
}

TEST_F(Reporting, LimitsWhatItShowsAndSaysSo) {
    write(
        "model.json", R"({"format": "snn-json", "version": 1, "input": {"shape": [2]}, "layers": [
        {"name": "fc", "type": "dense", "units": 700, "weight": {"values": [)" +
                          [] {
                              std::string rows;
                              for (int o = 0; o < 700; ++o)
                                  rows += std::string(o == 0 ? "" : ",") + "[" + std::to_string(o % 13) +
                                          "," + std::to_string(o % 7 - 3) + "]";
                              return rows;
                          }() +
                          R"(], "scale": 0.037}},
        {"name": "n", "type": "neuron", "model": "lif", "beta": 0.9, "threshold": 1.0}]})");
    std::vector<float> x;
    for (int k = 0; k < 2 * 1500; ++k) x.push_back(k * 7 % 5 < 2 ? 1.0F : 0.0F);
    write("x.npy", to_npy({{1500, 2}, x}));
    const Said said = synfire("report model.json --input x.npy --json r.json -o page.html");
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_LT(read("page.html").size(), std::size_t{5} << 20);
    const Json sample = Json::parse(read("r.json")).at("samples")[0];
    const Json& raster = sample.at("rasters")[1];
    EXPECT_EQ(raster.at("neurons"), 700);
    EXPECT_LE(raster.at("shown").size(), 512U);
    EXPECT_EQ(sample.at("last_step").get<int>() - sample.at("first_step").get<int>(), 1000);
    EXPECT_THAT(sample.at("left_out").dump(), HasSubstr("of 1500"));
    EXPECT_THAT(sample.at("left_out").dump(), HasSubstr("rasters show at most"));
}
