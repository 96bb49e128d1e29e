#include <gtest/gtest.h>

#include "compiler/support/report.hpp"
#include "hil/process.hpp"

namespace synfire::hil {
namespace {

using std::chrono::milliseconds;

TEST(Process, ReturnsExitCodeAndOutput) {
    const ScratchFolder folder;
    const ProcessResult result = run_process({"sh", "-c", "pwd; echo broken >&2; exit 7"}, folder.path(),
                                             folder.path() / "log", milliseconds(10000));
    EXPECT_EQ(result.exit_code, 7);
    EXPECT_EQ(result.signal, 0);
    EXPECT_FALSE(result.timed_out);
    EXPECT_EQ(result.output, folder.path().string() + "\nbroken\n");
}

TEST(Process, PassesArgumentsUnchanged) {
    const ScratchFolder folder;
    const ProcessResult result = run_process({"printf", "%s|", "a b", "$HOME", "`id`", ";"}, folder.path(),
                                             folder.path() / "log", milliseconds(10000));
    EXPECT_EQ(result.output, "a b|$HOME|`id`|;|");
}

TEST(Process, IsKilledWithItsChildrenWhenTheTimeIsOver) {
    const ScratchFolder folder;
    const auto start = std::chrono::steady_clock::now();
    const ProcessResult result =
        run_process({"sh", "-c", "sleep 60"}, folder.path(), folder.path() / "log", milliseconds(100));
    EXPECT_TRUE(result.timed_out);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST(Process, NamesAProgramThatDoesNotExist) {
    const ScratchFolder folder;
    try {
        run_process({"synfire-no-such-program"}, folder.path(), folder.path() / "log", milliseconds(1000));
        FAIL() << "no error";
    } catch (const InputError& error) {
        EXPECT_EQ(to_text(error.diagnostic),
                  "error: node 'synfire-no-such-program' (program): the program cannot be started: No such "
                  "file or directory\n"
                  "  hint: is it installed and in PATH?\n");
    }
}

TEST(Process, FindsProgramsInPathOnly) {
    EXPECT_FALSE(find_program("sh").empty());
    EXPECT_TRUE(find_program("synfire-no-such-program").empty());
}

TEST(Process, ScratchFolderIsRemoved) {
    std::filesystem::path path;
    {
        const ScratchFolder folder;
        path = folder.path();
        EXPECT_TRUE(std::filesystem::is_directory(path));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace synfire::hil
