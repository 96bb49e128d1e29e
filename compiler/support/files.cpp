// Whole-file reading and writing with std::filesystem; results are renamed into place.
#include "compiler/support/files.hpp"

#include <fstream>
#include <system_error>

#include "compiler/support/report.hpp"

namespace synfire {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& file, const std::string& reason, const std::string& hint) {
    Diagnostic d;
    d.file = file;
    d.reason = reason;
    d.hint = hint;
    throw InputError(d);
}

void write_bytes(const fs::path& path, const std::string& bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out) fail(path.string(), "cannot be written", "is the disk full, or the folder write-protected?");
}

// A name next to the target that no finished result uses.
fs::path partial(const fs::path& path) {
    fs::path name = path;
    name += ".partial";
    return name;
}

void make_parent(const fs::path& path) {
    std::error_code error;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    if (error)
        fail(path.parent_path().string(), "cannot be created: " + error.message(),
             "choose another output folder");
}

void rename_into_place(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::rename(from, to, error);
    if (!error) return;
    const std::string reason = "cannot be put in place: " + error.message();
    fs::remove_all(from, error);
    fail(to.string(), reason, "choose another output path");
}

// A link, device or pipe (/dev/stdout, /dev/null) is written to, not replaced by a file.
bool is_written_through(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(path, error);
    return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

}  // namespace

std::string read_file(const std::string& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) fail(path, "no such file", "check the path");
    if (fs::is_directory(status)) fail(path, "is a folder, not a file", "name a file inside it");
    const std::uintmax_t size = fs::file_size(path, error);
    if (error) fail(path, "is not a regular file: " + error.message(), "copy it to a regular file first");
    if (size > max_file_bytes)
        fail(path, "has " + std::to_string(size) + " bytes",
             "files up to " + std::to_string(max_file_bytes) + " bytes are read");
    std::string bytes(size, '\0');
    std::ifstream in(path, std::ios::binary);
    in.read(bytes.data(), static_cast<std::streamsize>(size));
    if (!in) fail(path, "cannot be read", "check its permissions");
    return bytes;
}

void write_file(const fs::path& path, const std::string& bytes) {
    make_parent(path);
    if (is_written_through(path)) return write_bytes(path, bytes);
    write_bytes(partial(path), bytes);
    rename_into_place(partial(path), path);
}

void write_artifacts(const fs::path& folder, const Artifacts& artifacts) {
    std::error_code error;
    if (fs::exists(folder, error) && !fs::is_directory(folder, error))
        fail(folder.string(), "is a file, not a folder", "choose another output folder");
    if (fs::exists(folder, error)) {
        for (const auto& [name, bytes] : artifacts) write_file(folder / name, bytes);
        return;
    }
    const fs::path target = folder.has_filename() ? folder : folder.parent_path();
    const fs::path staging = partial(target);
    fs::remove_all(staging, error);
    try {
        make_parent(target);
        for (const auto& [name, bytes] : artifacts) {
            make_parent(staging / name);
            write_bytes(staging / name, bytes);
        }
    } catch (...) {
        fs::remove_all(staging, error);
        throw;
    }
    rename_into_place(staging, target);
}

fs::path path_inside(const fs::path& folder, const std::string& name) {
    const std::string hint = "name a file beside the model, without '..' or a leading '/'";
    const fs::path relative(name);
    if (name.empty() || relative.is_absolute()) fail(name, "is not a relative path", hint);
    std::error_code error;
    const fs::path root = fs::weakly_canonical(folder.empty() ? fs::path(".") : folder, error);
    if (error) fail(folder.string(), "cannot be resolved: " + error.message(), "check the path");
    const fs::path resolved = fs::weakly_canonical(root / relative, error);
    if (error) fail(name, "cannot be resolved: " + error.message(), hint);
    const fs::path inside = resolved.lexically_relative(root);
    if (inside.empty() || *inside.begin() == "..") fail(name, "leaves the folder of the model", hint);
    return resolved;
}

}  // namespace synfire
