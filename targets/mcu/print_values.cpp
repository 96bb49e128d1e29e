// Names of tables by index, as in print_tables.cpp.
#include "targets/mcu/print_values.hpp"

#include <algorithm>

#include "targets/mcu/print_arrays.hpp"

namespace synfire::mcu {
namespace {

template <class Holds>
bool any(const Values& values, Holds holds) {
    return std::any_of(values.connections.begin(), values.connections.end(), holds);
}

const char* level_type(std::size_t bytes, bool is_signed) {
    return bytes == 2 ? "int16_t" : is_signed ? "int8_t" : "uint8_t";
}

// A list for the two interfaces: of ranges, or of the largest levels.
template <class Of>
Text listed(const Values& values, Of of) {
    Text text;
    for (const ValueInputTable& input : values.inputs)
        text += (text.empty() ? "" : ", ") + fmt::format("{}", of(input));
    return text;
}

void add_one(Text& text, std::size_t k, const ValueConnectionTable& c, rt::ValueOrder order) {
    add(text, "// {}: [{}, {}], from values\n", for_comment(c.name), c.inputs, c.outputs);
    const Text name = fmt::format("value_weights_{}", k);
    if (c.bits == 16)
        add_array(text, "weights", "int16_t", name, c.weight);
    else
        add_array(text, "weights", "uint8_t", name, packed_weights(c, order),
                  c.blocks > 0 ? ", gnu::aligned(4)" : "");
    if (!c.first.empty()) {
        add_array(text, "weights", "uint32_t", fmt::format("value_first_{}", k), c.first);
        add_array(text, "weights", "uint16_t", fmt::format("value_sources_{}", k), c.sources);
    }
    text += "\n";
}

}  // namespace

std::string print_value_members(const Values& values) {
    if (!values.used())
        return "    static constexpr bool values = false;\n    static constexpr uint32_t value_bytes = "
               "0;\n\n";
    Text text = "    static constexpr bool values = true;\n";
    add(text, "    static constexpr uint32_t value_bytes = {};\n", values.format.count * values.format.bytes);
    add(text, "    using Level = {};\n    using GivenLevel = {};\n",
        level_type(values.level_bytes, values.format.is_signed),
        level_type(values.format.bytes, values.format.is_signed));
    const auto flag = [&](const char* name, bool on) {
        add(text, "    static constexpr bool {} = {};\n", name, on);
    };
    flag("plain_drives", std::find(values.plain.begin(), values.plain.end(), true) != values.plain.end());
    flag("value_blocks", any(values, [](const auto& c) { return c.blocks > 0; }));
    flag("value_rows", any(values, [](const auto& c) {
             return c.first.empty() && c.blocks * rt::value_block_neurons < c.outputs;
         }));
    flag("value_synapses", any(values, [](const auto& c) { return !c.first.empty(); }));
    flag("value_halfwords", any(values, [](const auto& c) { return c.bits == 16; }));
    add(text, "    static constexpr uint32_t level_count = {};\n", values.level_count);
    add(text, "    static constexpr uint32_t drive_count = {};\n", values.drive_count);
    add(text, "    static constexpr uint16_t value_input_count = {};\n", values.inputs.size());
    add(text, "    static constexpr uint16_t value_connection_count = {};\n", values.connections.size());
    add(text, "    static const synfire::rt::ValueInput value_inputs[{}];\n", values.inputs.size());
    add(text, "    static const synfire::rt::ValueConnection value_connections[{}];\n",
        std::max<std::size_t>(values.connections.size(), 1));
    add(text, "    static const synfire::rt::Drive drives[{}];\n\n", values.drives.size());
    return text;
}

std::string print_value_arrays(const Values& values) {
    Text text;
    for (std::size_t k = 0; k < values.connections.size(); ++k)
        add_one(text, k, values.connections[k], values.order);
    return text;
}

std::string print_value_tables(const Values& values) {
    if (!values.used()) return {};
    Text text;
    add(text, "const synfire::rt::ValueInput Tables::value_inputs[{}] = {{\n", values.inputs.size());
    for (const ValueInputTable& input : values.inputs)
        add(text, "    {{{}, {}, {}, {}}},\n", input.first, input.count, input.levels.low, input.levels.high);
    add(text, "}};\n\nconst synfire::rt::ValueConnection Tables::value_connections[{}] = {{\n",
        std::max<std::size_t>(values.connections.size(), 1));
    for (std::size_t k = 0; k < values.connections.size(); ++k) {
        const ValueConnectionTable& c = values.connections[k];
        const Text sparse =
            c.first.empty() ? Text("nullptr, nullptr") : fmt::format("value_first_{0}, value_sources_{0}", k);
        add(text, "    {{value_weights_{}, {}, {}, {}, {}, {}, {}, {}, {}}},\n", k,
            values.inputs[c.input].first, c.inputs, c.target, c.bits, c.shift, c.blocks, c.padded, sparse);
    }
    if (values.connections.empty()) text += "    {},\n";
    add(text, "}};\n\nconst synfire::rt::Drive Tables::drives[{}] = {{\n", values.drives.size());
    for (std::size_t p = 0; p < values.drives.size(); ++p)
        add(text, "    {{{}, {}}},\n", values.drives[p], static_cast<bool>(values.plain[p]));
    text += "};\n\n";
    return text;
}

void add_value_names(const Values& values, const std::string& name,
                     std::map<std::string, std::string>& names) {
    const bool used = values.used();
    const auto length = [](std::size_t n) { return std::to_string(std::max<std::size_t>(n, 1)); };
    names["VALUES_OF_STATE"] =
        used ? fmt::format(
                   "    {}_values values;        /* levels of inputs, and what they add to the sums */\n",
                   name)
             : Text();
    names["VALUES_H"] = used ? "#include \"values.h\"\n\n" : "";
    names["VALUES_HPP"] = used ? "\n#include \"values.hpp\"\n" : "";
    names["VALUE_SOURCES_OF_PACK"] =
        used ? "        <file category=\"sourceCpp\" name=\"src/values.cpp\"/>\n" : "";
    if (!values.kernels.empty())
        names["VALUE_SOURCES_OF_PACK"] +=
            fmt::format("        <file category=\"sourceCpp\" name=\"src/{}\"/>\n", values.kernels);
    if (!used) return;
    names["VALUES"] = std::to_string(values.format.count);
    names["VALUE_INPUTS"] = std::to_string(values.inputs.size());
    names["LEVEL"] = level_type(values.level_bytes, values.format.is_signed);
    names["GIVEN_LEVEL"] = level_type(values.format.bytes, values.format.is_signed);
    names["LEVELS"] = length(values.level_count);
    names["DRIVES"] = length(values.drive_count);
    names["INPUT_RANGES"] = listed(values, [](const ValueInputTable& i) { return i.range; });
    names["INPUT_LEVELS"] = listed(values, [](const ValueInputTable& i) { return i.levels.high; });
}

}  // namespace synfire::mcu
