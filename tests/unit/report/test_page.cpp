// The page stands alone, holds what it was given, and is drawn without an error in a browser.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "report/page.hpp"

namespace synfire {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

Json spread(double mean, std::size_t steps) {
    return {{"mean", std::vector<double>(steps, mean)}, {"sd", std::vector<double>(steps, 0.1)}};
}

Json result(std::size_t layers, std::size_t steps) {
    Json forecast = Json::array(), populations = Json::array();
    for (std::size_t l = 0; l < layers; ++l) {
        const std::string name = l == 0 ? "a</script><b>" : "layer" + std::to_string(l);
        forecast.push_back({{"name", name},
                            {"neurons", 50},
                            {"fan_in", 50},
                            {"effective_a", 0.8},
                            {"kappa", 7},
                            {"one_step",
                             {{"alive", 1},
                              {"fraction", 0.2},
                              {"fraction_sd", 0.05},
                              {"variance", 1},
                              {"variance_sd", 0.2}}}});
        populations.push_back({{"name", name},
                               {"neurons", 50},
                               {"alive", 0.9},
                               {"variance", spread(1.25, steps)},
                               {"mean", spread(0, steps)},
                               {"spikes", spread(10, steps)},
                               {"total_spikes", {{"mean", 10}, {"sd", 1}}}});
    }
    return {{"network", "n"},       {"scheme", "kaiming"},       {"seed", 3}, {"trials", 4}, {"steps", steps},
            {"forecast", forecast}, {"populations", populations}};
}

TEST(Page, StandsAloneAndEscapesNames) {
    const std::string page = activity_page("of <i>n</i>", result(2, 1));
    EXPECT_THAT(page, HasSubstr("<title>of &lt;i&gt;n&lt;/i&gt;</title>"));
    EXPECT_THAT(page, Not(HasSubstr("a</script><b>")));
    EXPECT_THAT(page, Not(HasSubstr("src=")));
    EXPECT_THAT(page, Not(HasSubstr("@import")));
    EXPECT_EQ(page, activity_page("of <i>n</i>", result(2, 1)));
}

// What a browser makes of the page, and what it says on its console.
std::string rendered(const std::string& page) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("synfire_page_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "page.html") << page;
    const std::string command =
        "cd '" + folder.string() + "' && HOME='" + folder.string() +
        "' timeout 120 chromium --headless --no-sandbox --disable-gpu --enable-logging=stderr "
        "--virtual-time-budget=4000 --dump-dom page.html 2>&1 | grep -v '^\\[.*\\(dbus\\|gcm\\|vulkan\\)'";
    std::string text;
    FILE* pipe = popen(command.c_str(), "r");
    for (int c; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
    pclose(pipe);
    std::filesystem::remove_all(folder);
    return text;
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t n = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
    return n;
}

TEST(Page, IsDrawnInABrowser) {
    if (std::system("chromium --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "chromium is not installed";
    const std::string dom = rendered(activity_page("t", result(3, 5)));
    EXPECT_THAT(dom, Not(HasSubstr(":CONSOLE")));
    EXPECT_EQ(count(dom, "<svg "), 5U);             // three charts over depth, two maps
    EXPECT_EQ(count(dom, "measured dot"), 9U + 1);  // of three layers each, and their style
    EXPECT_EQ(count(dom, "step 4: 1.250"), 3U);     // the map of the variance
    const std::string forecast_only = rendered(
        activity_page("t", {{"scheme", "kaiming"}, {"seed", 3}, {"forecast", result(3, 1)["forecast"]}}));
    EXPECT_THAT(forecast_only, Not(HasSubstr(":CONSOLE")));
    EXPECT_EQ(count(forecast_only, "<svg "), 3U);
}

}  // namespace
}  // namespace synfire
