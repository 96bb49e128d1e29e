// NIR as JSON is the same network as the .nir file with the same content, and what is wrong in it has a
// place.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/network/print.hpp"
#include "tests/unit/nir/read_data.hpp"

namespace synfire {
namespace {

using testing::HasSubstr;

TEST(JsonTree, IsReadAsTheSameHdf5File) {
    for (const std::string name : {"recurrent_cuba", "folds", "images", "signals"}) {
        const Outcome json = read_source({"model", data_bytes(name + ".json")}, step_and_reset());
        EXPECT_FALSE(json.network) << "a file without extension has no format";
        const Outcome a = read_source({"model.json", data_bytes(name + ".json")}, step_and_reset());
        const Outcome b = read_source({"model.nir", data_bytes(name + ".nir")}, step_and_reset());
        ASSERT_TRUE(a.network) << a.text();
        ASSERT_TRUE(b.network) << b.text();
        EXPECT_EQ(print(*a.network), print(*b.network)) << name;
        EXPECT_EQ(a.report.diagnostics.size(), b.report.diagnostics.size()) << a.text() << b.text();
    }
}

// A graph of an Input, an LIF and an Output, with a change to its text.
Outcome changed(const std::string& from, const std::string& to) {
    std::string text =
        R"({"version": "1.0", "node": {"type": "NIRGraph", "metadata": {"dt": 0.001, "more": [1]},
        "nodes": {"in": {"type": "Input", "shape": [2]},
                  "lif": {"type": "LIF", "tau": [0.01, 0.01], "r": [1, 1], "v_leak": [0, 0],
                          "v_threshold": [1, 1], "v_reset": null},
                  "out": {"type": "Output", "shape": [2]}},
        "edges": [["in", "lif"], ["lif", "out"]]}})";
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return read_source({"model.json", text}, {});
}

TEST(JsonTree, LeavesOutWhatIsNull) {
    const Outcome o = changed("null", "null");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_THAT(o.text(), HasSubstr("dt = 0.001 s: from the file's metadata"));
}

TEST(JsonTree, SaysWhatIsWrong) {
    const std::vector<std::vector<std::string>> cases = {
        {"[0.01, 0.01]", "[[0.01], 0.01]",
         "model.json: error: field '/node/nodes/lif/tau': is not regular: 0.01 stands where lists of 1 do\n"
         "  expected: numbers, text, or lists of one shape of either\n  hint: "},
        {"[0.01, 0.01]", "[0.01, [0.01]]", "field '/node/nodes/lif/tau': holds a list of 1\n"},
        {"[0.01, 0.01]", "[0.01, \"x\"]", "field '/node/nodes/lif/tau': mixes numbers and text\n"},
        {"[0.01, 0.01]", "[0.01, {}]", "field '/node/nodes/lif/tau': holds an object\n"},
        {"[0.01, 0.01]", "\"fast\"", "node 'lif' (LIF), field 'tau': holds no numbers\n"},
        {"[0.01, 0.01]", "[]", "node 'lif' (LIF), field 'tau': holds no numbers\n"},
        {"\"lif\": {", "\"a\\u0007\": {",
         "is a name that is no text of 1 to 200 bytes\n  hint: rename the node"},
        {"\"lif\", \"out\"", "\"lif\"",
         "field '/node/edges': is not regular: a list of 1 stands where lists of 2 do"},
        {"\"version\"", "\"versions\"", "field 'version': is missing: not a NIR file"},
        {"LIF", "LIFE", "is not a type of node that NIR has\n  hint: did you mean 'LIF'?"},
    };
    for (const auto& c : cases) {
        const Outcome o = changed(c[0], c[1]);
        EXPECT_FALSE(o.network) << c[1];
        EXPECT_THAT(o.text(), HasSubstr(c[2]));
        for (const Diagnostic& d : o.report.diagnostics)
            EXPECT_TRUE(d.severity == Severity::note || !d.hint.empty()) << to_text(d);
    }
}

TEST(JsonTree, OptionsOfNirAreTaken) {
    Report report;
    ReadOptions options = step_and_reset();
    options.input_shape = Shape{2};
    read({"model.json", data_bytes("folds.json")}, options, report);
    std::string text;
    for (const Diagnostic& d : report.diagnostics) text += to_text(d);
    EXPECT_THAT(text, HasSubstr("--input-shape has no effect: NIR as JSON files say it themselves"));
    EXPECT_THAT(text, testing::Not(HasSubstr("--dt")));
}

}  // namespace
}  // namespace synfire
