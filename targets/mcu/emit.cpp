// The compiled directory: fixed files from firmware/ and runtime/, and the printed tables.
#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "compiler/quantize/fingerprint.hpp"
#include "compiler/support/report.hpp"
#include "targets/mcu/drives.hpp"
#include "targets/mcu/embedded_files.hpp"
#include "targets/mcu/kernels.hpp"
#include "targets/mcu/lower.hpp"
#include "targets/mcu/mcu.hpp"
#include "targets/mcu/overlay.hpp"
#include "targets/mcu/print_tables.hpp"
#include "targets/mcu/print_values.hpp"
#include "targets/mcu/print_views.hpp"

namespace synfire::mcu {
namespace {

using Names = std::map<std::string, std::string>;

// Replaces every @KEY@.
std::string substitute(std::string_view text, const Names& names) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t open = text.find('@', at);
        result += text.substr(at, open - at);
        if (open == std::string_view::npos) break;
        const std::size_t close = text.find('@', open + 1);
        if (close == std::string_view::npos) SYNFIRE_BUG("a lone @ in a template");
        const auto value = names.find(std::string(text.substr(open + 1, close - open - 1)));
        if (value == names.end()) SYNFIRE_BUG("an unknown name in a template");
        result += value->second;
        at = close + 1;
    }
    return result;
}

// For Kconfig.
std::string upper(std::string name) {
    for (char& c : name)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return name;
}

// The files of kernels that the network calls.
std::vector<std::string> kernels_of(const Tables& tables, const KernelFamily* family) {
    std::vector<std::string> sources;
    if (family == nullptr) return sources;
    if (tables.lanes) sources.push_back(family->source);
    if (any_fused(tables)) sources.push_back(family->fused_source);
    return sources;
}

Names names_of(const Tables& tables, const std::string& name, const KernelFamily* family) {
    std::size_t inputs = 0;
    for (std::size_t n : tables.inputs) inputs += n;
    // An array has at least one element, also where the network does not need it.
    const auto length = [](std::size_t n) { return std::to_string(std::max<std::size_t>(n, 1)); };
    std::string kernels;
    for (const std::string& source : kernels_of(tables, family))
        kernels += fmt::format("        <file category=\"sourceCpp\" name=\"src/{}\"/>\n", source);
    return {{"NAME", name},
            {"UPPER_NAME", upper(name)},
            {"KERNEL_OF_PACK", kernels},
            {"ROWS", length(tables.rows)},
            {"POTENTIAL", potential_bytes(tables.rules) == 2 ? "int16_t" : "int32_t"},
            {"LANE_SUMS", length(tables.lane_sums)},
            {"INPUTS", std::to_string(inputs)},
            {"ALL_INPUTS", std::to_string(inputs + tables.values.format.count)},
            {"INPUT_BYTES", length((inputs + 7) / 8)},
            {"NEURONS", length(tables.neurons)},
            {"OUTPUTS", std::to_string(tables.outputs.size())},
            {"FILTERED", length(tables.filtered)},
            {"WIDEST", length(tables.widest)},
            {"EVENTS", length(tables.events)},
            {"LISTS", length(tables.lists.size())},
            {"REFRACTORY", length(tables.refractory)}};
}

// What a host on a serial line knows the network by.
void add_identity(const IntNetwork& network, Names& names) {
    std::size_t bytes = 0;
    for (std::size_t o : network.outputs) {
        const IntPopulation& p = network.populations[o];
        bytes += p.spiking ? (neurons(p) + 7) / 8 : 4 * neurons(p);
    }
    names["OUTPUT_BYTES"] = std::to_string(bytes);
    names["FINGERPRINT"] = fmt::format("{:016x}", fingerprint(network));
}

constexpr std::string_view template_suffix = ".in";

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Everything that a firmware of the user's own compiles is in src/, the layout that package managers expect.
std::string emitted_path(std::string_view path) {
    constexpr std::string_view fixed = "targets/mcu/firmware/";
    if (path.substr(0, fixed.size()) == fixed) return std::string(path.substr(fixed.size()));
    return "src/" + std::string(path);
}

// Of rt::DrawnMatrix and rt::DrawnLaw where a pointer has four bytes.
constexpr std::size_t drawn_matrix_bytes = 32, drawn_law_bytes = 12;

// What the weights take, and what stands in for them.
void note_flash(const Tables& tables, Report& report) {
    std::size_t stored = 0, drawn = 0, bytes = 0, shared = 0;
    std::map<int, std::size_t> packed;  // connections of each width below a byte
    for (const ConnectionTable& c : tables.connections) {
        stored += flash_bytes(c);
        shared += c.convolution.has_value();
        if (!c.convolution && c.bits > 0 && c.bits < 8) ++packed[c.bits];
        if (!c.drawn) continue;
        drawn += c.inputs * c.outputs;
        bytes += drawn_matrix_bytes +
                 c.drawn->factor.values.size() * static_cast<std::size_t>(c.drawn->factor.bytes);
    }
    stored += weight_bytes(tables.values);
    for (const LawTable& law : tables.laws)
        bytes += drawn_law_bytes + 4 * law.table.size() + law.guide.size();
    Diagnostic d;
    d.field = "weights";
    d.reason = fmt::format("{} bytes of flash", stored);
    for (const auto& [bits, count] : packed)
        d.reason += fmt::format("; {} of {} connections have {} bits per weight", count,
                                tables.connections.size(), bits);
    if (shared > 0)
        d.reason += fmt::format("; {} of {} connections are convolutions, whose kernels are stored once",
                                shared, tables.connections.size());
    if (tables.drawn)
        d.reason += fmt::format(
            "; {} weights are drawn again whenever a neuron spikes, from {} bytes of seeds, factors and "
            "tables",
            drawn, bytes);
    if (tables.drawn || shared > 0 || !packed.empty()) report.note(d);
}

constexpr std::string_view values_readme = "targets/mcu/firmware/README.values.md.in",
                           values_sources = "targets/mcu/firmware/src/values.";

// Whether a file is for this network.
bool belongs(std::string_view path, const Tables& tables, const std::vector<std::string>& kernels) {
    if (path == values_readme) return false;
    if (path.substr(0, values_sources.size()) == values_sources) return tables.values.used();
    return !is_kernel(path) || path == tables.values.kernels ||
           std::find(kernels.begin(), kernels.end(), path) != kernels.end();
}

// What README.md says of inputs that are numbers.
std::string values_section(const Values& values, const Names& names) {
    for (const auto& [path, bytes] : embedded_files())
        if (values.used() && path == values_readme) return substitute(bytes, names);
    return {};
}

}  // namespace

Artifacts emit(const IntNetwork& network, const TargetOptions& options, Report& report) {
    check(network, options, report);
    report.stop_on_errors();
    const std::string name = identifier(network.name);
    Tables tables = lower(network, options.weights);
    const KernelFamily* const family = find_family(options.core);
    if (family != nullptr) use_kernels(network, *family, tables);
    if (options.complement) add_complements(tables);
    place_values(options.core, tables.values);
    choose_plain_drives(network, tables);
    overlay_buffers(tables);
    note_flash(tables, report);
    Names names = names_of(tables, name, family);
    add_identity(network, names);
    add_value_names(tables.values, name, names);
    names["VALUES_SECTION"] = values_section(tables.values, names);

    const std::vector<std::string> kernels = kernels_of(tables, family);
    Artifacts files;
    // In the order of paths, so that of a network named "model" the model.h that counts is the last.
    for (const auto& [path, bytes] : embedded_files()) {
        if (!belongs(path, tables, kernels)) continue;
        std::string to = emitted_path(path);
        const bool is_template = ends_with(to, template_suffix);
        if (is_template) to.resize(to.size() - template_suffix.size());
        files[substitute(to, names)] = is_template ? substitute(bytes, names) : std::string(bytes);
    }
    files["src/tables.hpp"] = print_tables_header(tables, name);
    files["src/tables.cpp"] = print_tables_source(tables, name);
    files["src/views.hpp"] = print_views(network, tables, name);
    return files;
}

}  // namespace synfire::mcu
