// What a child process found in an HDF5 file, as bytes for the same program on the same machine.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "compiler/frontend/hdf5/isolate.hpp"
#include "compiler/frontend/hdf5/limits.hpp"
#include "compiler/frontend/hdf5/tree.hpp"
#include "compiler/support/report.hpp"

namespace synfire::hdf5 {

// Ours, not the file's.
struct Mistake {
    std::string what;
};

struct NoMemory {};

// A Diagnostic: the file was refused.
using Answer = std::variant<Tree, Diagnostic, Mistake, NoMemory>;

// Gives up the arrays of a tree as they are written, so that they are not in memory twice.
void write_answer(Answer answer, const Put& put);

// Nothing where the bytes are no answer or it exceeds the limits. The file's name in a diagnostic is left
// out.
std::optional<Answer> read_answer(const Get& get, const Limits& limits);

}  // namespace synfire::hdf5
