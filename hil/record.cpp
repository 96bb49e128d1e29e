// Byte order and sizes of the two files.
#include "hil/record.hpp"

#include <limits>
#include <utility>

#include "compiler/support/report.hpp"
#include "runtime/record_format.hpp"

namespace synfire::hil {
namespace {

void append_le32(std::string& bytes, std::size_t value) {
    if (value > std::numeric_limits<std::uint32_t>::max())
        SYNFIRE_BUG("a number of the input file exceeds 32 bits");
    std::uint8_t le[4];
    rt::put_le32(le, static_cast<std::uint32_t>(value));
    bytes.append(reinterpret_cast<const char*>(le), sizeof le);
}

const std::uint8_t* as_bytes(const std::string& text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

[[noreturn]] void fail(const std::string& reason, const std::string& expected) {
    Diagnostic d;
    d.node = "'" + std::string(rt::record_file) + "' (record)";
    d.reason = reason;
    d.expected = expected;
    d.hint = "compile the network again; the directory may have been made from another network or version";
    throw InputError(std::move(d));
}

void check_header(const std::string& bytes, std::size_t step_bytes, std::size_t samples) {
    if (bytes.size() < rt::header_bytes)
        fail("it ends within its header", std::to_string(rt::header_bytes) + " bytes");
    const std::uint8_t* header = as_bytes(bytes);
    if (rt::get_le32(header) != rt::record_magic || rt::get_le32(header + 4) != rt::format_version)
        fail("it is not a record of this version", "version " + std::to_string(rt::format_version));
    if (rt::get_le32(header + 8) != step_bytes)
        fail(std::to_string(rt::get_le32(header + 8)) + " bytes per step", std::to_string(step_bytes));
    if (rt::get_le32(header + 12) != samples)
        fail(std::to_string(rt::get_le32(header + 12)) + " samples", std::to_string(samples));
}

// Reads one population's part of one step; returns what follows.
const std::uint8_t* read_population(const std::uint8_t* at, PopulationRecord& record) {
    const std::size_t n = record.neurons;
    record.s.insert(record.s.end(), at, at + n);
    at += n;
    for (std::vector<std::int32_t>* values : {&record.u, &record.v})
        for (std::size_t i = 0; i < n; ++i, at += 4)
            values->push_back(static_cast<std::int32_t>(rt::get_le32(at)));
    return at;
}

}  // namespace

void append_levels(const SpikeInput& sample, std::size_t step, LevelShape levels,
                   std::vector<std::uint8_t>& bytes) {
    if (sample.levels.size() != sample.steps * levels.count) SYNFIRE_BUG("levels of another size");
    for (std::size_t k = 0; k < levels.count; ++k) {
        const auto level = static_cast<std::uint16_t>(sample.levels[step * levels.count + k]);
        for (std::size_t b = 0; b < levels.bytes; ++b)
            bytes.push_back(static_cast<std::uint8_t>(level >> 8 * b));
    }
}

std::string pack_inputs(std::size_t input_neurons, const std::vector<SpikeInput>& samples,
                        LevelShape levels) {
    std::string bytes;
    append_le32(bytes, rt::input_magic);
    append_le32(bytes, rt::format_version);
    append_le32(bytes, input_neurons);
    append_le32(bytes, levels.count * levels.bytes);
    append_le32(bytes, samples.size());
    const std::size_t step_bytes = (input_neurons + 7) / 8;
    for (const SpikeInput& sample : samples) {
        if (sample.spikes.size() != sample.steps * input_neurons) SYNFIRE_BUG("input spikes of another size");
        append_le32(bytes, sample.steps);
        for (std::size_t t = 0; t < sample.steps; ++t) {
            const std::size_t start = bytes.size();
            bytes.append(step_bytes, '\0');
            for (std::size_t i = 0; i < input_neurons; ++i)
                if (sample.spikes[t * input_neurons + i] != 0)
                    bytes[start + i / 8] = static_cast<char>(bytes[start + i / 8] | 1 << i % 8);
            std::vector<std::uint8_t> of_step;
            append_levels(sample, t, levels, of_step);
            bytes.append(of_step.begin(), of_step.end());
        }
    }
    return bytes;
}

std::vector<SampleRecord> parse_record(const std::string& bytes, const std::vector<std::size_t>& neurons,
                                       const std::vector<std::size_t>& steps) {
    std::size_t step_bytes = 0, all_steps = 0;
    for (std::size_t n : neurons) step_bytes += n * rt::bytes_per_neuron;
    for (std::size_t n : steps) all_steps += n;
    check_header(bytes, step_bytes, steps.size());
    const std::size_t expected = rt::header_bytes + all_steps * step_bytes + 4;
    if (bytes.size() != expected)
        fail("it has " + std::to_string(bytes.size()) + " bytes", std::to_string(expected) + " bytes");
    const std::uint8_t* at = as_bytes(bytes) + rt::header_bytes;
    std::vector<SampleRecord> samples;
    for (std::size_t count : steps) {
        SampleRecord sample{count, {}};
        for (std::size_t n : neurons) {
            PopulationRecord population{n, {}, {}, {}};
            population.s.reserve(count * n);
            population.u.reserve(count * n);
            population.v.reserve(count * n);
            sample.populations.push_back(std::move(population));
        }
        for (std::size_t t = 0; t < count; ++t)
            for (PopulationRecord& population : sample.populations) at = read_population(at, population);
        samples.push_back(std::move(sample));
    }
    if (rt::get_le32(at) != rt::record_end) fail("it does not end with the end mark", "the end mark");
    return samples;
}

}  // namespace synfire::hil
