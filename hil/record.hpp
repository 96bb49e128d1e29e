// The two files of runtime/record_format.hpp on the host: spikes to bytes, recorded bytes to arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace synfire::hil {

// Levels of the inputs that are numbers, as firmware takes them.
struct LevelShape {
    std::size_t count = 0;  // in a step
    std::size_t bytes = 1;  // of each: 1 or 2
};

// One sample: [steps x input neurons], row-major, 0 or 1; the neurons of all inputs of spikes one after
// another. Then the levels of all inputs of numbers: [steps x levels].
struct SpikeInput {
    std::size_t steps = 0;
    std::vector<std::uint8_t> spikes;
    std::vector<std::int16_t> levels{};
};

std::string pack_inputs(std::size_t input_neurons, const std::vector<SpikeInput>& samples,
                        LevelShape levels = {});

// Appends the levels of one step, little endian.
void append_levels(const SpikeInput& sample, std::size_t step, LevelShape levels,
                   std::vector<std::uint8_t>& bytes);

// [steps x neurons], row-major; the values after the step, after any reset.
struct PopulationRecord {
    std::size_t neurons = 0;
    std::vector<std::uint8_t> s;
    std::vector<std::int32_t> u;
    std::vector<std::int32_t> v;
};

struct SampleRecord {
    std::size_t steps = 0;
    std::vector<PopulationRecord> populations;
};

// neurons: of every population; steps: of every sample. Throws InputError where the bytes are not such a
// record.
std::vector<SampleRecord> parse_record(const std::string& bytes, const std::vector<std::size_t>& neurons,
                                       const std::vector<std::size_t>& steps);

}  // namespace synfire::hil
