// Tensors in all their forms, and files that must not be read.
#include <cmath>
#include <filesystem>
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "tests/unit/json/read_text.hpp"

namespace synfire {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;

// Three inputs, two neurons.
std::string model(const std::string& weight) {
    return R"({"format": "snn-json", "version": 1, "input": {"shape": [3]}, "layers": [
        {"type": "dense", "name": "fc", "units": 2, "weight": )" +
           weight +
           R"(}, {"type": "neuron", "model": "if", "threshold": 1, "reset": {"mode": "zero"}, "compare": "gt"}]})";
}

std::vector<double> weights(const std::string& weight) {
    const Outcome o = read_text(model(weight));
    EXPECT_TRUE(o.network) << o.text();
    return o.network ? std::get<Dense>(o.network->connections.at(0).stages.at(0)).weight
                     : std::vector<double>{};
}

std::string refusal(const std::string& weight) {
    const Outcome o = read_text(model(weight));
    EXPECT_FALSE(o.network);
    return o.text();
}

TEST(Tensor, AllFormsOfTheSameMatrix) {
    const auto matrix = ElementsAre(1, 2, 3, 4, 5, 6);
    EXPECT_THAT(weights("[[1, 2, 3], [4, 5, 6.0]]"), matrix);
    EXPECT_THAT(weights(R"({"file": "matrix.npy"})"), matrix);
    EXPECT_THAT(weights(R"({"file": "./matrix.npy"})"), matrix);
    EXPECT_THAT(weights(R"({"file": "matrix.bin", "dtype": "f32", "shape": [2, 3]})"), matrix);
    EXPECT_THAT(weights(R"({"file": "matrix.json", "key": "fc.weight"})"), matrix);
    for (const char* key : {"f32", "bf16", "u8"})
        EXPECT_THAT(weights(std::string(R"({"file": "matrix.safetensors", "key": ")") + key + "\"}"), matrix);
    EXPECT_THAT(weights(R"({"values": [[2, 4, 6], [8, 10, 12]], "scale": 0.5})"), matrix);
    EXPECT_THAT(
        weights(R"({"values": [[0, 1, 2], [1, 2, 3]], "scale": [1, 2], "zero_point": [-1, -1], "axis": 0})"),
        ElementsAre(1, 2, 3, 4, 6, 8));
    EXPECT_THAT(weights(R"({"values": [[1, 1, 1], [1, 1, 1]], "scale": [1, 2, 3], "axis": 1})"),
                ElementsAre(1, 2, 3, 1, 2, 3));
    EXPECT_THAT(weights(R"({"base64": "AQIDBAUG", "dtype": "u8", "shape": [2, 3]})"), matrix);
    EXPECT_THAT(
        weights(R"({"base64": "AQIDBAUG", "dtype": "i8", "shape": [2, 3], "scale": 0.5, "zero_point": 1})"),
        ElementsAre(0, 0.5, 1, 1.5, 2, 2.5));
    EXPECT_THAT(weights("0.25"), ElementsAre(0.25, 0.25, 0.25, 0.25, 0.25, 0.25));
}

TEST(Tensor, AllTypesOfStoredValues) {
    // 1, -2, 0.5, 65504 and the smallest positive number, then -0, as half precision.
    EXPECT_THAT(weights(R"({"base64": "ADwAwAA4/3sBAACA", "dtype": "f16", "shape": [2, 3]})"),
                ElementsAre(1, -2, 0.5, 65504, DoubleEq(std::ldexp(1.0, -24)), 0));
    EXPECT_THAT(weights(R"({"base64": "//8BAP9/AIAAAAAB", "dtype": "i16", "shape": [2, 3]})"),
                ElementsAre(-1, 1, 32767, -32768, 0, 256));
    EXPECT_THAT(weights(R"({"base64": "//////7////9/////P////v////6////", "dtype": "i32", "shape": [2, 3]})"),
                ElementsAre(-1, -2, -3, -4, -5, -6));
    EXPECT_THAT(weights(R"({"base64": "AAAAAAAA8D8AAAAAAADwvwAAAAAAAAAAAAAAAAAA8D8AAAAAAADwvwAAAAAAAAAA",
                            "dtype": "f64", "shape": [2, 3]})"),
                ElementsAre(1, -1, 0, 1, -1, 0));
}

// The first numbers of splitmix64 from seed 0 are e220a8397b1dcdaf, 6e789e6aa1b965f4, 06c45d188009454f.
TEST(Tensor, InitialisersAreFixed) {
    const double first = static_cast<double>(0xe220a8397b1dcdafu >> 11) * 0x1p-53;
    const double second = static_cast<double>(0x6e789e6aa1b965f4u >> 11) * 0x1p-53;
    const double third = static_cast<double>(0x06c45d188009454fu >> 11) * 0x1p-53;
    const auto uniform = weights(R"({"init": {"type": "uniform", "low": 0, "high": 1, "seed": 0}})");
    ASSERT_EQ(uniform.size(), 6u);
    EXPECT_EQ(uniform[0], first);
    EXPECT_EQ(uniform[1], second);
    EXPECT_EQ(uniform[2], third);
    const auto kaiming = weights(R"({"init": {"type": "kaiming_uniform", "gain": 2, "seed": 0}})");
    EXPECT_THAT(kaiming.at(0), DoubleEq(-2 + 4 * first));
    EXPECT_THAT(weights(R"({"init": {"type": "kaiming_uniform", "seed": 0}})").at(0),
                DoubleEq(-std::sqrt(2.0) + 2 * std::sqrt(2.0) * first));
    EXPECT_THAT(weights(R"({"init": {"type": "constant", "value": 0.5}})"),
                ElementsAre(.5, .5, .5, .5, .5, .5));
    EXPECT_NE(weights(R"({"init": {"type": "uniform", "low": 0, "high": 1, "seed": 1}})"), uniform);
}

// From a computation with 60 digits: splitmix64 of seed 3, Box and Muller.
TEST(Tensor, NormalInitialisers) {
    const auto normal = weights(R"({"init": {"type": "normal", "mean": 10, "std": 2, "seed": 3}})");
    const double expected[] = {9.698421377292973, 12.471933332294489, 9.084306197739545,
                               10.82486560014602, 11.777313818647661, 9.265459079330782};
    ASSERT_EQ(normal.size(), 6u);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(normal[i], expected[i], 1e-14) << i;
}

TEST(Tensor, DensityLeavesTheOtherValuesAsTheyAre) {
    const auto all = weights(R"({"init": {"type": "uniform", "low": 1, "high": 2, "seed": 9}})");
    const auto some =
        weights(R"({"init": {"type": "uniform", "low": 1, "high": 2, "seed": 9, "density": 0.5}})");
    const bool kept[] = {false, false, true, false, false, true};
    ASSERT_EQ(some.size(), 6u);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(some[i], kept[i] ? all[i] : 0.0) << i;
}

TEST(Tensor, SquareInitialisers) {
    const auto recurrent = [](const std::string& tensor) {
        const Outcome o =
            read_text(R"({"format": "snn-json", "version": 1, "input": {"shape": [2]}, "layers": [
            {"type": "neuron", "model": "if", "threshold": 1, "reset": {"mode": "zero"}, "compare": "gt",
             "recurrent": {"weight": )" +
                      tensor + "}}]}");
        EXPECT_TRUE(o.network) << o.text();
        return o.network ? std::get<Dense>(o.network->connections.at(1).stages.at(0)).weight
                         : std::vector<double>{};
    };
    EXPECT_THAT(recurrent(R"({"init": {"type": "identity"}})"), ElementsAre(1, 0, 0, 1));
    EXPECT_THAT(recurrent(R"({"init": {"type": "diagonal", "value": -3}})"), ElementsAre(-3, 0, 0, -3));
}

struct Refused {
    const char* weight;
    const char* field;   // after /layers/0/weight
    const char* reason;  // up to the end of the line
};

const Refused refused[] = {
    // Files outside the model's folder, and files that are not what they should be.
    {R"({"file": "../secret.npy"})", "/file", "../secret.npy: leaves the folder of the model"},
    {R"({"file": "a/../../secret.npy"})", "/file", "a/../../secret.npy: leaves the folder of the model"},
    {R"({"file": "..\\secret.npy"})", "/file", "holds a backslash or a zero"},
    {R"({"file": "matrix.npy\u0000.npy"})", "/file", "holds a backslash or a zero"},
    {R"({"file": "/etc/passwd.npy"})", "/file", "\"/etc/passwd.npy\" does not fit"},
    {R"({"file": ""})", "/file", "\"\" does not fit"},
    {R"({"file": "absent.safetensors", "key": "a"})", "/file", "absent.safetensors: no such file"},
    {R"({"file": "matrix.safetensors"})", "/key", "is missing; a .safetensors file holds several arrays"},
    {R"({"file": "matrix.safetensors", "key": "words"})", "/file",
     "matrix.safetensors: has no array \"words\""},
    {R"({"file": "matrix.safetensors", "key": "long"})", "/file",
     "matrix.safetensors: array \"long\": dtype \"I64\" is not read"},
    {R"({"file": "matrix.safetensors", "key": "outside"})", "/file",
     "matrix.safetensors: array \"outside\": shape and byte range do not fit each other or the file"},
    {R"({"file": "matrix.safetensors", "key": "short"})", "/file",
     "matrix.safetensors: array \"short\": shape and byte range do not fit each other or the file"},
    {R"({"file": "matrix.safetensors", "key": "f32", "dtype": "f32"})", "/dtype",
     "has no effect on a .safetensors file"},
    {R"({"file": "ORIGIN.md"})", "/file", "\"ORIGIN.md\" has no known extension"},
    {R"({"file": "digits.npz"})", "/key", "is missing; a .npz file holds several arrays"},
    {R"({"file": "matrix.npy", "key": "a"})", "/key", "has no effect on a .npy file"},
    {R"({"file": "matrix.npy", "dtype": "f32"})", "/dtype", "has no effect on a .npy file"},
    {R"({"file": "matrix.json", "key": "none"})", "/key", "\"none\" is not in matrix.json"},
    {R"({"file": "matrix.json", "key": "words"})", "/key", "\"words\" is \"one\""},
    {R"({"file": "matrix.bin"})", "/dtype", "is missing"},
    {R"({"file": "matrix.bin", "dtype": "f32"})", "/shape", "is missing"},
    {R"({"file": "matrix.bin", "dtype": "f64", "shape": [2, 3]})", "/file", "has 24 bytes"},
    {R"({"file": "matrix.bin", "dtype": "f32", "shape": [2, 3], "offset": 4})", "/file", "has 24 bytes"},
    {R"({"file": "matrix.bin", "dtype": "f32", "shape": [2, 3], "offset": 2000000000})", "/file",
     "has 24 bytes"},
    {R"({"file": "digits.npz", "key": "fc1.weight"})", "", "has shape [48, 64]"},
    // Sizes.
    {"[[1, 2], [3, 4], [5, 6]]", "", "has shape [3, 2]"},
    {"[1, 2, 3, 4, 5, 6]", "", "has shape [6]"},
    {"[[1, 2, 3], [4, 5]]", "/1", "is a list of 2"},
    {"[[1, 2, 3], 4]", "/1", "is 4"},
    {"[[1, 2, 3], [4, 5, [6]]]", "/1/2", "is a list of 1"},
    {"[[[[[1]]]]]", "", "is nested 5 levels deep"},
    {R"([[1, 2, 3], [4, 5, "6"]])", "/1/2", "is \"6\""},
    {"[]", "", "has 0 entries"},
    {"true", "", "is true"},
    {R"({"values": [[1, 2, 3], [4, 5, 6]]})", "/scale", "is missing"},
    {R"({"values": [[1, 2, 3], [4, 5, 6.5]], "scale": 1})", "", "value 6.5 at index 5 is not an integer"},
    {R"({"values": [[1, 2, 3], [4, 5, 6]], "scale": [1, 2, 3]})", "/scale", "has shape [3]"},
    {R"({"values": [[1, 2, 3], [4, 5, 6]], "scale": [1, 2], "axis": 2})", "/axis",
     "2 is not an axis of shape [2, 3]"},
    {R"({"file": "matrix.npy", "axis": 1})", "/axis", "has no effect without 'scale'"},
    {R"({"base64": "AQIDBAUG", "dtype": "u8", "shape": [2, 2]})", "/base64", "holds 6 bytes"},
    {R"({"base64": "AQID!AUG", "dtype": "u8", "shape": [2, 3]})", "/base64",
     "the character at index 4 is not base64"},
    {R"({"base64": "AQIDBAU", "dtype": "u8", "shape": [2, 3]})", "/base64", "has 7 characters"},
    {R"({"base64": "", "dtype": "u8", "shape": [1073741824, 1073741824]})", "/shape",
     "makes the model larger than this program reads"},
    {R"({"base64": "AH4AAAAAAAAAAAAA", "dtype": "f16", "shape": [2, 3]})", "",
     "value nan at index 0 is not finite"},
    {R"({"base64": "AHwAAAAAAAAAAAAA", "dtype": "f16", "shape": [2, 3]})", "",
     "value inf at index 0 is not finite"},
    // Initialisers.
    {R"({"init": {"type": "uniform", "low": 0, "seed": 1}})", "/init/high", "type \"uniform\" needs 'high'"},
    {R"({"init": {"type": "uniform", "low": 0, "high": 1}})", "/init/seed", "type \"uniform\" needs 'seed'"},
    {R"({"init": {"type": "uniform", "low": 2, "high": 1, "seed": 1}})", "/init/high", "1 is below low, 2"},
    {R"({"init": {"type": "uniform", "low": 0, "high": 1, "std": 1, "seed": 1}})", "/init/std",
     "'std' has no effect on type \"uniform\""},
    {R"({"init": {"type": "constant", "value": 1, "seed": 1}})", "/init/seed",
     "'seed' has no effect on type \"constant\""},
    {R"({"init": {"type": "identity"}})", "/init", "type \"identity\" does not fill shape [2, 3]"},
    {R"({"init": {"type": "normal", "mean": 0, "seed": 1}})", "/init/std", "type \"normal\" needs 'std'"},
    {R"({"init": {"type": "normal", "mean": 0, "std": -1, "seed": 1}})", "/init/std", "-1 does not fit"},
    {R"({"init": {"type": "constant", "value": 1, "density": 0.5}})", "/init/density",
     "'density' has no effect on type \"constant\""},
    {R"({"init": {"type": "uniform", "low": 0, "high": 1, "seed": 1, "density": 0}})", "/init/density",
     "0 does not fit"},
    {R"({"init": {"type": "uniform", "low": 0, "high": 1, "seed": -1}})", "/init/seed", "-1 does not fit"},
    {R"({"init": {"type": "uniform", "low": 0, "high": 1, "seed": 18446744073709551615}})", "/init/seed",
     "18446744073709551615 does not fit"},
    {R"({"init": {"type": "gaussian"}})", "/init/type", "\"gaussian\" is not known"},
    {R"({"key": "fc1.weight"})", "/init", "is missing"},
};

TEST(Tensor, WhatCannotBeReadIsNamed) {
    for (const Refused& r : refused) {
        const std::string text = refusal(r.weight);
        EXPECT_THAT(text,
                    HasSubstr(std::string("model.json: error: node 'fc' (dense), field '/layers/0/weight") +
                              r.field + "': " + r.reason + "\n"))
            << r.weight;
        EXPECT_THAT(text, HasSubstr("\n  hint: ")) << r.weight;
    }
}

TEST(Tensor, AMissingFileIsNamedWithTheFieldThatAsksForIt) {
    const std::string text = refusal(R"({"file": "absent.npy"})");
    EXPECT_THAT(text, HasSubstr("field '/layers/0/weight/file': "));
    EXPECT_THAT(text, HasSubstr("absent.npy"));
}

TEST(Tensor, AKeyThatIsNotInTheArchiveIsNamed) {
    const std::string text = refusal(R"({"file": "digits.npz", "key": "fc9.weight"})");
    EXPECT_THAT(text, HasSubstr("field '/layers/0/weight/file': "));
    EXPECT_THAT(text, HasSubstr("fc9.weight"));
    EXPECT_THAT(text, HasSubstr("fc1.weight"));
}

TEST(Tensor, LinksThatLeaveTheFolderAreRefused) {
    const auto folder = std::filesystem::path(testing::TempDir()) / "synfire_json_links";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder / "model");
    std::filesystem::copy_file(json_data + "matrix.npy", folder / "outside.npy");
    std::filesystem::create_symlink("../outside.npy", folder / "model" / "link.npy");
    std::filesystem::create_directory_symlink("..", folder / "model" / "up");
    for (const char* name : {"link.npy", "up/outside.npy"}) {
        const Outcome o =
            read_text(model(std::string(R"({"file": ")") + name + "\"}"), (folder / "model/m.json").string());
        EXPECT_FALSE(o.network) << name;
        EXPECT_THAT(o.text(), HasSubstr(std::string(name) + ": leaves the folder of the model"));
    }
    std::filesystem::remove_all(folder);
}

TEST(Tensor, LongListsAreCheckedToTheEnd) {
    std::string row = "[";
    for (int i = 0; i < 1000; ++i) row += i == 777 ? "null, " : "1, ";
    EXPECT_THAT(refusal("[" + row + "1]]"), HasSubstr("field '/layers/0/weight/0/777': is not a number"));
}

}  // namespace
}  // namespace synfire
