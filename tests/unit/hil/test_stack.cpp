// hil/stack.hpp: frames as objdump prints them, as the compiler reports them, and as a simulated board uses
// them.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"
#include "hil/stack.hpp"
#include "tests/unit/hil/emitted.hpp"

namespace synfire::hil {
namespace {

constexpr std::chrono::minutes limit{2};

std::string error_of(const std::string& disassembly) {
    try {
        deepest(frames_of(disassembly));
    } catch (const InputError& error) {
        return error.diagnostic.node + ": " + error.diagnostic.reason;
    }
    return "no error";
}

TEST(Stack, AddsUpArmFrames) {
    const auto frames = frames_of(
        "00000040 <main>:\n"
        "  40:\tpush\t{r0, r1, r2, lr}\n"
        "  42:\tldr\tr0, [pc, #60]\t@ (80 <other+0x40>)\n"
        "  48:\tbl\t3b4 <step>\n"
        "  5c:\tbne.n\t50 <main+0x10>\n"
        "  80:\t.word\t0x2000000c\n"
        "\n"
        "000003b4 <step>:\n"
        " 3b4:\tstmdb\tsp!, {r4, r5, r6, r7, r8, r9, sl, fp, lr}\n"
        " 3b8:\tsub\tsp, #60\t@ 0x3c\n"
        " 3ba:\tstrd\tr4, r0, [sp, #-16]!\n"
        " 3bc:\tvpush\t{d8-d15}\n"
        " 3be:\tsub.w\tsp, sp, #512\t@ 0x200\n"
        " 3c0:\tstr\tr3, [sp, #16]\n"
        " 3c2:\tadd\tr2, sp, #56\t@ 0x38\n"
        " 3c4:\tadd\tsp, #60\t@ 0x3c\n"
        " 3c6:\tb.w\t500 <tail>\n"
        "00000500 <tail>:\n"
        " 500:\tstr.w\tlr, [sp, #-4]!\n"
        " 504:\tldr.w\tpc, [sp], #4\n");
    EXPECT_EQ(frames.at("main").bytes, 16U);
    EXPECT_EQ(frames.at("main").calls, std::set<std::string>{"step"});
    EXPECT_EQ(frames.at("step").bytes, 9U * 4 + 60 + 16 + 64 + 512);
    EXPECT_EQ(frames.at("tail").bytes, 4U);
    const StackUse use = deepest(frames);
    EXPECT_EQ(use.bytes, 16U + 688 + 4);
    EXPECT_EQ(use.path, (std::vector<std::string>{"main", "step", "tail"}));
}

TEST(Stack, AddsUpRiscvFrames) {
    const auto frames = frames_of(
        "8000001e <main>:\n"
        "8000001e:\tadd\tsp,sp,-48\n"
        "80000020:\tauipc\tra,0x0\n"
        "80000024:\tjalr\t-20(ra) # 80000414 <reset>\n"
        "80000028:\tj\t80000042 <main+0x24>\n"
        "80000414 <reset>:\n"
        "80000414:\taddi\tsp,sp,-64 # 80fffff0 <bss_end+0x7ff718>\n"
        "80000418:\tadd\tsp,sp,64\n"
        "8000041c:\tjr\tra\n");
    EXPECT_EQ(deepest(frames).bytes, 48U + 64);
}

TEST(Stack, RefusesWhatHasNoBound) {
    EXPECT_EQ(error_of("00000040 <again>:\n  40:\tpush\t{lr}\n  42:\tbl\t48 <back>\n"
                       "00000048 <back>:\n  48:\tb.n\t40 <again>\n"),
              "'again' (function): calls itself");
    EXPECT_EQ(error_of("00000040 <f>:\n  40:\tblx\tr3\n"),
              "'f' (function): its stack cannot be read off the instruction  40:\tblx\tr3");
    EXPECT_EQ(error_of("00000040 <f>:\n  40:\tsub\tsp, sp, r3\n"),
              "'f' (function): its stack cannot be read off the instruction  40:\tsub\tsp, sp, r3");
    EXPECT_EQ(error_of("00000040 <f>:\n  40:\tmov\tsp, r7\n"),
              "'f' (function): its stack cannot be read off the instruction  40:\tmov\tsp, r7");
}

// What GCC's -fstack-usage says of every function that it compiled, by symbol (-fcallgraph-info=su).
std::map<std::string, std::uint64_t> reported(const std::filesystem::path& build) {
    std::map<std::string, std::uint64_t> bytes;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(build)) {
        if (entry.path().extension() != ".ci") continue;
        std::istringstream lines(read_file(entry.path().string()));
        for (std::string line; std::getline(lines, line);) {
            const std::size_t end = line.find(" bytes (");
            if (line.rfind("node: { title: \"", 0) != 0 || end == std::string::npos) continue;
            std::string symbol = line.substr(16, line.find('"', 16) - 16);
            symbol.erase(0, symbol.rfind(':') + 1);
            const std::size_t number = line.rfind("\\n", end) + 2;
            // A function of the image may stand in for a weak one.
            bytes[symbol] =
                std::max<std::uint64_t>(bytes[symbol], std::stoull(line.substr(number, end - number)));
            EXPECT_NE(line.find("(static)", end), std::string::npos) << line;
        }
    }
    return bytes;
}

struct Case {
    const char* board;
    bool kernels;
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.board << (c.kernels ? " with kernels" : "");
}

constexpr Case cases[] = {{"microbit", false},   {"microbit", true},   {"mps2-an385", true},
                          {"mps2-an386", false}, {"mps2-an386", true}, {"mps3-an547", true},
                          {"virt", false},       {"virt", true}};

class StackOnBoard : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(Boards, StackOnBoard, testing::ValuesIn(cases), [](const auto& test) {
    std::string name = test.param.kernels ? "kernels_" : "portable_";
    for (const char* c = test.param.board; *c != 0; ++c)
        if (*c != '-') name += *c;
    return name;
});

// Layers of which kernels take one.
IntNetwork network() {
    std::mt19937 random(6);
    IntNetwork layers = test::random_layers(random);
    layers.name = "stack";
    return layers;
}

TEST_P(StackOnBoard, IsWhatTheCompilerReportsAndTheSimulationUses) {
    const auto board = std::find_if(boards().begin(), boards().end(),
                                    [](const Board& b) { return b.name == GetParam().board; });
    if (const std::string missing = missing_tools(*board); !missing.empty()) GTEST_SKIP() << missing;
    const ScratchFolder folder;
    const std::filesystem::path compiled = test::write_emitted(
        network(), folder, WeightSource::flash, GetParam().kernels ? test::core_of(*board) : "");
    write_file((compiled / "firmware" / "deepest_stack.cpp").string(),
               read_file(SYNFIRE_SOURCE_DIR "/tests/unit/hil/deepest_stack.cpp"));
    std::ofstream(compiled / "CMakeLists.txt", std::ios::app)
        << "add_image(deepest_stack firmware/deepest_stack.cpp)\n"
           "target_compile_options(options INTERFACE -fstack-usage -fcallgraph-info=su)\n";
    const Firmware firmware = build_firmware(compiled, board->name, {"deepest_stack"});
    const std::filesystem::path build = firmware.folder.path() / "build";
    const ProcessResult listing = run_process(
        {board->tools + "objdump", "-d", "--no-show-raw-insn", (build / "deepest_stack.elf").string()},
        folder.path(), folder.path() / "listing", limit);
    ASSERT_EQ(listing.exit_code, 0);
    const std::map<std::string, Frame> frames = frames_of(read_file((folder.path() / "listing").string()));
    std::size_t compared = 0;
    for (const auto& [symbol, bytes] : reported(build)) {
        const auto frame = frames.find(symbol);
        if (frame == frames.end()) continue;  // not linked
        ++compared;
        EXPECT_EQ(frame->second.bytes, bytes) << symbol;
    }
    EXPECT_GT(compared, 5U);

    std::vector<std::string> arguments = firmware.simulator;
    arguments.push_back((build / "deepest_stack.elf").string());
    const ProcessResult run = run_process(arguments, folder.path(), folder.path() / "log", limit);
    ASSERT_EQ(run.exit_code, 0) << run.output;
    const std::uint64_t used = std::stoull(run.output);
    const StackUse most = stack_use(firmware, "deepest_stack");
    RecordProperty("used", std::to_string(used));
    RecordProperty("bound", std::to_string(most.bytes));
    EXPECT_LE(used, most.bytes);
    EXPECT_GE(used * 10, most.bytes * 6);
    EXPECT_LE(most.bytes, 512U);
}

}  // namespace
}  // namespace synfire::hil
