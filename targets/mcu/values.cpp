// Rows of weights by output, so that a sum of products reads them in order.
#include "targets/mcu/values.hpp"

#include <algorithm>

namespace synfire::mcu {
namespace {

constexpr int most_levels = INT16_MAX;
constexpr std::size_t most_values = UINT16_MAX;

// Where value connections have kernels: the cores, the file, and what it multiplies.
struct ValueKernels {
    std::vector<std::string> cores;
    std::string source;
    bool widens;            // levels stand in 16 bits, however narrow they are
    rt::ValueOrder bytes;   // of weights for levels with sign in a byte,
    rt::ValueOrder bare;    // without,
    rt::ValueOrder halves;  // and in 16 bits
};

const std::vector<ValueKernels>& value_kernels() {
    static const std::vector<ValueKernels> rows{
        {{"cortex-m4", "cortex-m7", "cortex-m33"},
         "runtime/kernels/values_dsp.cpp",
         true,
         {4, true, false},
         {4, true, false},
         {4, true, false}},
        {{"cortex-m55"},
         "runtime/kernels/values_mve.cpp",
         false,
         {16, false, false},
         {16, false, true},
         {8, false, false}},
    };
    return rows;
}

std::string quoted(const std::string& name, const char* kind) {
    return "'" + name + "' (" + kind + ")";
}

bool check_input(const Input& input, Report& report) {
    Diagnostic d;
    d.node = quoted(input.name, "input");
    if (neurons(input) > most_values) {
        d.reason = std::to_string(neurons(input)) + " values do not fit 16-bit numbers";
        d.expected = "at most " + std::to_string(most_values);
        d.hint = "pool or crop the input, or split it into several";
        report.error(d);
    }
    if (input.kind != SignalKind::real || input.levels <= most_levels) return true;
    d.field = "levels";
    d.reason = std::to_string(input.levels) + " levels do not fit 16 bits";
    d.expected = "at most " + std::to_string(most_levels);
    d.hint = "was the file edited? compile the model again";
    report.error(d);
    return false;
}

void check_connection(const IntConnection& c, Report& report) {
    Diagnostic d;
    d.node = quoted(c.name, "connection");
    if (c.delay != 0) {
        d.field = "delay";
        d.reason = "values that arrive " + std::to_string(c.delay) +
                   " steps later are not available on microcontrollers";
        d.expected = "0";
        d.hint = "delay the values before they are given to the network";
        report.error(d);
    }
    if (c.source_pool) {
        d.field = "stages";
        d.reason = "a maximum pool of values is not available on microcontrollers";
        d.expected = "";
        d.hint = "pool the values before they are given to the network";
        report.error(d);
    }
}

std::size_t rounded_up(std::size_t n, std::size_t step) {
    return (n + step - 1) / step * step;
}

}  // namespace

bool reads_values(const IntNetwork& network, const IntConnection& c) {
    return c.source.kind == Presynaptic::Kind::input && carries_values(network.inputs[c.source.index]);
}

bool check_values(const IntNetwork& network, Report& report) {
    bool usable = true;
    for (const Input& input : network.inputs)
        if (carries_values(input)) usable = check_input(input, report) && usable;
    for (const IntConnection& c : network.connections)
        if (reads_values(network, c)) check_connection(c, report);
    return usable;
}

Values lower_inputs(const IntNetwork& network) {
    Values values;
    values.format = level_format(network);
    values.level_bytes = values.format.bytes;
    for (const Input& input : network.inputs) {
        if (!carries_values(input)) continue;
        const Interval levels = level_range(network, input);
        values.inputs.push_back(
            {input.name, 0, neurons(input), levels,
             input.kind == SignalKind::real ? input.range : static_cast<double>(levels.high)});
    }
    values.drives.assign(network.populations.size(), no_drive);
    values.plain.assign(network.populations.size(), false);
    for (const IntConnection& c : network.connections) {
        if (!reads_values(network, c)) continue;
        std::size_t& drive = values.drives[c.target];
        if (drive != no_drive) continue;
        drive = values.drive_count;
        values.drive_count += neurons(network.populations[c.target]);
    }
    return values;
}

void add_value_connection(const IntNetwork& network, const IntConnection& c, int bits, int factor_bits,
                          Values& values) {
    ValueConnectionTable table;
    table.name = c.name;
    for (std::size_t k = 0; k < c.source.index; ++k) table.input += carries_values(network.inputs[k]);
    table.target = c.target;
    table.bits = std::max(bits, 8);
    table.shift = c.exponent + factor_bits;
    table.inputs = c.inputs;
    table.outputs = c.outputs;
    const std::size_t bytes = static_cast<std::size_t>(table.bits) / 8;
    const bool sparse = is_sparse(c) && !c.weight.empty() &&
                        c.weight.size() * (bytes + 2) + 4 * (c.outputs + 1) < c.inputs * c.outputs * bytes;
    if (sparse) table.first.push_back(0);
    if (!sparse) table.weight.assign(c.outputs * c.inputs, 0);
    for (std::size_t o = 0; o < c.outputs; ++o) {
        for_each_synapse(c, o, [&](std::size_t i, int weight) {
            const auto w = static_cast<std::int16_t>(weight / (1 << factor_bits));
            if (!sparse) {
                table.weight[o * c.inputs + i] = w;
                return;
            }
            table.sources.push_back(static_cast<std::uint16_t>(i));
            table.weight.push_back(w);
        });
        if (sparse) table.first.push_back(static_cast<std::uint32_t>(table.weight.size()));
    }
    values.connections.push_back(std::move(table));
}

void place_values(const std::string& core, Values& values) {
    const ValueKernels* kernels = nullptr;
    for (const ValueKernels& k : value_kernels())
        if (std::find(k.cores.begin(), k.cores.end(), core) != k.cores.end()) kernels = &k;
    if (kernels != nullptr) {
        const LevelFormat& given = values.format;
        values.order = given.bytes == 2 ? kernels->halves : given.is_signed ? kernels->bytes : kernels->bare;
        for (ValueConnectionTable& c : values.connections) {
            if (c.bits != 8 || !c.first.empty() || c.outputs < rt::value_block_neurons) continue;
            c.blocks = c.outputs / rt::value_block_neurons;
            c.padded = rounded_up(c.inputs, values.order.group);
            values.kernels = kernels->source;
        }
        if (!values.kernels.empty() && kernels->widens) values.level_bytes = 2;
    }
    values.level_count = 0;
    const std::size_t step = values.kernels.empty() ? 1 : values.order.group;
    for (ValueInputTable& input : values.inputs) {
        input.first = values.level_count;
        values.level_count += rounded_up(input.count, step);
    }
}

std::vector<std::uint8_t> packed_weights(const ValueConnectionTable& c, rt::ValueOrder order) {
    std::vector<std::uint8_t> bytes;
    if (c.bits == 16) {
        for (std::int16_t w : c.weight) {
            bytes.push_back(static_cast<std::uint8_t>(w));
            bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint16_t>(w) >> 8));
        }
        return bytes;
    }
    const std::size_t in_blocks = c.blocks * rt::value_block_neurons;
    const int bias = order.biased ? 128 : 0;
    bytes.assign(in_blocks * c.padded, static_cast<std::uint8_t>(bias));
    for (std::size_t o = 0; o < in_blocks; ++o)
        for (std::size_t i = 0; i < c.inputs; ++i) {
            const std::size_t block = o / rt::value_block_neurons * rt::value_block_neurons * c.padded;
            bytes[block + rt::byte_in_block(order, static_cast<std::uint32_t>(o % rt::value_block_neurons),
                                            static_cast<std::uint32_t>(i))] =
                static_cast<std::uint8_t>(c.weight[o * c.inputs + i] + bias);
        }
    for (std::size_t k = in_blocks * c.inputs; k < c.weight.size(); ++k)
        bytes.push_back(static_cast<std::uint8_t>(c.weight[k]));
    return bytes;
}

std::size_t weight_bytes(const Values& values) {
    std::size_t bytes = 0;
    for (const ValueConnectionTable& c : values.connections)
        bytes += packed_weights(c, values.order).size() + 4 * c.first.size() + 2 * c.sources.size();
    return bytes;
}

std::size_t state_bytes(const Values& values) {
    return values.used() ? values.level_count * values.level_bytes + 4 * values.drive_count + 1 : 0;
}

}  // namespace synfire::mcu
