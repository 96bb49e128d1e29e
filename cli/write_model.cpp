#include "cli/write_model.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "compiler/frontend/json/write_json.hpp"
#include "compiler/frontend/nir/write_nir.hpp"
#include "compiler/support/files.hpp"

namespace synfire::cli {
namespace {

constexpr double usual_dt = 1e-4;  // s, that NIR's users agree on

WrittenModel write_json_model(const Network& network, const std::filesystem::path& path, bool keep_seeds,
                              Report& report) {
    const std::filesystem::path arrays = std::filesystem::path(path).replace_extension(".safetensors");
    const JsonFiles files =
        write_json(network, {path.string(), arrays.filename().string(), keep_seeds}, report);
    if (!files.arrays.empty()) write_file(arrays, files.arrays);
    write_file(path, files.model);
    const std::string stored =
        files.arrays.empty()
            ? ""
            : fmt::format(", arrays in {}: {} bytes", arrays.filename().string(), files.arrays.size());
    return {fmt::format("{}: {} bytes{}\n", path.string(), files.model.size(), stored), ""};
}

}  // namespace

void check_writable(const std::string& path) {
    const std::string extension = std::filesystem::path(path).extension().string();
    if (extension == ".json" || extension == ".nir") return;
    Diagnostic d;
    d.file = path;
    d.reason = "is not a format that can be written";
    d.expected = ".json or .nir";
    d.hint = "name the output X.json or X.nir";
    throw InputError(d);
}

WrittenModel write_model(const Network& network, const std::string& path, double dt, bool keep_seeds,
                         Report& report) {
    check_writable(path);
    if (std::filesystem::path(path).extension() == ".json")
        return write_json_model(network, path, keep_seeds, report);
    const NirFile file = write_nir(network, dt > 0 ? dt : usual_dt, path, report);
    write_file(path, file.bytes);
    return {fmt::format("{}: read it with {}\n", path, file.options), file.options};
}

}  // namespace synfire::cli
