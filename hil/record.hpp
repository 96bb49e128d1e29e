// The two files of runtime/record_format.hpp on the host: spikes to bytes, recorded bytes to arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace synfire::hil {

// One sample: [steps x input neurons], row-major, 0 or 1; the neurons of all inputs one after another.
struct SpikeInput {
    std::size_t steps = 0;
    std::vector<std::uint8_t> spikes;
};

std::string pack_inputs(std::size_t input_neurons, const std::vector<SpikeInput>& samples);

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
