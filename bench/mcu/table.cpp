// bench_mcu [--check COUNTS | --write COUNTS] [BOARD...]: exact instructions of one layer step on every
// board, in QEMU.
//
// For each board, two layers of leaky neurons with 8-bit weights and soft reset are emitted with the kernels
// of its core, built with bench/mcu/count.cpp and run; the table says what one more synaptic event and one
// neuron cost. Exit code 77: a cross compiler or QEMU is missing; 2: a count differs from the file by more
// than one percent.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "bench/mcu/images.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"
#include "hil/qemu.hpp"
#include "targets/mcu/kernels.hpp"
#include "targets/mcu/mcu.hpp"
#include "targets/mcu/memory.hpp"

namespace synfire {
namespace {

constexpr std::chrono::seconds limit{60};
constexpr int skipped = 77, differs = 2;
constexpr double most_synop_of_four_bits = 0.5;

struct Timer {
    std::string core;    // of --core
    int picoseconds;     // of SysTick; 0: RISC-V
    double most_synop;   // goals: instructions per synaptic event,
    double most_neuron;  // per neuron
    double least_ratio;  // and how many times fewer than CMSIS-NN's arm_fully_connected_s8, product alone
    int cmsis_256, cmsis_784;
};

// The counts of CMSIS-NN were taken with the same simulator and compilers (-Ofast); they do not depend on the
// input.
const std::map<std::string, Timer>& timers() {
    static const std::map<std::string, Timer> rows{
        {"microbit", {"cortex-m0", 62500, 1.40, 18, 27, 418758, 617974}},
        {"mps2-an385", {"cortex-m3", 40000, 1.02, 13, 20, 228713, 343596}},
        {"mps2-an386", {"cortex-m4", 40000, 0.76, 6.5, 20, 135652, 194634}},
        {"mps2-an500", {"cortex-m7", 40000, 0.76, 6.5, 20, 135652, 194634}},
        {"mps2-an505", {"cortex-m33", 50000, 0.76, 6.5, 20, 135957, 194794}},
        {"mps3-an547", {"cortex-m55", 31250, 0.32, 1.6, 14, 34108, 48830}},
        {"virt", {"rv32", 0, 1.40, 15, 24, 358732, 543777}},
    };
    return rows;
}

struct Layer {
    std::size_t inputs, outputs;
    std::int32_t threshold;  // about 3 % of the neurons spike with 10 % input
    int bits;                // of a weight; 4: on cores with kernels for nibbles
    int state_bits = 32;     // of a membrane; 16: on cores with kernels for whole layers
    bool bytes = false;      // weights of fewer bits in bytes
};

constexpr Layer layers[] = {{256, 256, 460, 8},          {784, 128, 900, 8},     {256, 256, 24, 4},
                            {256, 256, 24, 4, 32, true}, {256, 256, 460, 8, 16}, {784, 128, 900, 8, 16}};

// -127 .. 127, small ones more often.
std::int16_t weight(std::uint32_t k) {
    std::uint32_t x = k * 2654435761U;
    x ^= x >> 15;
    x *= 2246822519U;
    x ^= x >> 13;
    return static_cast<std::int16_t>(static_cast<int>(x & 127) + static_cast<int>((x >> 8) & 127) - 127);
}

IntNetwork network_of(const Layer& layer) {
    IntNetwork network;
    network.name = "bench";
    network.rules = rt::mcu_rules(12, static_cast<std::uint8_t>(layer.state_bits));
    network.inputs.push_back({"in", {layer.inputs}});
    // The second layer takes the first one's spikes, so that those are listed as rows.
    const std::size_t widths[] = {layer.inputs, layer.outputs, 16};
    for (std::size_t k = 0; k < 2; ++k) {
        IntPopulation p;
        p.name = "lif" + std::to_string(k);
        p.shape = {widths[k + 1]};
        p.decay_u = {4096};
        p.decay_v = {256};
        p.threshold = p.reset_amount = {layer.threshold};
        p.reset = rt::Reset::subtract_at_once;
        network.populations.push_back(p);
        IntConnection c;
        c.name = "fc" + std::to_string(k);
        c.source = {k == 0 ? Presynaptic::Kind::input : Presynaptic::Kind::population, 0};
        c.target = k;
        c.inputs = widths[k];
        c.outputs = widths[k + 1];
        for (std::size_t w = 0; w < c.inputs * c.outputs; ++w)
            c.weight.push_back(
                static_cast<std::int16_t>(weight(static_cast<std::uint32_t>(w)) >> (8 - layer.bits)));
        network.connections.push_back(c);
    }
    network.outputs = {1};
    return network;
}

struct Row {
    std::string kind;
    long input = 0, output = 0, instructions = 0;
};

std::vector<Row> count(const std::string& board, const Timer& timer, const IntNetwork& network,
                       WeightSource weights = WeightSource::flash) {
    const hil::ScratchFolder folder;
    const std::filesystem::path compiled = folder.path() / "bench";
    Report report;
    TargetOptions options;
    options.core = timer.core;
    options.weights = weights;
    Artifacts files = mcu::emit(network, options, report);
    files["firmware/count.cpp"] = read_file(SYNFIRE_SOURCE_DIR "/bench/mcu/count.cpp");
    // In place of the recording image, which holds too much for small boards.
    const std::string record = "add_image(record firmware/record.cpp)\n";
    std::string& build = files["CMakeLists.txt"];
    const std::size_t at = build.find(record);
    if (at == std::string::npos) SYNFIRE_BUG("the emitted CMakeLists.txt has no recording image");
    build.replace(at, record.size(),
                  fmt::format("add_image(count firmware/count.cpp)\n"
                              "target_compile_definitions(count PRIVATE BENCH_PICOSECONDS={})\n",
                              timer.picoseconds));
    write_artifacts(compiled, files);
    const hil::Firmware firmware = hil::build_firmware(compiled, board, {"count"});
    std::vector<std::string> arguments = firmware.simulator;
    arguments.push_back((firmware.folder.path() / "build" / "count.elf").string());
    arguments.insert(arguments.end(), {"-icount", timer.picoseconds == 0 ? "shift=0" : "shift=6"});
    const hil::ProcessResult result =
        hil::run_process(arguments, folder.path(), folder.path() / "log", limit);
    if (result.exit_code != 0 || result.timed_out || result.signal != 0)
        SYNFIRE_BUG("the counting firmware failed: " + result.output);
    std::vector<Row> rows;
    std::istringstream lines(result.output);
    for (Row row; lines >> row.kind >> row.input >> row.output >> row.instructions;) rows.push_back(row);
    if (rows.size() != 8) SYNFIRE_BUG("the counting firmware printed: " + result.output);
    return rows;
}

const char* variant_of(const Layer& layer) {
    return layer.state_bits == 16 ? " v 16" : layer.bytes ? " in bytes" : "";
}

const char* verdict(bool met) {
    return met ? "met" : "not met";
}

// The costs of a synaptic event and a neuron: rows 0 to 3 silent, 4 to 7 spiking, each with 5, 10, 30, 100 %
// input.
void print(const std::string& board, const Timer& timer, const Layer& layer, const std::vector<Row>& rows) {
    const auto neurons = static_cast<double>(layer.outputs);
    const double synop = static_cast<double>(rows[3].instructions - rows[0].instructions) /
                         (static_cast<double>(rows[3].input - rows[0].input) * neurons);
    const Row& tenth = rows[5];
    const double neuron =
        (static_cast<double>(tenth.instructions) - synop * static_cast<double>(tenth.input) * neurons) /
        neurons;
    const bool small = layer.bits == 4 && mcu::find_family(timer.core)->byte_sums;
    const double most_synop = small ? most_synop_of_four_bits : timer.most_synop;
    const double ratio =
        (layer.inputs == 256 ? timer.cmsis_256 : timer.cmsis_784) / static_cast<double>(tenth.instructions);
    fmt::print(
        "{:<11} {:<11} {:>3}->{:<3} {} bit{} {:>7.4f} ({:.2f} {}) {:>7.2f} ({} {}) {:>8} {:>5} {:>6.1f}x "
        "({}x "
        "{})  ",
        board, timer.core, layer.inputs, layer.outputs, layer.bits, variant_of(layer), synop, most_synop,
        verdict(synop < most_synop + 0.005), neuron, timer.most_neuron, verdict(neuron <= timer.most_neuron),
        tenth.instructions, tenth.output, ratio, timer.least_ratio, verdict(ratio >= timer.least_ratio));
    for (std::size_t k = 4; k < 8; ++k)
        fmt::print(" {:.2f}", static_cast<double>(rows[k].instructions) /
                                  (static_cast<double>(rows[k].input) * neurons));
    fmt::print("\n");
    std::fflush(stdout);
}

std::string key(const std::string& board, const Layer& layer, const Row& row) {
    return fmt::format("{} {}->{} {} bits{} {} {}", board, layer.inputs, layer.outputs, layer.bits,
                       variant_of(layer), row.kind, row.input);
}

// Boards whose code differs; their layers of images have no kernels of the core.
const std::vector<std::string> boards_of_images{"microbit", "mps2-an385", "mps2-an386", "virt"};

// The same layer with its kernel stored once, and with every synapse by itself.
void count_images(const std::string& board, const Timer& timer, std::map<std::string, long>& counts) {
    if (std::find(boards_of_images.begin(), boards_of_images.end(), board) == boards_of_images.end()) return;
    for (const ImageLayer& layer : image_layers(board))
        for (const bool shared : {true, false}) {
            const IntNetwork network = network_of(layer, shared);
            const std::vector<Row> rows = count(board, timer, network);
            const double synapses_per_spike =
                static_cast<double>(synapses(network)) / static_cast<double>(neurons(network.inputs[0]));
            const char* const form = shared ? "shared" : "one by one";
            fmt::print(
                "{:<11} {:<11} {:<27} {:<10} {:>7.3f} per synaptic event, {:>8} in one step, {:>7} "
                "bytes of flash\n",
                board, timer.core, layer.name, form,
                static_cast<double>(rows[3].instructions - rows[0].instructions) /
                    (static_cast<double>(rows[3].input - rows[0].input) * synapses_per_spike),
                rows[5].instructions, mcu::memory_of(network).weights);
            std::fflush(stdout);
            for (const Row& row : rows)
                counts[fmt::format("{} {} {} {} {}", board, layer.name, form, row.kind, row.input)] =
                    row.instructions;
        }
}

// Lines "board layer kind input_spikes instructions".
std::map<std::string, long> read_counts(const std::string& path) {
    std::map<std::string, long> counts;
    std::istringstream lines(read_file(path));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t space = line.rfind(' ');
        if (line.empty() || line[0] == '#' || space == std::string::npos) continue;
        counts[line.substr(0, space)] = std::stol(line.substr(space + 1));
    }
    return counts;
}

int compare(const std::map<std::string, long>& expected, const std::map<std::string, long>& actual) {
    int result = 0;
    for (const auto& [name, instructions] : actual) {
        const auto pinned = expected.find(name);
        if (pinned != expected.end() && std::abs(instructions - pinned->second) * 100 <= pinned->second)
            continue;
        fmt::print("{}: {} instructions, {} expected\n", name, instructions,
                   pinned == expected.end() ? std::string("none") : std::to_string(pinned->second));
        result = differs;
    }
    return result;
}

int run(const std::vector<std::string>& arguments) {
    std::string check, write;
    std::vector<std::string> boards;
    for (std::size_t k = 0; k < arguments.size(); ++k) {
        if (arguments[k] == "--check" && k + 1 < arguments.size())
            check = arguments[++k];
        else if (arguments[k] == "--write" && k + 1 < arguments.size())
            write = arguments[++k];
        else
            boards.push_back(arguments[k]);
    }
    if (boards.empty())
        for (const auto& [board, timer] : timers()) boards.push_back(board);
    fmt::print(
        "instructions  per synaptic event (goal), per neuron with its list (goal), one step with 10 % input "
        "and how "
        "many\nneurons spike, times fewer than CMSIS-NN (goal), per synaptic event all included at 5, 10, "
        "30, 100 %\n");
    std::map<std::string, long> counts;
    for (const hil::Board& board : hil::boards()) {
        if (std::find(boards.begin(), boards.end(), board.name) == boards.end() ||
            timers().count(board.name) == 0)
            continue;
        if (const std::string missing = hil::missing_tools(board); !missing.empty()) {
            fmt::print("skipped: {}\n", missing);
            return skipped;
        }
        const Timer& timer = timers().at(board.name);
        for (const Layer& layer : layers) {
            const mcu::KernelFamily& family = *mcu::find_family(timer.core);
            if (layer.bits == 4 && !layer.bytes && !family.nibbles) continue;
            if (layer.state_bits == 16 && family.fused_source.empty()) continue;
            const std::vector<Row> rows = count(board.name, timer, network_of(layer),
                                                layer.bytes ? WeightSource::bytes : WeightSource::flash);
            print(board.name, timer, layer, rows);
            for (const Row& row : rows) counts[key(board.name, layer, row)] = row.instructions;
        }
        count_images(board.name, timer, counts);
    }
    if (!write.empty()) {
        std::string text =
            "# Instructions of one layer step: board, layer, membranes, input spikes. Written by bench_mcu "
            "--write.\n";
        for (const auto& [name, instructions] : counts) text += fmt::format("{} {}\n", name, instructions);
        write_file(write, text);
    }
    return check.empty() ? 0 : compare(read_counts(check), counts);
}

}  // namespace
}  // namespace synfire

int main(int argc, char** argv) {
    try {
        return synfire::run({argv + 1, argv + argc});
    } catch (const synfire::InputError& error) {
        fmt::print("{}", synfire::to_text(error.diagnostic));
    } catch (const std::exception& error) {
        fmt::print("{}\n", error.what());
    }
    return 1;
}
