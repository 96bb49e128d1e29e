// What a user says about a model whose file cannot say it. NIR files hold differential equations: neither the
// length of a step nor the kind of reset is in them. netx files leave resets between samples to the program
// that loads them. Others keep weights or the input's shape elsewhere.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/network/network.hpp"
#include "compiler/support/shape.hpp"

namespace synfire {

enum class ResetRule {
    zero,              // v := v_reset of the file, 0 where it holds none
    subtract,          // v -= threshold in the next step (snnTorch's default)
    subtract_now,      // v -= threshold in the step of the spike (SpikingJelly, sinabs)
    snntorch_nodelay,  // snnTorch with reset_delay=False
    none,
};

enum class Discretization {
    euler,       // kept per step: 1 - dt/tau (Norse, snnTorch, Lava)
    exponential  // kept per step: exp(-dt/tau) (sinabs, Rockpool)
};

// A graph input that is a state, and the output that carries it to the next step.
struct StateNames {
    std::string input;
    std::string output;
};

enum class Gain {
    file,  // what arrives is multiplied by r dt/tau, as the file's equation says
    one,   // what arrives is added as it is (sinabs)
};

// The framework whose reading of a file is taken; each sets all the options below at once.
enum class Framework { snntorch, norse, sinabs, spikingjelly, rockpool, lava, lava_fixed, spyx };

// An empty option was not given; one that was given beats the framework's.
struct ReadOptions {
    std::optional<Framework> as;
    std::optional<double> dt;  // s, > 0
    std::optional<ResetRule> reset;
    std::optional<Discretization> discretization;
    std::optional<Compare> compare;
    std::optional<Gain> gain;
    std::optional<int> max_spikes;       // of a neuron in one step, 1..max_count
    std::optional<int> reset_interval;   // steps between two resets of all states, > 0
    bool raw_input = false;              // the input block gets its values as they are, not transformed
    std::vector<StateNames> states;      // of ONNX graphs whose names do not tell
    std::optional<Shape> input_shape;    // without batch and time
    std::optional<std::string> weights;  // path of the file that holds them
    bool may_lack_weights = false;       // the model is about to be initialized
};

}  // namespace synfire
