// synfire convert MODEL -o X.nir: writes a model in another format.
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "cli/common.hpp"
#include "compiler/frontend/nir/write_nir.hpp"
#include "compiler/support/files.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    ReadFlags read;
    std::string output;
};

constexpr double usual_dt = 1e-4;  // s, that NIR's users agree on

Outcome convert(const Options& options, Report& report) {
    if (std::filesystem::path(options.output).extension() != ".nir") {
        Diagnostic d;
        d.file = options.output;
        d.reason = "is not a format that can be written";
        d.expected = ".nir";
        d.hint = "name the output X.nir";
        throw InputError(d);
    }
    ReadFlags read = options.read;
    if (std::filesystem::path(options.model).extension() != ".nir")
        read.dt = 0;  // then it is the output's step
    const Model model = load_model(options.model, read, report);
    const double dt = options.read.dt > 0 ? options.read.dt : usual_dt;
    const NirFile file = write_nir(model.network, dt, options.model, report);
    write_file(options.output, file.bytes);
    Outcome outcome;
    outcome.text = fmt::format("{}: read it with {}\n", options.output, file.options);
    outcome.json = {{"output", options.output}, {"options", file.options}, {"dt", dt}};
    return outcome;
}

}  // namespace

Command add_convert(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("convert", "Write a model in another format (.nir)");
    command->add_option("MODEL", options->model, "Model file or compiled directory")->required();
    command->add_option("-o,--output", options->output, "File to write")->required();
    add_read_flags(*command, options->read);
    return [options](const Common&, Report& report) { return convert(*options, report); };
}

}  // namespace synfire::cli
