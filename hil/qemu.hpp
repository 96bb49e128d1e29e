// Firmware on a simulated board: builds a compiled directory with its own CMakeLists.txt, runs the image in
// QEMU and returns what it recorded. The compiled directory is not modified.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "hil/line.hpp"
#include "hil/process.hpp"

namespace synfire::hil {

// What the host needs for a board; what the board needs is in ports/<name>/board.cmake of a compiled
// directory.
struct Board {
    std::string name;
    std::string core;
    std::string tools;  // prefix of the cross compiler's programs
    std::string tools_package;
    std::string simulator;
    std::string simulator_package;
};

const std::vector<Board>& boards();

// Why firmware for the board cannot be built or run on this host (what to install); empty: it can. For tests
// that skip and say so.
std::string missing_tools(const Board& board);

// A built directory; lives in a scratch folder that is removed with this object.
struct Firmware {
    Board board;
    ScratchFolder folder;
    std::vector<std::string> simulator;  // command line up to the image
};

// Builds the images that are named; the smallest complete one and the recording one. Throws InputError:
// unknown board, compiler, CMake or build program missing, not a compiled directory, errors of the build (for
// example an image that does not fit the board's memory).
Firmware build_firmware(const std::filesystem::path& compiled, const std::string& board,
                        const std::vector<std::string>& images = {"example", "record"});

// Runs packed inputs (hil/record.hpp) and returns the record's bytes. Throws InputError: simulator missing, a
// crash or refusal of the firmware with its exit code, time-out, no record.
std::string run_firmware(const Firmware& firmware, const std::string& packed_inputs,
                         std::chrono::milliseconds limit);

// The image `serial` of built firmware, running in the simulator, and the board's serial line.
struct Simulation {
    Child simulator;
    Line line;
};

// The simulator counts time in instructions, one every 2^icount_shift(board) ns. Throws InputError: simulator
// missing.
Simulation start_simulation(const Firmware& firmware);
unsigned icount_shift(const Board& board);

// Bytes of the smallest complete image: start-up code, engine, tables and one state.
struct ImageSize {
    std::uint64_t code = 0;        // flash: vectors, start-up, engine, constants of the compiler
    std::uint64_t tables = 0;      // flash: everything per neuron and population but weights
    std::uint64_t weights = 0;     // flash
    std::uint64_t data = 0;        // flash and RAM: initialized variables
    std::uint64_t bss = 0;         // RAM: state; the stack is not counted
    std::uint64_t stack_room = 0;  // RAM that is left

    std::uint64_t flash() const { return code + tables + weights + data; }
    std::uint64_t ram() const { return data + bss; }
};

ImageSize image_size(const Firmware& firmware, const std::string& image = "example");

}  // namespace synfire::hil
