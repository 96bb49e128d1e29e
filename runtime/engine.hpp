// The step of a whole network on constant tables: event driven, no heap, no library. Freestanding C++17.
//
// Per step, population by population in the network's order: add the weight row of every presynaptic spike
// into 32-bit sums, then bring every neuron up to date with integrate() and fire() of neuron.hpp and list the
// neurons that spiked. The emitter has proven that no sum leaves 32 bits, so the order of additions cannot be
// seen in the result.
//
// Model and State are template parameters. In firmware a Model has only constants, so that the compiler folds
// the rules and drops what the network does not use; tests use one with ordinary members.
//
// A Model has
//   Rules rules;                      the arithmetic profile
//   uint16_t input_count;             network inputs; input k fills spike list k
//   const uint16_t* inputs;           [input_count], neurons of each input; 0 of inputs that are numbers
//   uint16_t population_count;        population p fills spike list input_count + p
//   const Population* populations;    [population_count]
//   const NeuronColumns* neurons;     [population_count]
//   const Extras* extras;             [population_count], where extras_used
//   const Connection* connections;    of population 0, then of population 1, ...
//   const uint32_t* lists;            [lists], where each spike list starts in State::events
//   uint16_t copy_count;              lists that are kept for one step more
//   const ListCopy* copies;           [copy_count], in the order in which they are made
//   uint16_t pool_count;              lists filled by a maximum pool
//   const SpikePool* pools;           [pool_count], by ascending source list
//   bool filtered, refractory, no_delay, extras_used, sparse, drawn, crumbs, nibbles, bytes, halfwords,
//   lanes;
//                                     whether any table needs that code
//   static constexpr bool values;     whether an input is numbers: then more, see values.hpp
//   bool all_lanes, all_quick, all_direct, all_whole;   where lanes: of every population
//   bool row_lanes, quick_sums;   where lanes: whether kernels add for any population, or only update one
//   bool complements;             where lanes: whether any of them may list silent inputs; then also
//   const Complement* complement;     [population_count]
//   bool nibble_lanes, byte_lanes;    where lanes: of any population
//   bool settles, resets;             where lanes: of any population: resets in the next step, at once
//   const LanePopulation* lane_populations;   [population_count], where lanes
//   const uint16_t* feeds;            [lists], where lanes: 1 + the population whose rows a list fills, or 0
// and where membranes have 16 bits
//   bool fused_alike, fused_own;      whether kernels/fused.hpp steps any population, and how
//   bool all_fused;                   every one of them
//   const FusedLayer* fused_layers;   [population_count], where any is fused
//   bool convolution;                 whether a connection is a convolution; then also
//   bool byte_kernels, halfword_kernels;
//   const uint16_t* sum_distances;    [population_count], from the sum of one neuron to that of the next
// A State has arrays v, u, held, sum, events and counts, where lanes also rows and lane_sum; see model.h of
// an emitted network for their sizes. The elements of v hold Rules::membrane: int32_t or int16_t.
#pragma once

#include <stdint.h>

#include "runtime/column.hpp"
#include "runtime/convolution.hpp"
#include "runtime/drawn_rows.hpp"
#include "runtime/kernels/fused.hpp"
#include "runtime/lanes.hpp"
#include "runtime/neuron.hpp"
#include "runtime/values.hpp"
#include "runtime/weights.hpp"

namespace synfire::rt {

// All synapses between one spike list and one population. A spike adds weight * 2^(shift of this connection
// and all later ones of the population + Population::shift): Horner's scheme over descending exponents.
struct Connection {
    // [neurons of the source][neurons of the target], every row from a whole byte on; sparse: one per
    // synapse; drawn: a DrawnMatrix; a rt::Convolution
    const void* weights;
    uint16_t source;  // spike list
    uint8_t bits;     // of one signed weight: 2, 4, 8 or 16; drawn: 0; a convolution: convolution_bits
    uint8_t shift;    // 0..30
    // Sparse connections only, else null: the synapses of source neuron i are first[i] .. first[i + 1] - 1.
    const uint32_t* first;
    const uint16_t* targets;  // of each synapse
};

struct Population {
    uint16_t neurons;
    uint16_t connections;  // into this population
    bool spiking;
    bool filtered;  // has a synaptic current that is kept from step to step
    Reset reset;
    uint8_t refractory_steps;
    uint8_t shift;  // 0..30
    Column decay_v;
    Column reset_amount;
    Column initial_v;
};

// What only update() reads: apart, so that images in which kernels update all neurons do not hold it.
struct NeuronColumns {
    Column decay_u;
    Column bias;
    Column threshold;
};

// What few networks need of a population.
struct Extras {
    Column bias_u;     // added to the sum in every step, after Population::shift
    Column initial_u;  // read where the population is filtered
    Column v_min;      // v is raised to it before it meets the threshold
};

// Before the step, list from is copied to list to: the spikes of the step before.
struct ListCopy {
    uint16_t from;
    uint16_t to;
};

// Once list from is filled, list to holds the outputs of a maximum pool in whose window a neuron spiked.
struct SpikePool {
    uint16_t from;
    uint16_t to;
    uint16_t outputs;
    const uint32_t*
        first;  // neuron i of from is in the windows targets[first[i]] .. targets[first[i + 1] - 1]
    const uint16_t* targets;
};

// A population that the caller reads.
struct Output {
    uint16_t list;  // its spikes
    uint16_t neurons;
    uint32_t first;  // its first neuron in State::v
};

// Watches nothing. An observer is called for every neuron after its update: population, neuron, whether it
// spiked, and u and v; where u is not filtered it is the bounded input of this step.
struct NoObserver {
    constexpr void operator()(uint16_t, uint16_t, bool, const NeuronState&) const {}
};

// Whether an observer needs every neuron.
constexpr bool watched(const NoObserver&) {
    return false;
}
template <class Observer>
constexpr bool watched(const Observer&) {
    return true;
}

template <class Model, class State>
inline Events spikes(const Model& model, const State& state, uint16_t list) {
    return {state.events + model.lists[list], state.counts[list]};
}

// Adds the weights of all events to eight neighbouring neurons. noinline: a function of its own has registers
// for all eight sums.
template <uint8_t bits>
[[gnu::noinline]] void add_eight(int32_t* sum, uint32_t stride, const uint8_t* weights, Events events) {
    int32_t a = sum[0], b = sum[1], c = sum[2], d = sum[3], e = sum[4], f = sum[5], g = sum[6], h = sum[7];
    const uint16_t* const end = events.neurons + events.count;
    for (const uint16_t* event = events.neurons; event != end; ++event) {
        const uint8_t* const row = weights + *event * stride;
        a += weight_at<bits>(row, 0);
        b += weight_at<bits>(row, 1);
        c += weight_at<bits>(row, 2);
        d += weight_at<bits>(row, 3);
        e += weight_at<bits>(row, 4);
        f += weight_at<bits>(row, 5);
        g += weight_at<bits>(row, 6);
        h += weight_at<bits>(row, 7);
    }
    sum[0] = a;
    sum[1] = b;
    sum[2] = c;
    sum[3] = d;
    sum[4] = e;
    sum[5] = f;
    sum[6] = g;
    sum[7] = h;
}

template <uint8_t bits>
inline void add_rows(int32_t* sum, uint32_t neurons, const uint8_t* weights, Events events) {
    const uint32_t stride = row_bytes(neurons, bits);
    uint32_t i = 0;
    for (; i + 8 <= neurons; i += 8) add_eight<bits>(sum + i, stride, weights + i / 8 * bits, events);
    const uint16_t* const end = events.neurons + events.count;
    for (; i < neurons; ++i) {
        int32_t a = sum[i];
        for (const uint16_t* event = events.neurons; event != end; ++event)
            a += weight_at<bits>(weights + *event * stride, i);
        sum[i] = a;
    }
}

template <uint8_t bits>
inline void add_synapses(int32_t* sum, const Connection& connection, const uint8_t* weights, Events events) {
    const uint16_t* const end = events.neurons + events.count;
    for (const uint16_t* event = events.neurons; event != end; ++event) {
        const uint32_t last = connection.first[*event + 1];
        for (uint32_t k = connection.first[*event]; k < last; ++k)
            sum[connection.targets[k]] += weight_at<bits>(weights, k);
    }
}

template <uint8_t bits>
inline void add_events(bool sparse, int32_t* sum, uint32_t neurons, const Connection& connection,
                       Events events) {
    const auto* const weights = static_cast<const uint8_t*>(connection.weights);
    if (sparse)
        add_synapses<bits>(sum, connection, weights, events);
    else
        add_rows<bits>(sum, neurons, weights, events);
}

// Where the sum of the next neuron lies: sums of all channels are side by side where kernels want them so.
template <class Model>
[[gnu::always_inline]] inline uint32_t next_place(const Model& model, uint16_t population, uint32_t place,
                                                  uint32_t neurons) {
    if (!model.convolution) return 0;
    place += model.sum_distances[population];
    return place < neurons ? place : place - (neurons - 1);
}

template <class Model>
inline void add_convolution(const Model& model, int32_t* sum, const Convolution& convolution, Events events) {
    if (model.byte_kernels && convolution.bytes == 1) add_kernels<int8_t>(sum, convolution, events);
    if (model.halfword_kernels && convolution.bytes == 2) add_kernels<int16_t>(sum, convolution, events);
}

// Sums the weights of all spikes that arrive at one population. Returns the connection after its last.
template <class Model, class State>
inline const Connection* gather(const Model& model, State& state, const Population& population,
                                const Connection* connection) {
    int32_t* const sum = state.sum;
    const uint32_t neurons = population.neurons;
    for (uint32_t i = 0; i < neurons; ++i) sum[i] = 0;
    for (const Connection* const end = connection + population.connections; connection != end; ++connection) {
        const Events events = spikes(model, state, connection->source);
        const bool sparse = model.sparse && connection->targets != nullptr;
        if (model.crumbs && connection->bits == 2) add_events<2>(sparse, sum, neurons, *connection, events);
        if (model.nibbles && connection->bits == 4) add_events<4>(sparse, sum, neurons, *connection, events);
        if (model.bytes && connection->bits == 8) add_events<8>(sparse, sum, neurons, *connection, events);
        if (model.halfwords && connection->bits == 16)
            add_events<16>(sparse, sum, neurons, *connection, events);
        if (model.drawn && connection->bits == 0)
            add_drawn(sum, neurons, *static_cast<const DrawnMatrix*>(connection->weights), events);
        if (model.convolution && connection->bits == convolution_bits)
            add_convolution(model, sum, *static_cast<const Convolution*>(connection->weights), events);
        if (connection->shift == 0) continue;
        for (uint32_t i = 0; i < neurons; ++i) sum[i] *= int32_t{1} << connection->shift;
    }
    return connection;
}

// to: an element of State::v, which holds what the rules of the network allow.
template <class Potential>
inline void set_potential(Potential& to, int32_t v) {
    to = static_cast<Potential>(v);
}

// Updates the neurons of one population from State::sum and fills its spike list. v, u and held point to the
// population's first neuron; u and held are not touched where the population does not keep them.
template <class Model, class State, class Potential, class Observer>
inline void update(const Model& model, State& state, uint16_t index, Potential* v, int32_t* u, uint8_t* held,
                   Observer&& observer) {
    const Population& population = model.populations[index];
    const NeuronColumns& neurons = model.neurons[index];
    const auto list = static_cast<uint16_t>(model.input_count + index);
    uint16_t* const events = state.events + model.lists[list];
    // Compilers then drop the code of resets that no table asks for.
    if (!model.no_delay && without_delay(population.reset)) __builtin_unreachable();
    const bool filtered = model.filtered && population.filtered;
    const bool refractory = model.refractory && population.refractory_steps > 0;
    const int32_t* const drive = drive_of(model, state, index);
    uint16_t* next = events;
    if constexpr (Model::values && sizeof(Potential) == sizeof(int32_t)) {
        if (model.plain_drives && model.drives[index].plain && !watched(observer)) {
            const uint32_t keep = (uint32_t{1} << model.rules.decay_bits) -
                                  static_cast<uint32_t>(value_of(population.decay_v, 0));
            const PlainNeurons plain{population.neurons,     keep << (32 - model.rules.decay_bits),
                                     population.shift,       population.reset,
                                     neurons.bias,           neurons.threshold,
                                     population.reset_amount};
            next = update_plain(plain, state.sum, drive, v, events);
            if (!population.spiking) next = events;
            state.counts[list] = static_cast<uint16_t>(next - events);
            return;
        }
    }
    uint32_t place = 0;  // of the neuron's sum
    for (uint32_t i = 0; i < population.neurons; ++i) {
        NeuronParameters parameters{value_of(neurons.decay_u, i),
                                    value_of(population.decay_v, i),
                                    value_of(neurons.bias, i),
                                    value_of(neurons.threshold, i),
                                    population.reset,
                                    value_of(population.reset_amount, i),
                                    population.refractory_steps};
        NeuronState neuron{filtered ? u[i] : 0, v[i], refractory ? held[i] : uint8_t{0}};
        int32_t sum = state.sum[model.convolution ? place : i] * (int32_t{1} << population.shift);
        place = next_place(model, index, place, population.neurons);
        if (Model::values && drive != nullptr) sum += drive[i];
        if (model.extras_used) {
            sum += value_of(model.extras[index].bias_u, i);
            parameters.v_min = value_of(model.extras[index].v_min, i);
        }
        const bool spiked = integrate(model.rules, parameters, neuron, sum) && population.spiking &&
                            fire(model.rules, parameters, neuron) > 0;
        set_potential(v[i], neuron.v);
        if (filtered) u[i] = neuron.u;
        if (refractory) held[i] = neuron.held;
        if (spiked) *next++ = static_cast<uint16_t>(i);
        observer(index, static_cast<uint16_t>(i), spiked, neuron);
    }
    state.counts[list] = static_cast<uint16_t>(next - events);
}

// Fills the rows of the population that has this list as its only source.
template <class Model, class State>
inline void feed(const Model& model, State& state, uint16_t list) {
    if (!model.lanes || model.feeds[list] == 0) return;
    const LanePopulation& lane = model.lane_populations[model.feeds[list] - 1];
    if (model.complements) {
        const Complement& complement = model.complement[model.feeds[list] - 1];
        const Events events = spikes(model, state, list);
        if (lists_silent(complement, events.count)) {
            *add_silent_rows(state.rows + lane.rows, lane.direct, lane.row_bytes, complement.inputs, events) =
                last_row;
            return;
        }
    }
    *add_row_addresses(state.rows + lane.rows, lane.direct, lane.row_bytes, spikes(model, state, list)) =
        last_row;
}

// Updates the neurons of a population with the kernel, from State::lane_sum.
template <class Model, class State>
inline void update_quickly(const Model& model, State& state, uint16_t index, int32_t* v) {
    const Population& population = model.populations[index];
    const LaneLayer& layer = model.lane_populations[index].layer;
    const auto list = static_cast<uint16_t>(model.input_count + index);
    if (model.settles && population.reset == Reset::subtract_next_step)
        settle_spiking(population.reset_amount, population.decay_v, model.rules.decay_bits, v,
                       spikes(model, state, list));
    uint16_t* const events = state.events + model.lists[list];
    uint16_t* end = synfire_update(v, state.lane_sum, &layer, events);
    if (!model.all_whole && layer.whole != population.neurons)
        end = update_lanes(v, state.lane_sum, layer, end, layer.whole, population.neurons);
    state.counts[list] = static_cast<uint16_t>(end - events);
    if (model.resets && model.lane_populations[index].resets)
        reset_spiking(population.reset, population.reset_amount, v, spikes(model, state, list));
}

// Completes the list of rows of a population; returns its length.
template <class Model, class State>
inline uint32_t list_rows(const Model& model, State& state, uint16_t index, const Connection* connection) {
    const LanePopulation& lane = model.lane_populations[index];
    if (model.all_direct || lane.direct != nullptr) return state.counts[connection->source];
    Row* const rows = state.rows + lane.rows;
    Row* next = rows;
    for (uint16_t c = 0; c < model.populations[index].connections; ++c, ++connection)
        next = add_row_addresses(next, connection->weights, lane.row_bytes,
                                 spikes(model, state, connection->source));
    *next = last_row;
    return static_cast<uint32_t>(next - rows);
}

// The step of a population in lanes. Returns the connection after its last.
template <class Model, class State, class Potential, class Observer>
inline const Connection* step_lanes(const Model& model, State& state, uint16_t index,
                                    const Connection* connection, Potential* v, int32_t* u, uint8_t* held,
                                    Observer&& observer) {
    const Population& population = model.populations[index];
    const LanePopulation& lane = model.lane_populations[index];
    uint32_t events = list_rows(model, state, index, connection);
    const bool silent = model.complements && lists_silent(model.complement[index], events);
    if (silent) events = model.complement[index].inputs - events;
    if (model.nibble_lanes && lane.nibbles)
        synfire_accumulate_nibbles(state.rows + lane.rows, state.lane_sum, lane.row_bytes, events);
    else if (model.byte_lanes && lane.part > 0)
        synfire_accumulate_bytes(state.rows + lane.rows, state.lane_sum, lane.row_bytes, events, lane.part);
    else
        synfire_accumulate(state.rows + lane.rows, state.lane_sum, lane.row_bytes, events);
    for (uint32_t i = 0; silent && i < population.neurons; ++i)
        state.lane_sum[i] = static_cast<int16_t>(model.complement[index].total[i] - state.lane_sum[i]);
    connection += population.connections;
    if constexpr (sizeof(Potential) == sizeof(int32_t)) {
        if ((model.all_quick || lane.quick) && !watched(observer)) {
            update_quickly(model, state, index, v);
            return connection;
        }
    }
    for (uint32_t i = 0; i < population.neurons; ++i) state.sum[i] = state.lane_sum[i];
    update(model, state, index, v, u, held, observer);
    return connection;
}

// Sums, updates and lists a population with one kernel.
template <class Model, class State>
inline void step_at_once(const Model& model, State& state, uint16_t index, int16_t* v) {
    const FusedLayer& layer = model.fused_layers[index];
    if (model.settles) {
        const Population& population = model.populations[index];
        if (population.reset == Reset::subtract_next_step)
            settle_spiking(population.reset_amount, population.decay_v, model.rules.decay_bits, v,
                           spikes(model, state, layer.list));
    }
    const bool own = model.fused_own && (!model.fused_alike || layer.parameters != nullptr);
    const uint32_t count = own ? synfire_step_own(&layer, v, state.counts[layer.source], state.events)
                               : synfire_step_alike(&layer, v, state.counts[layer.source], state.events);
    state.counts[layer.list] = static_cast<uint16_t>(count);
}

// The step of a population. connection: its first; v, u and held: as of update(). Returns the connection
// after its last.
template <class Model, class State, class Potential, class Observer>
inline const Connection* step_population(const Model& model, State& state, uint16_t index,
                                         const Connection* connection, Potential* v, int32_t* u,
                                         uint8_t* held, Observer&& observer) {
    if constexpr (sizeof(Potential) == sizeof(int16_t)) {
        if ((model.fused_alike || model.fused_own) && !watched(observer) &&
            (model.all_fused || model.fused_layers[index].weights != nullptr)) {
            step_at_once(model, state, index, v);
            return connection + model.populations[index].connections;
        }
    }
    if (model.row_lanes && (model.all_lanes || model.lane_populations[index].row_bytes > 0))
        return step_lanes(model, state, index, connection, v, u, held, observer);
    connection = gather(model, state, model.populations[index], connection);
    if constexpr (sizeof(Potential) == sizeof(int32_t)) {
        if (model.quick_sums && (model.all_quick || model.lane_populations[index].quick) &&
            !watched(observer)) {
            const uint32_t neurons = model.populations[index].neurons;
            const uint32_t channels = model.convolution ? model.sum_distances[index] : 1;
            auto* to = &state.lane_sum[0];
            for (uint32_t c = 0; c < channels; ++c)
                for (uint32_t place = c; place < neurons; place += channels)
                    *to++ = static_cast<int16_t>(state.sum[place]);
            update_quickly(model, state, index, v);
            return connection;
        }
    }
    update(model, state, index, v, u, held, observer);
    return connection;
}

// Keeps the spike lists that are read one step later.
template <class Model, class State>
inline void keep_previous(const Model& model, State& state) {
    for (uint16_t c = 0; c < model.copy_count; ++c) {
        const ListCopy copy = model.copies[c];
        const Events from = spikes(model, state, copy.from);
        uint16_t* const to = state.events + model.lists[copy.to];
        for (uint16_t e = 0; e < from.count; ++e) to[e] = from.neurons[e];
        state.counts[copy.to] = from.count;
    }
}

// Fills the lists that a maximum pool makes of one list. State::sum serves as the map of active outputs.
// Returns the pool after the last of this list.
template <class Model, class State>
inline const SpikePool* pool_spikes(const Model& model, State& state, uint16_t list, const SpikePool* pool) {
    for (; pool != model.pools + model.pool_count && pool->from == list; ++pool) {
        const Events events = spikes(model, state, list);
        for (uint32_t o = 0; o < pool->outputs; ++o) state.sum[o] = 0;
        for (uint16_t e = 0; e < events.count; ++e) {
            const uint32_t last = pool->first[events.neurons[e] + 1];
            for (uint32_t k = pool->first[events.neurons[e]]; k < last; ++k) state.sum[pool->targets[k]] = 1;
        }
        uint16_t* const to = state.events + model.lists[pool->to];
        uint16_t count = 0;
        for (uint16_t o = 0; o < pool->outputs; ++o)
            if (state.sum[o] != 0) to[count++] = o;
        state.counts[pool->to] = count;
    }
    return pool;
}

// The step of all populations, once the spike lists of the inputs are filled.
template <class Model, class State, class Observer>
inline void advance(const Model& model, State& state, Observer&& observer) {
    auto* v = &state.v[0];
    int32_t* u = state.u;
    uint8_t* held = state.held;
    const Connection* connection = model.connections;
    const SpikePool* pool = model.pools;
    if constexpr (Model::values) refresh(model, state);
    for (uint16_t k = 0; model.pool_count > 0 && k < model.input_count; ++k)
        pool = pool_spikes(model, state, k, pool);
    for (uint16_t p = 0; p < model.population_count; ++p) {
        const Population& population = model.populations[p];
        connection = step_population(model, state, p, connection, v, u, held, observer);
        const auto list = static_cast<uint16_t>(model.input_count + p);
        if (model.pool_count > 0) pool = pool_spikes(model, state, list, pool);
        feed(model, state, list);
        v += population.neurons;
        if (population.filtered) u += population.neurons;
        if (population.refractory_steps > 0) held += population.neurons;
    }
}

// One step of the network. bits: the spikes of all inputs one after another, 8 to a byte, lowest bit first.
template <class Model, class State, class Observer = NoObserver>
inline void step(const Model& model, State& state, const uint8_t* bits, Observer&& observer = {}) {
    keep_previous(model, state);
    uint32_t bit = 0;
    for (uint16_t k = 0; k < model.input_count; ++k) {
        uint16_t* const events = state.events + model.lists[k];
        uint16_t count = 0;
        for (uint16_t i = 0; i < model.inputs[k]; ++i, ++bit)
            if ((bits[bit / 8] >> (bit % 8)) & 1) events[count++] = i;
        state.counts[k] = count;
        feed(model, state, k);
    }
    advance(model, state, observer);
}

// One step of the network. neurons: the input neurons that spike, each at most once; the neurons of the
// second input are counted on from those of the first. Numbers beyond the last input are ignored.
template <class Model, class State, class Observer = NoObserver>
inline void step_events(const Model& model, State& state, Events input, Observer&& observer = {}) {
    keep_previous(model, state);
    uint16_t first = 0;
    for (uint16_t k = 0; k < model.input_count; ++k) {
        uint16_t* const events = state.events + model.lists[k];
        uint16_t count = 0;
        for (uint16_t e = 0; e < input.count; ++e) {
            const auto i = static_cast<uint16_t>(input.neurons[e] - first);
            if (input.neurons[e] >= first && i < model.inputs[k] && count < model.inputs[k])
                events[count++] = i;
        }
        // A caller's list need not ascend.
        if (model.complements) sort_events(events, count);
        state.counts[k] = count;
        feed(model, state, k);
        first = static_cast<uint16_t>(first + model.inputs[k]);
    }
    advance(model, state, observer);
}

// The state before the first step.
template <class Model, class State>
inline void reset(const Model& model, State& state) {
    auto* v = &state.v[0];
    int32_t* u = state.u;
    uint8_t* held = state.held;
    for (uint16_t k = 0; k < model.input_count; ++k) state.counts[k] = 0;
    if constexpr (Model::values) clear_values(model, state);
    for (uint16_t c = 0; c < model.copy_count; ++c) state.counts[model.copies[c].to] = 0;
    for (uint16_t c = 0; c < model.pool_count; ++c) state.counts[model.pools[c].to] = 0;
    for (uint16_t p = 0; p < model.population_count; ++p) {
        const Population& population = model.populations[p];
        state.counts[model.input_count + p] = 0;
        if (model.lanes && model.lane_populations[p].row_bytes > 0)
            state.rows[model.lane_populations[p].rows] = last_row;
        for (uint16_t i = 0; i < population.neurons; ++i) {
            set_potential(*v++, value_of(population.initial_v, i));
            if (population.filtered) *u++ = model.extras_used ? value_of(model.extras[p].initial_u, i) : 0;
            if (population.refractory_steps > 0) *held++ = 0;
        }
    }
}

}  // namespace synfire::rt
