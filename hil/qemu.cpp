// Boards, the build in a scratch folder, and what went wrong in the words of a user.
#include "hil/qemu.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"
#include "runtime/record_format.hpp"

namespace synfire::hil {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes build_limit{10};

[[noreturn]] void fail(std::string node, std::string reason, std::string expected, std::string hint) {
    Diagnostic d;
    d.node = std::move(node);
    d.reason = std::move(reason);
    d.expected = std::move(expected);
    d.hint = std::move(hint);
    throw InputError(std::move(d));
}

std::string quoted_board(const Board& board) {
    return "'" + board.name + "' (board)";
}

std::string install(const std::string& package) {
    return "on Debian and Ubuntu: apt install " + package;
}

void require_program(const Board& board, const std::string& program, const std::string& package) {
    if (find_program(program).empty())
        fail(quoted_board(board), "the program " + program + " was not found", program + " in PATH",
             install(package));
}

const Board& find_board(const std::string& name) {
    std::string known;
    for (const Board& board : boards()) {
        if (board.name == name) return board;
        known += (known.empty() ? "" : ", ") + board.name;
    }
    fail("'" + name + "' (board)", "unknown board", known, "choose one of these boards");
}

// The lines of a build log that say what went wrong.
std::string errors_of(const std::string& log) {
    std::string found;
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line) && found.size() < 2000;)
        if (line.find("error") != std::string::npos || line.find("overflowed") != std::string::npos ||
            line.find("Error") != std::string::npos)
            found += "\n    " + line;
    return found;
}

void build_step(const Board& board, const ScratchFolder& folder, const std::vector<std::string>& arguments) {
    const ProcessResult result =
        run_process(arguments, folder.path(), folder.path() / "build.log", build_limit);
    if (result.timed_out)
        fail(quoted_board(board), "the build took longer than 10 minutes", "", "use a faster host");
    if (result.exit_code == 0 && result.signal == 0) return;
    const bool too_large = result.output.find("overflowed by") != std::string::npos ||
                           result.output.find("will not fit in region") != std::string::npos;
    fail(quoted_board(board), "the firmware does not build:" + errors_of(result.output), "",
         too_large ? "the network does not fit the board's memory: use a smaller network or fewer weight bits"
                   : "run cmake in the compiled directory by hand to see the whole output");
}

std::string exit_reason(int code) {
    switch (static_cast<rt::FirmwareExit>(code)) {
        case rt::FirmwareExit::good:
            return "it ended without a record";
        case rt::FirmwareExit::no_input_file:
            return "it could not open the input file";
        case rt::FirmwareExit::wrong_input_header:
            return "the input has another size than the network's inputs";
        case rt::FirmwareExit::input_too_short:
            return "the input file ended early";
        case rt::FirmwareExit::cannot_write:
            return "it could not write its record";
        case rt::FirmwareExit::production_differs:
            return "the observed and the production build of the model disagree";
        case rt::FirmwareExit::fault:
            return "it crashed with a processor exception";
    }
    return "it ended with an unknown exit code";
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) lines.push_back(line);
    return lines;
}

// What one of the compiler's programs says of an image.
std::vector<std::string> ask_image(const Firmware& firmware, const std::string& program,
                                   const std::string& option, const std::string& image) {
    const fs::path& folder = firmware.folder.path();
    const fs::path log = folder / (program + ".log");
    const ProcessResult result =
        run_process({firmware.board.tools + program, option, (folder / "build" / (image + ".elf")).string()},
                    folder, log, build_limit);
    if (result.exit_code != 0 || result.signal != 0 || result.timed_out)
        fail(quoted_board(firmware.board), "the image's size cannot be read", "",
             install(firmware.board.tools_package));
    return lines_of(read_file(log.string()));
}

// Of a symbol that ports/link.ld defines.
std::uint64_t address_of(const std::vector<std::string>& symbols, const std::string& name) {
    for (const std::string& line : symbols) {
        std::istringstream words(line);
        std::uint64_t address = 0;
        char kind = 0;
        std::string symbol;
        if (words >> std::hex >> address >> kind >> symbol && symbol == name) return address;
    }
    SYNFIRE_BUG("an image without the symbols of link.ld");
}

}  // namespace

const std::vector<Board>& boards() {
    const auto arm = [](const char* name, const char* core) {
        return Board{name, core, "arm-none-eabi-", "gcc-arm-none-eabi", "qemu-system-arm", "qemu-system-arm"};
    };
    const auto riscv = [](const char* name, const char* core) {
        return Board{name,
                     core,
                     "riscv64-unknown-elf-",
                     "gcc-riscv64-unknown-elf",
                     "qemu-system-riscv32",
                     "qemu-system-misc"};
    };
    static const std::vector<Board> rows{
        arm("mps2-an386", "Cortex-M4"),  riscv("virt", "RV32IMC"),       arm("microbit", "Cortex-M0"),
        arm("mps2-an385", "Cortex-M3"),  arm("mps2-an500", "Cortex-M7"), arm("mps2-an505", "Cortex-M33"),
        arm("mps3-an547", "Cortex-M55"), riscv("sifive_e", "RV32IMAC"),
    };
    return rows;
}

std::string missing_tools(const Board& board) {
    const std::pair<std::string, std::string> needed[] = {{board.tools + "g++", board.tools_package},
                                                          {board.simulator, board.simulator_package},
                                                          {"cmake", "cmake"}};
    for (const auto& [program, package] : needed)
        if (find_program(program).empty()) return program + " was not found; " + install(package);
    if (find_program("ninja").empty() && find_program("make").empty())
        return "neither ninja nor make was found; " + install("ninja-build");
    return {};
}

Firmware build_firmware(const fs::path& compiled, const std::string& board_name,
                        const std::vector<std::string>& images) {
    const Board& board = find_board(board_name);
    require_program(board, board.tools + "g++", board.tools_package);
    require_program(board, "cmake", "cmake");
    const bool ninja = !find_program("ninja").empty();
    if (!ninja) require_program(board, "make", "ninja-build");
    std::error_code ignored;
    if (!fs::is_regular_file(compiled / "ports" / board.name / "board.cmake", ignored))
        fail("'" + compiled.string() + "' (directory)", "there is no firmware for " + board.name + " in it",
             "a directory written by 'synfire compile --target mcu'",
             "compile the model for --target mcu first");

    Firmware firmware{board, ScratchFolder(), {}};
    const fs::path build = firmware.folder.path() / "build";
    build_step(board, firmware.folder,
               {"cmake", "-S", fs::absolute(compiled).string(), "-B", build.string(), "-G",
                ninja ? "Ninja" : "Unix Makefiles", "-DSYNFIRE_BOARD=" + board.name});
    std::vector<std::string> command{"cmake", "--build", build.string(), "--target"};
    command.insert(command.end(), images.begin(), images.end());
    build_step(board, firmware.folder, command);
    firmware.simulator = lines_of(read_file((build / "simulator.txt").string()));
    if (firmware.simulator.empty())
        fail(quoted_board(board), "its board.cmake names no simulator", "board_simulator",
             "compile the model again; ports/ has been changed");
    return firmware;
}

std::string run_firmware(const Firmware& firmware, const std::string& packed_inputs,
                         std::chrono::milliseconds limit) {
    const Board& board = firmware.board;
    require_program(board, firmware.simulator.at(0), board.simulator_package);
    const fs::path& folder = firmware.folder.path();
    const fs::path record = folder / rt::record_file;
    std::error_code ignored;
    fs::remove(record, ignored);
    write_file(folder / rt::input_file, packed_inputs);
    std::vector<std::string> arguments = firmware.simulator;
    arguments.push_back((folder / "build" / "record.elf").string());
    const ProcessResult result = run_process(arguments, folder, folder / "simulator.log", limit);
    if (result.timed_out)
        fail(quoted_board(board), "the simulation took longer than " + std::to_string(limit.count()) + " ms",
             "", "simulate fewer samples or steps");
    if (result.signal != 0)
        fail(quoted_board(board), "the simulator was ended by signal " + std::to_string(result.signal), "",
             "run it by hand: " + firmware.simulator.at(0));
    if (result.exit_code != 0 || !fs::exists(record, ignored))
        fail(quoted_board(board),
             "the firmware stopped with exit code " + std::to_string(result.exit_code) + ": " +
                 exit_reason(result.exit_code) + (result.output.empty() ? "" : "\n    " + result.output),
             "exit code 0",
             "compile the model again; if it persists, the directory's sources have been changed");
    return read_file(record.string());
}

unsigned icount_shift(const Board& board) {
    // RISC-V's own counters count instructions then; the system timer of Arm's boards is too slow for less.
    return board.tools == "arm-none-eabi-" ? 6 : 0;
}

Simulation start_simulation(const Firmware& firmware) {
    const fs::path& folder = firmware.folder.path();
    require_program(firmware.board, firmware.board.simulator, firmware.board.simulator_package);
    std::vector<std::string> arguments = firmware.simulator;
    const auto serial = std::find(arguments.begin(), arguments.end(), "-serial");
    if (arguments.end() - serial < 2)
        fail(quoted_board(firmware.board), "its board.cmake has no -serial",
             "-serial none in board_simulator", "compile the model again; ports/ has been changed");
    serial[1] = "stdio";
    arguments.insert(serial, {"-icount", "shift=" + std::to_string(icount_shift(firmware.board))});
    arguments.push_back((folder / "build" / "serial.elf").string());
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) SYNFIRE_BUG("socketpair failed");
    Line line(ends[0], firmware.board.name);
    const Line other(ends[1], firmware.board.name);
    fcntl(ends[1], F_SETFL, fcntl(ends[1], F_GETFL) & ~O_NONBLOCK);
    return {start_process(arguments, folder, folder / "simulator.log", other.descriptor()), std::move(line)};
}

ImageSize image_size(const Firmware& firmware, const std::string& image) {
    ImageSize size;
    for (const std::string& line : ask_image(firmware, "size", "-A", image)) {
        std::istringstream words(line);
        std::string section;
        std::uint64_t bytes = 0;
        if (!(words >> section >> bytes)) continue;
        if (section == ".text" || section == ".rodata") size.code += bytes;
        if (section == ".tables") size.tables = bytes;
        if (section == ".weights") size.weights = bytes;
        if (section == ".data") size.data = bytes;
        if (section == ".bss") size.bss = bytes;
    }
    const std::vector<std::string> symbols = ask_image(firmware, "nm", "-g", image);
    size.stack_room = address_of(symbols, "stack_top") - address_of(symbols, "bss_end");
    return size;
}

}  // namespace synfire::hil
