// synfire size DIR --board BOARD: what the smallest complete image of a compiled network takes of a board,
// byte by byte: flash, RAM and the deepest stack.
#include <memory>

#include <fmt/format.h>

#include "cli/common.hpp"
#include "cli/identity.hpp"
#include "hil/qemu.hpp"
#include "hil/stack.hpp"

namespace synfire::cli {
namespace {

struct Options {
    std::string model;
    std::string board;
};

void require_room(const hil::ImageSize& size, const hil::StackUse& stack, const Options& options) {
    if (stack.bytes <= size.stack_room) return;
    Diagnostic d;
    d.file = options.model;
    d.node = "'" + options.board + "' (board)";
    d.reason = fmt::format("the stack needs {} bytes, {} are left", stack.bytes, size.stack_room);
    d.expected = "state and stack in the board's RAM";
    d.hint = "use a smaller network";
    throw InputError(d);
}

Outcome size_command(const Options& options, Report& report) {
    const Model model = load_model(options.model, {}, report);
    require_firmware(model);
    const hil::Firmware firmware = hil::build_firmware(options.model, options.board, {"example"});
    const hil::ImageSize size = hil::image_size(firmware);
    const hil::StackUse stack = hil::stack_use(firmware);
    require_room(size, stack, options);
    Outcome outcome;
    outcome.text = fmt::format(
        "smallest complete image on {} ({})\n"
        "flash {:>8} bytes: {} of weights, {} of tables, {} of code with vectors and start-up\n"
        "RAM   {:>8} bytes: {} of state and variables, {} of stack at most; {} are left\n",
        options.board, firmware.board.core, size.flash(), size.weights, size.tables, size.code + size.data,
        size.ram() + stack.bytes, size.ram(), stack.bytes, size.stack_room - stack.bytes);
    outcome.json = {
        {"board", options.board},
        {"core", firmware.board.core},
        {"flash",
         {{"weights", size.weights}, {"tables", size.tables}, {"code", size.code}, {"data", size.data}}},
        {"ram", {{"state", size.ram()}, {"stack", stack.bytes}, {"left", size.stack_room - stack.bytes}}},
        {"deepest_calls", stack.path}};
    return outcome;
}

}  // namespace

Command add_size(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("size", "Flash, RAM and stack of a compiled network on a board");
    command->add_option("DIR", options->model, "Compiled directory")->required();
    command->add_option("--board", options->board, "Board, a folder in DIR/ports")->required();
    return [options](const Common&, Report& report) { return size_command(*options, report); };
}

}  // namespace synfire::cli
