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
// Potentials have the unit of the model file's threshold; times are steps.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/support/shape.hpp"

namespace synfire {

// One value for all neurons of a population, or one per neuron.
using PerNeuron = std::vector<double>;

inline double at(const PerNeuron& values, std::size_t neuron) {
    return values[values.size() == 1 ? 0 : neuron];
}

enum class SignalKind { spikes, counts, real };

struct Input {
    std::string name;
    Shape shape;  // without batch and time
    SignalKind kind = SignalKind::spikes;
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

using Reset = std::variant<NoReset, HardReset, SoftReset>;

enum class Compare { greater, greater_equal };

// What makes a population spike; a readout has none.
struct Spiking {
    PerNeuron threshold;
    Compare compare = Compare::greater;
    Reset reset;
    int refractory_steps = 0;  // steps for which v is held after a spike
};

struct Population {
    std::string name;
    Shape shape;
    PerNeuron alpha{0.0};      // kept fraction of the synaptic current per step, 0..1
    PerNeuron beta{0.0};       // kept fraction of the membrane potential per step, 0..1
    PerNeuron bias{0.0};       // added to v in every step
    PerNeuron initial_v{0.0};  // v before the first step
    std::optional<Spiking> spiking;
};

// Fully connected synapses.
struct Dense {
    std::size_t outputs = 0;
    std::size_t inputs = 0;
    std::vector<double> weight;  // [outputs, inputs], row-major
    std::vector<double> bias;    // [outputs], added to i in every step; empty: none
};

// Linear maps that a chain of stages may hold. A new kind of connection is one alternative here.
using Stage = std::variant<Dense>;

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
    int delay = 0;           // steps; at least 1 in every cycle
    std::vector<Stage> stages;
};

struct Network {
    std::string name;
    std::vector<Input> inputs;
    std::vector<Population> populations;  // in topological order of the connections without delay
    std::vector<Connection> connections;
    std::vector<std::size_t> outputs;  // populations
};

std::size_t neurons(const Input& input);
std::size_t neurons(const Population& population);
// Number of values that the source delivers per step.
std::size_t width(const Network& network, const Presynaptic& source);
std::string name_of(const Network& network, const Presynaptic& source);

}  // namespace synfire
