// Text that is not JSON, or that JSON allows and a model may not do.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/frontend/json/parse.hpp"
#include "tests/unit/json/read_text.hpp"

namespace synfire {
namespace {

using testing::HasSubstr;

TEST(Parse, SaysWhereTextIsNotJson) {
    EXPECT_EQ(
        read_text("{\"format\": \"snn-json\",\n \"version\" 1}").text(),
        "model.json: error: is not JSON: parse error at line 2, column 12: syntax error while parsing object "
        "separator - unexpected number literal; expected ':'\n"
        "  hint: numbers are finite and decimal; comments and trailing commas are not JSON\n");
    for (const char* text :
         {"", "{", "[1,]", "{\"a\": NaN}", "{\"a\": 1} x", "\xff\xfe", "{\"a\": \"\x01\"}"})
        EXPECT_THAT(read_text(text).text(), HasSubstr("error: is not JSON")) << text;
}

TEST(Parse, MessagesHoldPrintableCharactersOnly) {
    const std::string text = read_text("{\"a\": \"\x1b[31m\xff\"}").text();
    for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= 32 && c < 127)) << text;
    EXPECT_EQ(json::shown(json::Value("a\x1b[31m\xc3\xa9")), "\"a\\u001b[31m\\u00e9\"");
    EXPECT_EQ(json::shown(json::Value(std::string(100, 'x'))), "\"" + std::string(61, 'x') + "...\"");
}

TEST(Parse, ValuesOfOtherKindsAreRefused) {
    for (const char* text : {"[]", "1", "null", "\"snn-json\""})
        EXPECT_THAT(read_text(text).text(), HasSubstr("model.json: error: is ")) << text;
    EXPECT_THAT(read_text("{}").text(), HasSubstr("field '/format': is missing\n  expected: \"snn-json\"\n"));
}

TEST(Parse, DeepNestingIsRefusedAndDoesNotUseTheStack) {
    for (const char* begin : {"[", "{\"a\":"}) {
        std::string text;
        for (int i = 0; i < 1'000'000; ++i) text += begin;
        EXPECT_EQ(read_text(text).text(),
                  "model.json: error: lists and objects are nested deeper than 64 levels\n"
                  "  hint: the format needs fewer than 16 levels; is this a model?\n");
    }
}

TEST(Parse, TheSameKeyTwiceIsRefused) {
    EXPECT_EQ(read_text(R"({"version": 1, "input": {"shape": [1], "shape": [2]}})").text(),
              "model.json: error: the key \"shape\" appears twice in one object\n"
              "  hint: remove one of the two\n");
    // The same key in two objects is no repetition.
    EXPECT_NO_THROW(json::parse(R"({"a": {"b": 1}, "c": {"b": 1}, "b": [{"b": 1}, {"b": 2}]})", "x"));
}

TEST(Parse, NumbersBeyondDoubleAreRefused) {
    EXPECT_EQ(read_text(R"({"dt": 1e999})").text(),
              "model.json: error: number overflow parsing '1e999'\n"
              "  expected: numbers that a double can hold\n"
              "  hint: check the number's exponent\n");
}

TEST(Parse, TextThatIsTooLargeIsRefusedUnread) {
    EXPECT_THAT(
        read_text(std::string(json::max_text_bytes + 1, ' ')).text(),
        HasSubstr("has 268435457 bytes\n  expected: at most 268435456 bytes\n  hint: move the weights"));
}

TEST(Parse, PointersAreEscapedAsRfc6901Says) {
    EXPECT_EQ(json::child("/a", "b/c~d"), "/a/b~1c~0d");
    EXPECT_EQ(json::child("/a", std::size_t{7}), "/a/7");
}

}  // namespace
}  // namespace synfire
