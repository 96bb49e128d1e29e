// Network: the float model that every front end produces and every later stage reads.
//
// One neuron equation family; front ends fold their framework's conventions (tau, R, dt, reset order) into
// it:
//
//   i[t] = alpha * i[t-1] + sum over connections            (alpha = 0: no synaptic filter)
//   v[t] = beta  * v[t-1] + i[t] + bias - amount * s[t-1]   (the last term: soft reset in the next step)
//   s[t] = v[t] > threshold                                 (or >=)
//   then a hard reset sets v := value, a soft reset at once does v -= amount
//
// A source that sends several spikes in one step (counts, max_spikes) counts as often in the sum.
//
// Potentials have the unit of the model file's threshold; times are steps.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/network/stage.hpp"
#include "compiler/support/shape.hpp"

namespace synfire {

// One value for all neurons of a population, or one per neuron.
using PerNeuron = std::vector<double>;

inline double at(const PerNeuron& values, std::size_t neuron) {
    return values[values.size() == 1 ? 0 : neuron];
}

enum class SignalKind { spikes, counts, real };

// Largest event count of one input or neuron in one step.
inline constexpr int max_count = 255;

struct Input {
    std::string name;
    Shape shape;  // without batch and time
    SignalKind kind = SignalKind::spikes;
    // Of real values: the greatest magnitude, where it is known (0: it is not), and the whole number that it
    // becomes when the network is quantized. Equal: the values are whole numbers already.
    double range = 0;
    int levels = 127;
};

struct NoReset {};

// v := value in the step of the spike.
struct HardReset {
    PerNeuron value;
};

// v -= amount, in the step of the spike (SpikingJelly, sinabs) or in the following step after the leak
// (snnTorch; Micheli et al. 2024, equation 13).
struct SoftReset {
    PerNeuron amount;
    bool next_step = true;
};

// snnTorch with reset_delay=False: what stands above the threshold is reset before the update and once more
// after a spike, and the first reset is given back when no spike follows (snntorch/_neurons/leaky.py). With
// r = [v > threshold] before and z = [v > threshold] after the update:
//   subtract:  v := beta * v + i + bias - r * amount;   then v -= (z - r) * amount
//   to zero:   v := beta * v * (1 - r) + i + bias;      then v -= (z - r) * v
struct NoDelayReset {
    bool to_zero = false;
    PerNeuron amount{0.0};  // of the subtraction
};

using Reset = std::variant<NoReset, HardReset, SoftReset, NoDelayReset>;

enum class Compare { greater, greater_equal };

// What makes a population spike; a readout has none.
struct Spiking {
    PerNeuron threshold;
    Compare compare = Compare::greater;
    Reset reset;
    int refractory_steps = 0;  // steps for which v is held after a spike
    // A neuron sends min(floor(v / threshold), max_spikes) spikes in one step (sinabs MultiSpike), and a soft
    // reset subtracts its amount for each. 1: at most one spike.
    int max_spikes = 1;
};

// u and v return to zero before step `first` (from 0) and every `interval` steps from there, as Lava's
// LIFReset does between samples. interval 0: never.
struct PeriodicReset {
    int interval = 0;
    int first = 0;

    friend bool operator==(const PeriodicReset&, const PeriodicReset&) = default;
};

// Whether the state is cleared before the step (from 0).
bool clears(const PeriodicReset& reset, std::size_t step);

// A ReLU of a conventional network, min(max(v, 0), most): no neuron yet. tuning/convert_ann makes one of it;
// nothing runs it before (network/rectified.hpp).
struct Rectifier {
    double most = std::numeric_limits<double>::infinity();
};

struct Population {
    std::string name;
    Shape shape;
    PerNeuron alpha{0.0};      // kept fraction of the synaptic current per step, 0..1
    PerNeuron beta{0.0};       // kept fraction of the membrane potential per step, 0..1
    PerNeuron bias{0.0};       // added to v in every step
    PerNeuron initial_v{0.0};  // v before the first step
    PerNeuron initial_i{0.0};  // i before the first step
    PerNeuron v_min;           // v is raised to it before it meets the threshold; empty: no lower bound
    PeriodicReset periodic_reset;
    std::optional<Spiking> spiking;
    std::optional<Rectifier> rectifier;  // then nothing above but shape and bias counts
};

// What drives a connection: a network input, or the spikes of a population.
struct Presynaptic {
    enum class Kind { input, population } kind = Kind::input;
    std::size_t index = 0;

    friend bool operator==(const Presynaptic&, const Presynaptic&) = default;
};

// Longer delays are refused; Loihi holds 62 steps.
inline constexpr int max_delay = 1024;

struct Connection {
    std::string name;
    Presynaptic source;
    std::size_t target = 0;  // population
    int delay = 0;  // steps; at least 1 in every cycle. One connection per delay where synapses differ
    std::vector<Stage> stages;  // applied first to last; none: each spike counts 1
};

struct Network {
    std::string name;
    std::vector<Input> inputs;
    std::vector<Population> populations;  // in topological order of the connections without delay
    std::vector<Connection> connections;
    std::vector<std::size_t> outputs;  // populations
    double dt = 0;                     // seconds per step, for reports only; 0: the file does not say
};

std::size_t neurons(const Input& input);
std::size_t neurons(const Population& population);
// Number of values that the source delivers per step.
std::size_t width(const Network& network, const Presynaptic& source);
std::string name_of(const Network& network, const Presynaptic& source);
// The number of weights that a connection stores; a convolution's are shared by many synapses.
std::size_t stored_weights(const Connection& connection);
// The most neurons or inputs that one neuron of the population hears through the connection.
std::size_t fan_in(const Network& network, const Connection& connection);
std::size_t fan_in(const Network& network, std::size_t population);

}  // namespace synfire
