// The model that docs/json.md shows is one that this program reads.
#include <gtest/gtest.h>

#include "compiler/network/check.hpp"
#include "compiler/network/print.hpp"
#include "tests/unit/json/read_text.hpp"

namespace synfire {
namespace {

TEST(Page, ItsModelIsReadAsThePageSays) {
    const std::string page = file_text(SYNFIRE_SOURCE_DIR "/docs/json.md");
    const std::string fence = "```json\n";
    const std::size_t begin = page.find(fence);
    ASSERT_NE(begin, std::string::npos);
    const std::size_t end = page.find("```", begin + fence.size());
    const std::string model = page.substr(begin + fence.size(), end - begin - fence.size());
    EXPECT_EQ(model, file_text(SYNFIRE_SOURCE_DIR "/models/json/blink.json"));
    Outcome o = read_text(model);
    ASSERT_TRUE(o.network) << o.text();
    check(*o.network, "docs/json.md", o.report);
    for (const Diagnostic& d : o.report.diagnostics) EXPECT_EQ(d.severity, Severity::note) << to_text(d);
    EXPECT_EQ(print(*o.network).substr(0, 144),
              "network blink\n"
              "input input [3]: spikes\n"
              "population hidden [2]: beta 0.9, spikes when v > 1, reset subtract 1 in the next step\n"
              "population out [1]: ");
}

}  // namespace
}  // namespace synfire
