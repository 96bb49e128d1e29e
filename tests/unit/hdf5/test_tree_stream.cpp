// An answer comes through as it was; anything else is none.
#include <cstring>
#include <utility>

#include <gtest/gtest.h>

#include "compiler/frontend/hdf5/tree_stream.hpp"

namespace synfire::hdf5 {
namespace {

std::string written(Answer answer) {
    std::string bytes;
    write_answer(std::move(answer),
                 [&](const char* piece, std::size_t count) { bytes.append(piece, count); });
    return bytes;
}

Limits small_limits() {
    Limits limits;
    limits.values = 100;
    limits.text = 100;
    return limits;
}

std::optional<Answer> read_bytes(const std::string& bytes, const Limits& limits = small_limits()) {
    std::size_t at = 0;
    return read_answer(
        [&](char* to, std::size_t count) {
            if (count > bytes.size() - at) return false;
            if (count > 0) std::memcpy(to, bytes.data() + at, count);
            at += count;
            return true;
        },
        limits);
}

Tree example() {
    Tree tree;
    tree.root.data["weight"] = {Data::Kind::numbers, {2, 3}, {1, -2, 0.5, 4, 5, 6}, {}};
    tree.root.data["type"] = {Data::Kind::strings, {}, {}, {"NIRGraph"}};
    tree.root.data["empty"] = {Data::Kind::numbers, {0, 7}, {}, {}};
    Group& inner = tree.root.groups["node"];
    inner.data["edges"] = {Data::Kind::strings, {1, 2}, {}, {"a", ""}};
    inner.data["other"] = {Data::Kind::other, {4}, {}, {}};
    inner.metadata["dt"] = {Data::Kind::numbers, {}, {1e-4}, {}};
    inner.groups["bare"] = {};
    return tree;
}

TEST(TreeStream, TreesComeThrough) {
    const std::string bytes = written(example());
    const std::optional<Answer> answer = read_bytes(bytes);
    ASSERT_TRUE(answer);
    const Tree& tree = std::get<Tree>(*answer);
    EXPECT_EQ(tree.root.data.at("weight").shape, (Shape{2, 3}));
    EXPECT_EQ(tree.root.data.at("weight").numbers, (std::vector<double>{1, -2, 0.5, 4, 5, 6}));
    EXPECT_EQ(tree.root.data.at("type").strings, (std::vector<std::string>{"NIRGraph"}));
    EXPECT_EQ(tree.root.groups.at("node").data.at("other").kind, Data::Kind::other);
    EXPECT_EQ(tree.root.groups.at("node").metadata.at("dt").numbers, std::vector<double>{1e-4});
    EXPECT_EQ(written(tree), bytes);
}

TEST(TreeStream, RefusalsComeThroughWithoutTheFile) {
    const std::optional<Answer> answer =
        read_bytes(written(Diagnostic{Severity::error, "f", "n", "a", "r", "e", "h"}));
    ASSERT_TRUE(answer);
    EXPECT_EQ(to_text(std::get<Diagnostic>(*answer)),
              "error: node n, field 'a': r\n  expected: e\n  hint: h\n");
}

TEST(TreeStream, MistakesAndLackOfMemoryComeThrough) {
    const std::optional<Answer> mistake = read_bytes(written(Mistake{"x.cpp:1: no"}));
    ASSERT_TRUE(mistake);
    EXPECT_EQ(std::get<Mistake>(*mistake).what, "x.cpp:1: no");
    const std::optional<Answer> no_memory = read_bytes(written(NoMemory{}));
    ASSERT_TRUE(no_memory);
    EXPECT_TRUE(std::holds_alternative<NoMemory>(*no_memory));
}

TEST(TreeStream, AnAnswerThatIsCutShortIsNone) {
    const std::string bytes = written(example());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(read_bytes(bytes.substr(0, size))) << size;
}

TEST(TreeStream, EveryByteMayBeWrong) {
    const std::string bytes = written(example());
    int whole = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        for (const int bit : {0, 3, 7}) {
            std::string changed = bytes;
            changed[i] ^= static_cast<char>(1 << bit);
            std::optional<Answer> answer = read_bytes(changed);
            if (!answer) continue;
            EXPECT_EQ(written(std::move(*answer)).size(), bytes.size());
            ++whole;
        }
    EXPECT_GT(whole, 0);  // numbers and texts have no wrong values
}

TEST(TreeStream, LimitsHold) {
    const std::string bytes = written(example());
    const auto limited = [&](auto change) {
        Limits limits;
        change(limits);
        return read_bytes(bytes, limits).has_value();
    };
    EXPECT_TRUE(limited([](Limits& l) { l.values = 10; }));
    EXPECT_FALSE(limited([](Limits& l) { l.values = 9; }));
    EXPECT_TRUE(limited([](Limits& l) { l.text = 9; }));
    EXPECT_FALSE(limited([](Limits& l) { l.text = 8; }));
    EXPECT_TRUE(limited([](Limits& l) { l.objects = 8; }));
    EXPECT_FALSE(limited([](Limits& l) { l.objects = 7; }));
    EXPECT_TRUE(limited([](Limits& l) { l.depth = 2; }));
    EXPECT_FALSE(limited([](Limits& l) { l.depth = 1; }));
    EXPECT_TRUE(limited([](Limits& l) { l.name = 6; }));
    EXPECT_FALSE(limited([](Limits& l) { l.name = 5; }));
}

}  // namespace
}  // namespace synfire::hdf5
