// Reading model files and writing results: whole files, bounded, and never half written.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace synfire {

// Path and bytes of a model file. path is as the user wrote it and is what messages name.
struct Source {
    std::string path;
    std::string bytes;
};

// File name (may contain '/') -> bytes. What a target emits; only the command line writes it to disk.
using Artifacts = std::map<std::string, std::string>;

// Files larger than this are refused (2 GiB; protobuf has the same limit).
inline constexpr std::uintmax_t max_file_bytes = std::uintmax_t{1} << 31;

// Throws InputError: missing, a folder, unreadable, or larger than max_file_bytes.
std::string read_file(const std::string& path);

// Writes next to the target and renames, so that a reader never sees half a file. Throws InputError.
void write_file(const std::filesystem::path& path, const std::string& bytes);

// Writes all artifacts into a folder. A new folder appears complete or not at all; in an existing folder the
// files named in artifacts are replaced and others are left alone. Throws InputError.
void write_artifacts(const std::filesystem::path& folder, const Artifacts& artifacts);

// Resolves name inside folder; throws InputError where it is absolute or leaves the folder (links included).
std::filesystem::path path_inside(const std::filesystem::path& folder, const std::string& name);

}  // namespace synfire
