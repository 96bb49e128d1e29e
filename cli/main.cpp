// synfire: compiles spiking neural networks to Loihi and microcontrollers and proves that they stay the same
// network.
#include <cstdio>
#include <exception>
#include <iostream>
#include <utility>
#include <vector>

#include "cli/common.hpp"
#include "compiler/support/files.hpp"

namespace {

using namespace synfire;
using namespace synfire::cli;

void add_common_options(CLI::App& command, Common& common) {
    command.add_option("--json", common.json_file, "Write the result as JSON to this file");
    command
        .add_option("--diagnostics", common.diagnostics, "How errors and warnings are printed: text or json")
        ->check(CLI::IsMember({"text", "json"}));
    command.add_flag("--quiet", common.quiet, "Print errors and warnings only");
    command.add_option("--threads", common.threads, "Threads for batches (default, or 0: all cores)")
        ->check(CLI::Range(0U, 1024U));
}

void print_diagnostics(const Common& common, const Report& report) {
    if (common.diagnostics == "json") {
        std::cerr << to_json_text(report.diagnostics) << "\n";
        return;
    }
    for (const Diagnostic& d : report.diagnostics)
        if (!common.quiet || d.severity != Severity::note) std::cerr << to_text(d);
}

// Runs the chosen command; every way in which it can end becomes an exit code.
ExitCode run_command(const Command& command, const Common& common) {
    Report report;
    try {
        const Outcome outcome = command(common, report);
        print_diagnostics(common, report);
        if (!common.quiet) std::cout << outcome.text;
        if (!common.json_file.empty()) write_file(common.json_file, outcome.json.dump(2) + "\n");
        return outcome.code;
    } catch (const StageFailed&) {
        print_diagnostics(common, report);
        return bad_input;
    } catch (const InputError& e) {
        report.error(e.diagnostic);
        print_diagnostics(common, report);
        return bad_input;
    } catch (const std::bad_alloc&) {
        Diagnostic d;
        d.reason = "not enough memory";
        d.hint = "use fewer samples at a time or a smaller network";
        report.error(d);
        print_diagnostics(common, report);
        return bad_input;
    } catch (const std::exception& e) {
        std::cerr << "synfire: internal error: " << e.what()
                  << "\nThis is a bug in Synfire, not in your input.\n";
        return our_bug;
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "Compiles spiking neural networks to Loihi and microcontrollers and proves that they stay the same."};
    app.name("synfire");
    app.require_subcommand(1);
    app.set_version_flag("--version", SYNFIRE_VERSION);
    const std::vector<std::pair<const char*, Command (*)(CLI::App&)>> rows = {
        {"inspect", add_inspect}, {"compile", add_compile},     {"convert", add_convert},
        {"init", add_init},       {"propagate", add_propagate}, {"run", add_run},
        {"verify", add_verify},   {"evaluate", add_evaluate},   {"report", add_report},
        {"hil", add_hil},         {"size", add_size},           {"tune", add_tune}};
    std::vector<std::pair<CLI::App*, Command>> commands;
    Common common;
    for (const auto& [name, add] : rows) {
        Command command = add(app);
        CLI::App* subcommand = app.get_subcommand(name);
        add_common_options(*subcommand, common);
        commands.emplace_back(subcommand, std::move(command));
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? good : bad_input;
    }
    for (const auto& [subcommand, command] : commands)
        if (subcommand->parsed()) return run_command(command, common);
    return our_bug;
}
