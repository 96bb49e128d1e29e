// synfire convert MODEL -o X.nir|X.json: writes a model in another format.
#include <filesystem>
#include <memory>

#include "cli/common.hpp"
#include "cli/write_model.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    ReadFlags read;
    std::string output;
};

Outcome convert(const Options& options, Report& report) {
    check_writable(options.output);
    ReadFlags read = options.read;
    if (std::filesystem::path(options.model).extension() != ".nir")
        read.dt = 0;  // then it is the output's step
    const Model model = load_model(options.model, read, report);
    Outcome outcome;
    const WrittenModel written = write_model(model.network, options.output, options.read.dt, false, report);
    outcome.text = written.text;
    outcome.json = {{"output", options.output}, {"options", written.options}};
    return outcome;
}

}  // namespace

Command add_convert(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("convert", "Write a model in another format (.nir or .json)");
    command->add_option("MODEL", options->model, "Model file or compiled directory")->required();
    command->add_option("-o,--output", options->output, "File to write")->required();
    add_read_flags(*command, options->read);
    return [options](const Common&, Report& report) { return convert(*options, report); };
}

}  // namespace synfire::cli
