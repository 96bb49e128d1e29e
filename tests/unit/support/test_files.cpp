// Files are read whole and bounded; results appear complete or not at all; names stay inside their folder.
#include <filesystem>
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"

using namespace synfire;
namespace fs = std::filesystem;

class Files : public testing::Test {
  protected:
    void SetUp() override {
        folder = fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
        fs::remove_all(folder);
        fs::create_directories(folder);
    }
    void TearDown() override { fs::remove_all(folder); }

    std::string error_of(const std::function<void()>& action) {
        try {
            action();
        } catch (const InputError& e) {
            return e.what();
        }
        return "";
    }

    fs::path folder;
};

TEST_F(Files, ReadsBack) {
    const std::string bytes("a\0b\n", 4);
    write_file(folder / "sub" / "x.bin", bytes);
    EXPECT_EQ(read_file((folder / "sub" / "x.bin").string()), bytes);
    EXPECT_FALSE(fs::exists(folder / "sub" / "x.bin.partial"));
}

TEST_F(Files, WritesThroughLinksAndDevices) {
    write_file(folder / "file", "old");
    fs::create_symlink(folder / "file", folder / "link");
    fs::create_symlink("/dev/null", folder / "null");
    write_file(folder / "link", "new");
    write_file(folder / "null", "x");
    EXPECT_TRUE(fs::is_symlink(folder / "link"));
    EXPECT_EQ(read_file((folder / "file").string()), "new");
    EXPECT_TRUE(fs::is_symlink(folder / "null"));
}

TEST_F(Files, NamesWhatCannotBeRead) {
    EXPECT_THAT(error_of([&] { read_file((folder / "absent").string()); }),
                testing::HasSubstr("absent: error: no such file"));
    EXPECT_THAT(error_of([&] { read_file(folder.string()); }), testing::HasSubstr("is a folder, not a file"));
}

TEST_F(Files, ArtifactsAppearTogether) {
    write_artifacts(folder / "out", {{"a", "1"}, {"deep/b", "2"}});
    EXPECT_EQ(read_file((folder / "out" / "deep" / "b").string()), "2");
    EXPECT_FALSE(fs::exists(folder / "out.partial"));
    write_artifacts(folder / "out", {{"a", "3"}});
    EXPECT_EQ(read_file((folder / "out" / "a").string()), "3");
    EXPECT_EQ(read_file((folder / "out" / "deep" / "b").string()), "2");
}

TEST_F(Files, LeavesNothingHalfWritten) {
    // "a" is needed as a file and as a folder: the second write must fail and take the first with it.
    EXPECT_NE(error_of([&] { write_artifacts(folder / "out", {{"a", "1"}, {"a/b", "2"}}); }), "");
    EXPECT_FALSE(fs::exists(folder / "out"));
    EXPECT_FALSE(fs::exists(folder / "out.partial"));
}

TEST_F(Files, RefusesAFileAsOutputFolder) {
    write_file(folder / "file", "x");
    EXPECT_THAT(error_of([&] {
                    write_artifacts(folder / "file", {{"a", "1"}});
                }),
                testing::HasSubstr("is a file, not a folder"));
}

TEST_F(Files, StaysInside) {
    write_file(folder / "in" / "x.npy", "x");
    write_file(folder / "secret", "x");
    fs::create_symlink(folder / "secret", folder / "in" / "link");
    EXPECT_EQ(path_inside(folder / "in", "x.npy"), fs::weakly_canonical(folder / "in" / "x.npy"));
    for (const char* name : {"../secret", "/etc/passwd", "a/../../secret", "link", "", ".."})
        EXPECT_NE(error_of([&] { path_inside(folder / "in", name); }), "") << name;
}
