// The linear maps of one path as the stages of connections: one per delay where a Delay node holds several.
#pragma once

#include <string>
#include <vector>

#include "compiler/frontend/nir/fold_neuron.hpp"
#include "compiler/frontend/nir/paths.hpp"
#include "compiler/frontend/nir/shapes.hpp"

namespace synfire::nir {

struct Chain {
    int delay = 0;
    std::string name;  // of the last node with weights; empty: none
    std::vector<Stage> stages;
    bool carries_bias = true;  // false: another chain of the same path brings what follows a Delay
};

// Turns paths into chains and counts what they hold, so that a small file cannot ask for much memory.
class ChainBuilder {
  public:
    // folded: by node, of neurons; a path may lead through those without spikes.
    ChainBuilder(const Graph& graph, const std::vector<NodeShape>& shapes,
                 const std::map<std::size_t, FoldedNeuron>& folded, double dt, Report& report)
        : graph_(graph), shapes_(shapes), folded_(folded), dt_(dt), report_(report), budget_(budget(graph)) {}

    // gain: of the neuron at the path's end, multiplied to what arrives. Throws InputError where delays are
    // out of range or the weights are too many.
    std::vector<Chain> chains_of(const Path& path, std::size_t target, const PerNeuron& gain);

  private:
    static std::size_t budget(const Graph& graph);

    [[noreturn]] void refuse(std::size_t n, const char* field, const std::string& reason,
                             const std::string& expected, const std::string& hint) const;
    void add(Chain& chain, std::size_t n, Stage stage);
    void add_matrix(Chain& chain, const Path::Step& step);
    void add_convolution(Chain& chain, const Path::Step& step);
    void add_pool(Chain& chain, std::size_t n);
    void add_scale(Chain& chain, std::size_t n);
    void add_neuron(Chain& chain, const Path::Step& step);
    std::vector<int> steps_of_delay(std::size_t n) const;
    std::vector<Chain> delayed(std::vector<Chain> chains, std::size_t n);

    const Graph& graph_;
    const std::vector<NodeShape>& shapes_;
    const std::map<std::size_t, FoldedNeuron>& folded_;
    double dt_;
    Report& report_;
    std::size_t budget_;  // values that may still be stored
};

}  // namespace synfire::nir
