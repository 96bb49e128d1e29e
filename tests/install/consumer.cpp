// A program outside the tree: the runtime at compile time, a front end and the emulator at run time.
#include <cstdio>

#include "compiler/frontend/frontends.hpp"
#include "emulator/emulate.hpp"

using namespace synfire;

static_assert(rt::decay_toward_zero(-4097, 1, 12) == -4095);

int main(int count, char** arguments) {
    if (count != 2) return 1;
    Report report;
    const Network digits = read({arguments[1], read_file(arguments[1])}, {}, report);

    IntPopulation neuron;
    neuron.shape = {1};
    neuron.decay_u = {4096};
    neuron.decay_v = {0};
    neuron.threshold = {9};
    neuron.reset = rt::Reset::to_value;
    IntConnection synapse;
    synapse.outputs = synapse.inputs = 1;
    synapse.weight = {4};
    IntNetwork network;
    network.rules = rt::mcu_rules(12);
    network.inputs = {{"in", {1}, SignalKind::spikes}};
    network.populations = {neuron};
    network.connections = {synapse};
    const IntTrace trace = emulate(network, {Signal{3, 1, {1, 1, 1}}});
    int spikes = 0;
    for (const auto s : trace.populations[0].s) spikes += s;
    std::printf("%zu populations, %d spike\n", digits.populations.size(), spikes);
    return 0;
}
