// Files are read in a child process; whatever they do to it ends in a message.
#include <algorithm>
#include <gmock/gmock.h>
#include <string>
#include <sys/resource.h>

#include <gtest/gtest.h>

#include "compiler/frontend/hdf5/image.hpp"
#include "compiler/frontend/hdf5/tree.hpp"
#include "compiler/support/report.hpp"
#include "tests/unit/hdf5/sanitized.hpp"

namespace synfire::hdf5 {
namespace {

std::string small_file() {
    Image image;
    image.add("/version", "1.0");
    image.add("/node/weight", {2, 3}, std::vector<double>{1, 2, 3, 4, 5, 6});
    image.add("/node/metadata/dt", {}, std::vector<double>{1e-3});
    return image.bytes();
}

Tree read_bytes(const std::string& bytes) {
    return read_tree({"model.nir", bytes}, {"NIR", "the nir package", "export it again"});
}

std::string refusal(const std::string& bytes) {
    try {
        read_bytes(bytes);
    } catch (const InputError& e) {
        return to_text(e.diagnostic);
    }
    return "";
}

std::string checked_file() {
    return read_file(SYNFIRE_SOURCE_DIR "/tests/unit/hdf5/data/checked.nir");
}

// The only chunk is said to have 1 byte, of which libhdf5 1.10 takes 4 away for the checksum: it sums up the
// rest of the memory.
std::string crashing_file() {
    std::string bytes = checked_file();
    const std::size_t index =
        bytes.find(std::string_view("TREE\x01", 5));  // of chunks; 24 bytes, then the keys
    bytes.replace(index + 24, 4, std::string_view("\x01\0\0\0", 4));
    return bytes;
}

TEST(Tree, ChecksumsAreRead) {
    EXPECT_EQ(read_bytes(checked_file()).root.data.at("weight").numbers,
              (std::vector<double>{0, 1, 2, 3, 4, 5}));
}

TEST(Tree, HoldsWhatTheFileHolds) {
    const Tree tree = read_bytes(small_file());
    EXPECT_EQ(tree.root.data.at("version").strings, std::vector<std::string>{"1.0"});
    const Group& node = tree.root.groups.at("node");
    EXPECT_EQ(node.data.at("weight").shape, (Shape{2, 3}));
    EXPECT_EQ(node.data.at("weight").numbers, (std::vector<double>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(node.metadata.at("dt").numbers, std::vector<double>{1e-3});
}

TEST(Tree, AFileThatCrashesTheLibraryIsRefused) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(refusal(crashing_file()),
              "model.nir: error: damaged: the HDF5 library failed on it\n"
              "  hint: export or copy the file again\n");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Tree, EveryByteOfTheHeadersMayBeWrong) {
    const std::string whole = small_file();
    int refused = 0, read = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        // Long runs of zeros are room that nothing uses.
        const std::size_t from = i < 4 ? 0 : i - 4;
        if (whole.substr(from, 9).find_first_not_of('\0') == std::string::npos) continue;
        std::string bytes = whole;
        bytes[i] = static_cast<char>(bytes[i] ^ (i % 2 == 0 ? 0x01 : 0xff));
        const std::string text = refusal(bytes);
        ++(text.empty() ? read : refused);
        if (!text.empty()) {
            EXPECT_THAT(text, testing::HasSubstr("\n  hint: ")) << i;
        }
    }
    EXPECT_GT(refused, 100);
    EXPECT_GT(read, 100);
}

TEST(Tree, SaysWhereNoProcessCanBeStarted) {
    if (sanitized) GTEST_SKIP() << "the sanitizers need pipes of their own";
    const std::string bytes = small_file();
    rlimit before = {};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none = {0, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    const std::string text = refusal(bytes);
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(text,
              "model.nir: error: cannot be read: no process can be started for it: Too many open files\n"
              "  hint: end other programs, or raise the limits on processes, open files and memory\n");
}

}  // namespace
}  // namespace synfire::hdf5
