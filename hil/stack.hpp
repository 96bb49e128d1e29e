// How deep the stack of an image can get, read off its instructions: every push and every subtraction from
// the stack pointer counts, on the deepest path of calls. Covers kernels in assembly and the compiler's own
// functions, which compilers' reports leave out.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "hil/qemu.hpp"

namespace synfire::hil {

// What one function does to the stack.
struct Frame {
    std::uint64_t bytes = 0;  // of all its pushes together
    std::set<std::string> calls;
    std::string unknown;  // an instruction whose effect cannot be read; empty: none
};

// text: what objdump -d --no-show-raw-insn prints, for Arm or RISC-V.
std::map<std::string, Frame> frames_of(const std::string& text);

struct StackUse {
    std::uint64_t bytes = 0;        // an interrupt's own frame and what it calls come on top
    std::vector<std::string> path;  // functions of the deepest path, the outermost first
};

// Throws InputError: recursion, a call through a pointer, a frame of a size that is not constant.
StackUse deepest(const std::map<std::string, Frame>& frames);

StackUse stack_use(const Firmware& firmware, const std::string& image = "example");

}  // namespace synfire::hil
