// IntNetwork: the network as integers, exactly what is deployed. Every target and the emulator read only
// this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/network/network.hpp"
#include "runtime/neuron.hpp"

namespace synfire {

// v has no lower bound but its register's.
inline constexpr std::int32_t no_v_min = -INT32_MAX;

// One value for all neurons of a population, or one per neuron.
using IntPerNeuron = std::vector<std::int32_t>;

inline std::int32_t at(const IntPerNeuron& values, std::size_t neuron) {
    return values[values.size() == 1 ? 0 : neuron];
}

struct IntPopulation {
    std::string name;
    Shape shape;
    IntPerNeuron decay_u;    // 2^-F; 2^F: no synaptic filter
    IntPerNeuron decay_v;    // 2^-F
    IntPerNeuron bias{0};    // added to v in every step
    IntPerNeuron bias_u{0};  // added to the sum in every step, as a synapse whose source always spikes
    bool spiking = true;
    IntPerNeuron threshold{INT32_MAX};  // spikes when v > threshold; INT32_MAX for a readout
    rt::Reset reset = rt::Reset::none;
    IntPerNeuron reset_amount{0};  // hard: the value; soft: what is subtracted
    int refractory_steps = 0;
    int max_spikes = 1;  // in one step: v / (threshold + 1), at most this many
    IntPerNeuron initial_v{0};
    IntPerNeuron initial_u{0};
    IntPerNeuron v_min{no_v_min};
    PeriodicReset periodic_reset;
    std::vector<double> scale{1.0};  // v_int = v * scale; for reports, never used in a computation
};

// Where integer weights come from that a seed gives again: weight [o, i] is the factor of output o times
// integer o * inputs + i of the stream (runtime/drawn_weight.hpp).
struct IntDrawn {
    std::uint64_t seed = 0;
    std::uint64_t stream = 0;
    std::vector<std::uint32_t> table;  // [2 * largest], ascending
    IntPerNeuron factor{1};

    friend bool operator==(const IntDrawn&, const IntDrawn&) = default;
};

// Integer synapses. A spike adds weight * 2^exponent to the sum of every target it reaches.
struct IntConnection {
    std::string name;
    Presynaptic source;
    std::size_t target = 0;
    int delay = 0;
    int exponent = 0;  // a negative exponent floors the connection's sum; only imported networks have one
    std::size_t outputs = 0;
    std::size_t inputs = 0;
    std::vector<std::int16_t> weight;  // [outputs, inputs], row-major; of a sparse connection: [synapses]
    // Sparse connections only, else empty: the synapses of output o are first[o] .. first[o + 1] - 1, from
    // the inputs column[...], ascending.
    std::vector<std::uint32_t> first{};
    std::vector<std::uint32_t> column{};
    std::optional<Pool> source_pool{};  // maximum of what arrives, before the synapses
    std::optional<Pool> sum_pool{};     // maximum of the sums, on their way to the target
    std::optional<IntDrawn> drawn{};    // gives every weight; not of sparse connections
    // What the synapses are together, without weights or bias: shared_weights() gives those.
    std::optional<Convolution> convolution{};
};

inline bool is_sparse(const IntConnection& c) {
    return !c.first.empty();
}

// Calls visit(input, weight) for the synapses of one output, in ascending order of the inputs.
template <class Visit>
void for_each_synapse(const IntConnection& c, std::size_t output, Visit visit) {
    if (is_sparse(c)) {
        for (std::size_t k = c.first[output]; k < c.first[output + 1]; ++k) visit(c.column[k], c.weight[k]);
        return;
    }
    const std::int16_t* row = c.weight.data() + output * c.inputs;
    for (std::size_t i = 0; i < c.inputs; ++i) visit(i, row[i]);
}

// The weights of any connection as [outputs, inputs], with zeros where a sparse one has no synapse.
std::vector<std::int16_t> dense_weights(const IntConnection& connection);

struct IntNetwork {
    std::string name;
    std::string profile;  // "mcu", "loihi" or "lava"
    rt::Rules rules;
    std::vector<Input> inputs;
    std::vector<IntPopulation> populations;  // in topological order of the connections without delay
    std::vector<IntConnection> connections;
    std::vector<std::size_t> outputs;
};

std::size_t neurons(const IntPopulation& population);
std::size_t width(const IntNetwork& network, const Presynaptic& source);
std::string name_of(const IntNetwork& network, const Presynaptic& source);
// The greatest magnitude that a neuron of the source delivers in one step.
int largest_value(const IntNetwork& network, const Presynaptic& source);

// The parameters of one neuron, as the runtime takes them.
rt::NeuronParameters neuron_parameters(const IntPopulation& population, std::size_t neuron);

// True where the population's u is just this step's input and need not be stored.
bool unfiltered(const IntPopulation& population, const rt::Rules& rules);

}  // namespace synfire
