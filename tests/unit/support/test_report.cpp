// The form of diagnostics, and when a stage stops.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/support/report.hpp"

using namespace synfire;

TEST(Report, PrintsEveryField) {
    Diagnostic d;
    d.file = "braille.nir";
    d.node = "'lif1' (CubaLIF)";
    d.field = "tau_mem";
    d.reason = "value 0 at index 17 is not a time constant";
    d.expected = "finite and > 0 s";
    d.hint = "give --dt";
    EXPECT_EQ(to_text(d),
              "braille.nir: error: node 'lif1' (CubaLIF), field 'tau_mem': value 0 at index 17 is not a time "
              "constant\n"
              "  expected: finite and > 0 s\n"
              "  hint: give --dt\n");
}

TEST(Report, LeavesOutEmptyFields) {
    Diagnostic d;
    d.severity = Severity::warning;
    d.reason = "nothing to do";
    EXPECT_EQ(to_text(d), "warning: nothing to do\n");
}

TEST(Report, StopsOnErrorsOnly) {
    Report report;
    report.note({});
    report.warning({});
    EXPECT_NO_THROW(report.stop_on_errors());
    report.error({});
    EXPECT_THROW(report.stop_on_errors(), StageFailed);
}

TEST(Report, JsonSurvivesBytesThatAreNotText) {
    Diagnostic d;
    d.file = "bad\xff.onnx";
    d.reason = "quote \" and newline \n";
    const std::string text = to_json_text({d});
    EXPECT_THAT(text, testing::HasSubstr("\"severity\": \"error\""));
    EXPECT_THAT(text, testing::HasSubstr("\\\" and newline \\n"));
}

TEST(Report, BugsAreNotInputErrors) {
    EXPECT_THROW(SYNFIRE_BUG("x"), InternalError);
}
