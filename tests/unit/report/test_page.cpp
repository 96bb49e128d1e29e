// The page stands alone, holds what it was given, and is drawn without an error in a browser.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "report/page.hpp"
#include "tests/unit/report/browser.hpp"

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
    const std::string page = report_page("of <i>n</i>", result(2, 1));
    EXPECT_THAT(page, HasSubstr("<title>of &lt;i&gt;n&lt;/i&gt;</title>"));
    EXPECT_THAT(page, Not(HasSubstr("a</script><b>")));
    EXPECT_THAT(page, Not(HasSubstr("src=")));
    EXPECT_THAT(page, Not(HasSubstr("@import")));
    EXPECT_EQ(page, report_page("of <i>n</i>", result(2, 1)));
}

TEST(Page, IsDrawnInABrowser) {
    if (!has_browser()) GTEST_SKIP() << "chromium is not installed";
    const std::string dom = rendered(report_page("t", result(3, 5)));
    EXPECT_THAT(dom, Not(HasSubstr(":CONSOLE")));
    EXPECT_EQ(count(dom, "<svg "), 5U);          // three charts over depth, two maps
    EXPECT_EQ(count(dom, "measured dot"), 9U);   // of three layers each
    EXPECT_EQ(count(dom, "step 4: 1.250"), 3U);  // the map of the variance
    const std::string forecast_only = rendered(
        report_page("t", {{"scheme", "kaiming"}, {"seed", 3}, {"forecast", result(3, 1)["forecast"]}}));
    EXPECT_THAT(forecast_only, Not(HasSubstr(":CONSOLE")));
    EXPECT_EQ(count(forecast_only, "<svg "), 3U);
}

}  // namespace
}  // namespace synfire
