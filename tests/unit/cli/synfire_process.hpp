// Runs the synfire executable in a scratch folder and keeps what it said.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <string>
#include <sys/wait.h>

#include <gtest/gtest.h>

#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"

namespace synfire {

struct Said {
    int code = -1;
    std::string out;
    std::string err;
};

class SynfireTest : public testing::Test {
  protected:
    void SetUp() override {
        folder = std::filesystem::path(testing::TempDir()) /
                 (std::string("synfire-") + testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    // arguments: as typed in a shell inside the scratch folder. environment: "NAME=VALUE" for this run.
    Said synfire(const std::string& arguments, const std::string& environment = "") {
        const std::string command = "cd '" + folder.string() + "' && " + environment +
                                    " '" SYNFIRE_BINARY "' " + arguments + " >out.txt 2>err.txt </dev/null";
        const int status = std::system(command.c_str());
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read("out.txt"), read("err.txt")};
    }

    std::string read(const std::string& name) { return read_file((folder / name).string()); }
    bool exists(const std::string& name) { return std::filesystem::exists(folder / name); }
    void write(const std::string& name, const std::string& bytes) { write_file(folder / name, bytes); }

    // The first `samples` images of the shipped test set, as x.npy, with labels.npy.
    void write_digits(std::size_t samples) {
        const std::string models = SYNFIRE_SOURCE_DIR "/models/digits/";
        NpyArray x = parse_npy(read_file(models + "test_spikes.npy"), "x");
        NpyArray y = parse_npy(read_file(models + "test_labels.npy"), "y");
        auto& spikes = std::get<std::vector<std::uint8_t>>(x.values);
        spikes.resize(spikes.size() / x.shape[0] * samples);
        x.shape[0] = samples;
        auto& labels = std::get<std::vector<std::uint8_t>>(y.values);
        labels.resize(samples);
        y.shape[0] = samples;
        write("x.npy", to_npy(x));
        write("labels.npy", to_npy(y));
    }

    const std::string digits = "'" SYNFIRE_SOURCE_DIR "/models/digits/digits.json'";
    std::filesystem::path folder;
};

}  // namespace synfire
