// libhdf5 1.10 reads and writes outside its buffers on some damaged files, so it works in a child process,
// and what comes back from there is read with as little trust as the file itself.
#include "compiler/frontend/hdf5/tree.hpp"

#include <new>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "compiler/frontend/hdf5/isolate.hpp"
#include "compiler/frontend/hdf5/library.hpp"
#include "compiler/frontend/hdf5/limits.hpp"
#include "compiler/frontend/hdf5/tree_stream.hpp"
#include "compiler/support/report.hpp"

namespace synfire::hdf5 {
namespace {

constexpr const char* signature = "\x89HDF\r\n\x1a\n";  // the first 8 bytes

[[noreturn]] void fail(const std::string& file, const std::string& reason, const std::string& hint) {
    Diagnostic d;
    d.file = file;
    d.reason = reason;
    d.hint = hint;
    throw InputError(d);
}

// Of computing; a good file takes a hundredth of it.
unsigned seconds_for(std::size_t file_bytes) {
    return 10 + static_cast<unsigned>(file_bytes >> 20);
}

Answer answer_of(const Source& source, const Format& format, const Limits& limits) {
    try {
        return read_with_library(source, format, limits);
    } catch (const InputError& e) {
        return e.diagnostic;
    } catch (const InternalError& e) {
        return Mistake{e.what()};
    } catch (const std::bad_alloc&) {
        return NoMemory{};
    }
}

}  // namespace

Tree read_tree(const Source& source, const Format& format) {
    if (source.bytes.compare(0, 8, signature) != 0)
        fail(source.path,
             source.bytes.empty() ? "is empty" : "is not an HDF5 file, as " + format.name + " files are",
             format.hint);
    const Limits limits = limits_of(source.bytes.size());
    const unsigned seconds = seconds_for(source.bytes.size());
    std::optional<Answer> answer;
    Ending ending = Ending::failed;
    try {
        ending = isolate(
            seconds, [&](const Put& put) { write_answer(answer_of(source, format, limits), put); },
            [&](const Get& get) { return (answer = read_answer(get, limits)).has_value(); });
    } catch (const std::system_error& e) {
        fail(source.path, "cannot be read: no process can be started for it: " + e.code().message(),
             "end other programs, or raise the limits on processes, open files and memory");
    }
    if (ending == Ending::out_of_time)
        fail(source.path, fmt::format("damaged: the HDF5 library was not done with it after {} s", seconds),
             "export or copy the file again");
    if (!answer) fail(source.path, "damaged: the HDF5 library failed on it", "export or copy the file again");
    if (Diagnostic* refusal = std::get_if<Diagnostic>(&*answer)) {
        refusal->file = source.path;
        throw InputError(std::move(*refusal));
    }
    if (const Mistake* mistake = std::get_if<Mistake>(&*answer)) throw InternalError(mistake->what);
    if (std::holds_alternative<NoMemory>(*answer)) throw std::bad_alloc();
    return std::get<Tree>(std::move(*answer));
}

}  // namespace synfire::hdf5
