// Network inputs that are numbers ("direct encoding"): levels, whole numbers that stand for pixels, features
// or counts, in place of spikes. Freestanding C++17.
//
// What they add to the sums of neurons, weights times levels, is computed when they were set and kept; while
// they stay the same, a step only adds it. The emitter has proven that no sum leaves 32 bits.
//
// A Model with value inputs has, beside what engine.hpp names,
//   static constexpr bool values;     false: none of what follows
//   using Level, GivenLevel;          types of State::values.levels, and of levels as they are given
//   uint16_t value_input_count, value_connection_count;
//   const ValueInput* value_inputs;
//   const ValueConnection* value_connections;
//   const Drive* drives;              [population_count]
//   uint32_t level_count, drive_count;   elements of the two arrays of the state
//   bool value_blocks, value_rows, value_synapses, value_halfwords, plain_drives;
//                                     whether any connection or population needs that code
// Its State has a member values with arrays levels and drive and a byte stale.
#pragma once

#include <stdint.h>

#include "runtime/column.hpp"
#include "runtime/kernels/narrow.hpp"
#include "runtime/kernels/values.hpp"
#include "runtime/neuron.hpp"
#include "runtime/weights.hpp"

namespace synfire::rt {

inline constexpr uint32_t no_drive = UINT32_MAX;

// What the values add to a population.
struct Drive {
    uint32_t first;  // element in State::values.drive, or no_drive
    // Its neurons have no filter, refractory period, lower bound or reset without delay, one decay that is
    // not 0, biases and thresholds of four bytes, and provably meet no limit of 32 bits.
    bool plain;
};

struct ValueInput {
    uint32_t first;  // in State::values.levels
    uint16_t count;
    int32_t low, high;  // levels beyond are brought back to these
};

// All synapses between one value input and one population.
struct ValueConnection {
    // [neurons of the target][inputs]; blocks: as of kernels/values.hpp, then the rows that are left; sparse:
    // one per synapse
    const void* weights;
    uint32_t first_level;  // in State::values.levels
    uint16_t inputs;
    uint16_t target;  // population
    uint8_t bits;     // of one signed weight: 8 or 16
    uint8_t shift;    // products count times 2^shift
    uint16_t blocks;  // four neurons each, in the order of kernels
    uint32_t padded;  // inputs of a block, rounded up
    // Sparse connections only, else null: the synapses of neuron o are first[o] .. first[o + 1] - 1.
    const uint32_t* first;
    const uint16_t* sources;  // of each synapse
};

// The level of a sensor's reading: reading / full is a part of the input's range, of which the largest level
// is the whole; rounded to the nearest, half away from zero, as the quantizer does. |reading| * 2 * levels +
// full < 2^32.
constexpr int32_t level_of(int32_t reading, uint32_t full, uint32_t levels) {
    const uint32_t magnitude =
        reading < 0 ? 0U - static_cast<uint32_t>(reading) : static_cast<uint32_t>(reading);
    const uint32_t level = (magnitude * 2 * levels + full) / (2 * full);
    const auto bounded = static_cast<int32_t>(level < levels ? level : levels);
    return reading < 0 ? -bounded : bounded;
}

// What the values add to the sums of a population, in the units of the neurons' sums; null: nothing.
template <class Model, class State>
inline const int32_t* drive_of(const Model& model, const State& state, uint16_t population) {
    if constexpr (Model::values) {
        const uint32_t first = model.drives[population].first;
        return first == no_drive ? nullptr : state.values.drive + first;
    } else {
        return nullptr;
    }
}

// The neurons of a plain drive.
struct PlainNeurons {
    uint32_t count;
    uint32_t keep;  // what a membrane keeps of itself, in units of 2^-32
    uint8_t shift;  // of sums
    Reset reset;
    Column bias, threshold, reset_amount;
};

// What integrate() and fire() do to them, without asking for limits. Returns where the list of spikes ends.
SYNFIRE_FOR_SPEED inline uint16_t* update_plain(const PlainNeurons& neurons, const int32_t* sum,
                                                const int32_t* drive, int32_t* v, uint16_t* spikes) {
    const auto* bias = static_cast<const int32_t*>(neurons.bias.values);
    const auto* threshold = static_cast<const int32_t*>(neurons.threshold.values);
    const uint32_t bias_step = neurons.bias.stride, threshold_step = neurons.threshold.stride;
    const uint32_t keep = neurons.keep;
    const uint8_t shift = neurons.shift;
    const Reset reset = neurons.reset;
    for (uint32_t i = 0; i < neurons.count; ++i, bias += bias_step, threshold += threshold_step) {
        uint32_t input = (static_cast<uint32_t>(sum[i]) << shift) + static_cast<uint32_t>(drive[i]) +
                         static_cast<uint32_t>(*bias);
        const int32_t before = v[i];
        // decay_toward_zero
        const uint32_t magnitude =
            before < 0 ? 0U - static_cast<uint32_t>(before) : static_cast<uint32_t>(before);
        const auto kept = static_cast<uint32_t>((uint64_t{magnitude} * keep) >> 32);
        if (reset == Reset::subtract_next_step && before > *threshold)
            input -= static_cast<uint32_t>(value_of(neurons.reset_amount, i));
        auto now = static_cast<int32_t>((before < 0 ? 0U - kept : kept) + input);
        if (now > *threshold) {
            *spikes++ = static_cast<uint16_t>(i);
            if (reset == Reset::to_value) now = value_of(neurons.reset_amount, i);
            if (reset == Reset::subtract_at_once) now -= value_of(neurons.reset_amount, i);
        }
        v[i] = now;
    }
    return spikes;
}

// Takes the levels of all inputs, one input after another. level(k): the k-th of them.
template <class Model, class State, class Read>
inline void set_values(const Model& model, State& state, Read&& level) {
    uint32_t k = 0;
    for (uint16_t i = 0; i < model.value_input_count; ++i) {
        const ValueInput& input = model.value_inputs[i];
        for (uint32_t j = 0; j < input.count; ++j, ++k) {
            const int32_t x = level(k);
            const int32_t bounded = x < input.low ? input.low : x > input.high ? input.high : x;
            state.values.levels[input.first + j] = static_cast<typename Model::Level>(bounded);
        }
    }
    state.values.stale = 1;
}

// The same from bytes at any address, little endian.
template <class Model, class State>
inline void set_values_from_bytes(const Model& model, State& state, const uint8_t* bytes) {
    using Given = typename Model::GivenLevel;
    set_values(model, state, [bytes](uint32_t k) -> int32_t {
        if constexpr (sizeof(Given) == 1) return static_cast<Given>(bytes[k]);
        return static_cast<Given>(bytes[2 * k] | bytes[2 * k + 1] << 8);
    });
}

// Adds the products of one neuron's weights.
template <class Weight, class Level>
SYNFIRE_FOR_SPEED inline int32_t row_product(const Weight* weights, const Level* levels, uint32_t inputs) {
    int32_t sum = 0;
    for (uint32_t i = 0; i < inputs; ++i) sum += weights[i] * int32_t{levels[i]};
    return sum;
}

// The products of neighbouring neurons' rows, four at a time: a level is loaded once for all of them.
template <class Weight, class Level>
SYNFIRE_FOR_SPEED inline void row_products(const Weight* weights, const Level* levels, uint32_t inputs,
                                           int32_t* sum, uint32_t neurons) {
    for (; neurons >= 4; neurons -= 4, sum += 4) {
        const Weight *a = weights, *b = a + inputs, *c = b + inputs, *d = c + inputs;
        int32_t sa = 0, sb = 0, sc = 0, sd = 0;
        for (const Level *x = levels, *const end = levels + inputs; x != end; ++x) {
            const int32_t level = *x;
            sa += *a++ * level;
            sb += *b++ * level;
            sc += *c++ * level;
            sd += *d++ * level;
        }
        sum[0] = sa;
        sum[1] = sb;
        sum[2] = sc;
        sum[3] = sd;
        weights = d;
    }
    for (; neurons > 0; --neurons, weights += inputs) *sum++ = row_product(weights, levels, inputs);
}

template <class Weight, class Level>
SYNFIRE_FOR_SPEED inline void synapse_products(const ValueConnection& c, const Weight* weights,
                                               const Level* levels, int32_t* sum, uint32_t neurons) {
    for (uint32_t o = 0; o < neurons; ++o) {
        int32_t total = 0;
        for (uint32_t k = c.first[o]; k < c.first[o + 1]; ++k)
            total += weights[k] * int32_t{levels[c.sources[k]]};
        sum[o] = total;
    }
}

template <class Weight, class Model, class State>
inline void products(const Model& model, State& state, const ValueConnection& c, uint32_t neurons) {
    const auto* const weights = static_cast<const Weight*>(c.weights);
    const typename Model::Level* const levels = state.values.levels + c.first_level;
    if (model.value_synapses && c.first != nullptr)
        synapse_products(c, weights, levels, state.sum, neurons);
    else if (model.value_rows)
        row_products(weights, levels, c.inputs, state.sum, neurons);
}

// Blocks in the order of kernels, then rows.
template <class Model, class State>
inline void block_products(const Model& model, State& state, const ValueConnection& c, uint32_t neurons) {
    const auto* const weights = static_cast<const int8_t*>(c.weights);
    const typename Model::Level* const levels = state.values.levels + c.first_level;
    const uint32_t in_blocks = uint32_t{c.blocks} * value_block_neurons;
    if (model.value_blocks) products_of_blocks(weights, levels, state.sum, c.blocks, c.padded);
    if (in_blocks < neurons)
        row_products(weights + in_blocks * c.padded, levels, c.inputs, state.sum + in_blocks,
                     neurons - in_blocks);
}

// Brings what the values add up to date. State::sum holds products on their way.
template <class Model, class State>
inline void refresh(const Model& model, State& state) {
    if (state.values.stale == 0) return;
    state.values.stale = 0;
    for (uint32_t i = 0; i < model.drive_count; ++i) state.values.drive[i] = 0;
    for (uint16_t k = 0; k < model.value_connection_count; ++k) {
        const ValueConnection& c = model.value_connections[k];
        const uint32_t neurons = model.populations[c.target].neurons;
        if (model.value_blocks && c.blocks > 0)
            block_products(model, state, c, neurons);
        else if (!model.value_halfwords || c.bits == 8)
            products<int8_t>(model, state, c, neurons);
        else
            products<int16_t>(model, state, c, neurons);
        int32_t* const drive = state.values.drive + model.drives[c.target].first;
        for (uint32_t i = 0; i < neurons; ++i) drive[i] += state.sum[i] * (int32_t{1} << c.shift);
    }
}

// All values 0.
template <class Model, class State>
inline void clear_values(const Model& model, State& state) {
    for (uint32_t i = 0; i < model.level_count; ++i) state.values.levels[i] = 0;
    for (uint32_t i = 0; i < model.drive_count; ++i) state.values.drive[i] = 0;
    state.values.stale = 0;
}

}  // namespace synfire::rt
