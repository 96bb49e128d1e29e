// Lines of a disassembly: "   address:\tmnemonic\toperands", functions begin with "address <name>:".
#include "hil/stack.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"

namespace synfire::hil {
namespace {

constexpr std::chrono::seconds limit{60};

[[noreturn]] void fail(const std::string& function, std::string reason) {
    Diagnostic d;
    d.node = "'" + function + "' (function)";
    d.reason = std::move(reason);
    d.expected = "calls of named functions and frames of constant size";
    d.hint = "compile the model again; if it persists, the directory's sources have been changed";
    throw InputError(std::move(d));
}

bool starts_with(std::string_view text, std::string_view start) {
    return text.substr(0, start.size()) == start;
}

struct Instruction {
    std::string mnemonic;  // without the width that Thumb's have: .n or .w
    std::string operands;
};

// The number after the last place of a mark; 0: none.
std::int64_t number_after(const std::string& text, std::string_view mark) {
    const std::size_t at = text.rfind(mark);
    return at == std::string::npos ? 0 : std::strtoll(text.c_str() + at + mark.size(), nullptr, 0);
}

// Registers of a list {r4, r5, lr} or {d8-d15}.
std::uint64_t registers(const std::string& operands) {
    const std::size_t open = operands.find('{'), close = operands.find('}');
    if (open == std::string::npos || close == std::string::npos) return 0;
    const std::string list = operands.substr(open + 1, close - open - 1);
    const std::size_t dash = list.find('-');
    if (dash == std::string::npos)
        return 1 + static_cast<std::uint64_t>(std::count(list.begin(), list.end(), ','));
    const long first = std::strtol(list.c_str() + 1, nullptr, 10);
    const long last = std::strtol(list.c_str() + dash + 2, nullptr, 10);
    return static_cast<std::uint64_t>(std::max(last - first + 1, 0L));
}

bool lists_registers_at_stack(const Instruction& i) {
    return i.mnemonic == "push" || (i.mnemonic == "stmdb" && starts_with(i.operands, "sp!"));
}

// Adds what one instruction puts on the stack, or notes that it cannot be told.
void count_stack(const Instruction& i, const std::string& line, Frame& frame) {
    const std::string& x = i.operands;
    if (lists_registers_at_stack(i)) {
        frame.bytes += 4 * registers(x);
    } else if (i.mnemonic == "vpush") {
        frame.bytes += (x.find('d') != std::string::npos ? 8 : 4) * registers(x);
    } else if (starts_with(i.mnemonic, "st") && x.find("[sp, #-") != std::string::npos) {
        frame.bytes += static_cast<std::uint64_t>(number_after(x, "[sp, #-"));
    } else if (starts_with(i.mnemonic, "sub") && starts_with(x, "sp, ")) {
        const std::int64_t bytes = number_after(x, "#");
        if (bytes <= 0) frame.unknown = line;
        frame.bytes += static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0));
    } else if (starts_with(i.mnemonic, "add") && starts_with(x, "sp,sp,")) {
        const std::int64_t bytes = number_after(x, "sp,sp,");
        if (bytes == 0) frame.unknown = line;
        frame.bytes += static_cast<std::uint64_t>(std::max<std::int64_t>(-bytes, 0));
    } else if (starts_with(i.mnemonic, "add") && starts_with(x, "sp, ")) {
        if (number_after(x, "#") <= 0) frame.unknown = line;
    } else if (starts_with(x, "sp,") && x != "sp,sp" && (i.mnemonic == "mov" || i.mnemonic == "mv")) {
        frame.unknown = line;
    }
}

// The function that a branch leads to; empty: none, or within the same one.
std::string target_of(const Instruction& i, const std::string& function) {
    const bool branches = i.mnemonic[0] == 'b' || i.mnemonic[0] == 'j' || starts_with(i.mnemonic, "cb") ||
                          i.mnemonic == "call" || i.mnemonic == "tail" || i.mnemonic == "le";
    const std::size_t open = i.operands.rfind('<'), close = i.operands.rfind('>');
    if (!branches || open == std::string::npos || close == std::string::npos) return {};
    std::string name = i.operands.substr(open + 1, close - open - 1);
    name.resize(std::min(name.size(), name.find("+0x")));
    return name == function ? std::string() : name;
}

bool calls_through_pointer(const Instruction& i) {
    if (i.mnemonic == "blx") return i.operands.find('<') == std::string::npos;
    if (i.mnemonic == "bx") return !starts_with(i.operands, "lr");
    const bool jumps = i.mnemonic == "jalr" || i.mnemonic == "jr";
    return jumps && i.operands.find('<') == std::string::npos && i.operands.find("ra") != 0;
}

void add_instruction(const std::string& line, const std::string& function, Frame& frame) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) return;
    const std::size_t next = line.find('\t', tab + 1);
    Instruction i{line.substr(tab + 1, next - tab - 1),
                  next == std::string::npos ? std::string() : line.substr(next + 1)};
    if (i.mnemonic.empty() || i.mnemonic[0] == '.') return;
    for (const char* width : {".n", ".w"})
        if (const std::size_t at = i.mnemonic.rfind(width);
            at != std::string::npos && at + 2 == i.mnemonic.size())
            i.mnemonic.resize(at);
    count_stack(i, line, frame);
    if (std::string target = target_of(i, function); !target.empty()) frame.calls.insert(std::move(target));
    if (calls_through_pointer(i)) frame.unknown = line;
}

struct Search {
    const std::map<std::string, Frame>& frames;
    std::map<std::string, StackUse> known{};
    std::set<std::string> open{};

    const StackUse& from(const std::string& function) {
        if (const auto at = known.find(function); at != known.end()) return at->second;
        if (!open.insert(function).second) fail(function, "calls itself");
        StackUse use;
        const auto frame = frames.find(function);
        if (frame != frames.end()) {
            if (!frame->second.unknown.empty())
                fail(function, "its stack cannot be read off the instruction" + frame->second.unknown);
            for (const std::string& callee : frame->second.calls)
                if (const StackUse& inner = from(callee); inner.bytes > use.bytes) use = inner;
            use.bytes += frame->second.bytes;
        }
        use.path.insert(use.path.begin(), function);
        open.erase(function);
        return known[function] = std::move(use);
    }
};

}  // namespace

std::map<std::string, Frame> frames_of(const std::string& text) {
    std::map<std::string, Frame> frames;
    std::string function;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t open = line.find('<');
        if (!line.empty() && line[0] != ' ' && line.back() == ':' && open != std::string::npos &&
            line.find('\t') == std::string::npos)
            function = line.substr(open + 1, line.size() - open - 3);
        else if (!function.empty())
            add_instruction(line, function, frames[function]);
    }
    return frames;
}

StackUse deepest(const std::map<std::string, Frame>& frames) {
    Search search{frames};
    StackUse most;
    for (const auto& [function, frame] : frames)
        if (const StackUse& use = search.from(function); use.bytes > most.bytes) most = use;
    return most;
}

StackUse stack_use(const Firmware& firmware, const std::string& image) {
    const std::filesystem::path& folder = firmware.folder.path();
    const std::filesystem::path log = folder / "disassembly.log";
    const ProcessResult result = run_process({firmware.board.tools + "objdump", "-d", "--no-show-raw-insn",
                                              (folder / "build" / (image + ".elf")).string()},
                                             folder, log, limit);
    if (result.exit_code != 0 || result.signal != 0 || result.timed_out)
        fail(image, "the image cannot be disassembled");
    return deepest(frames_of(read_file(log.string())));
}

}  // namespace synfire::hil
