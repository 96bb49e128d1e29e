#include "tuning/slice.hpp"

#include <algorithm>
#include <string>

namespace synfire {
namespace {

bool is_loop(const Connection& c) {
    return c.source.kind == Presynaptic::Kind::population && c.source.index == c.target;
}

}  // namespace

Slice slice_of(const Network& network, std::size_t population, const std::vector<Signal>& inputs,
               const std::vector<Signal>& spikes) {
    Slice slice;
    slice.network.populations = {network.populations[population]};
    slice.network.outputs = {0};
    for (std::size_t k = 0; k < network.connections.size(); ++k) {
        const Connection& c = network.connections[k];
        if (c.target != population) continue;
        Connection own = c;
        own.target = 0;
        own.source = {Presynaptic::Kind::population, 0};
        if (!is_loop(c)) {
            const bool outside = c.source.kind == Presynaptic::Kind::input;
            own.source = {Presynaptic::Kind::input, slice.inputs.size()};
            slice.inputs.push_back(outside ? inputs[c.source.index] : spikes[c.source.index]);
            Input input;
            input.name = "input" + std::to_string(slice.inputs.size());
            input.shape = {slice.inputs.back().neurons};
            if (outside)
                input = network.inputs[c.source.index];
            else if (network.populations[c.source.index].spiking->max_spikes > 1)
                input.kind = SignalKind::counts;
            slice.network.inputs.push_back(std::move(input));
        }
        slice.network.connections.push_back(std::move(own));
        slice.connection.push_back(k);
    }
    if (slice.inputs.empty()) {  // nothing but itself drives it
        slice.network.inputs.push_back({"silence", {1}});
        slice.inputs.push_back({inputs[0].steps, 1, std::vector<double>(inputs[0].steps, 0.0)});
    }
    return slice;
}

bool is_layered(const Network& network) {
    return std::all_of(network.connections.begin(), network.connections.end(), [](const Connection& c) {
        return c.source.kind == Presynaptic::Kind::input || c.source.index <= c.target;
    });
}

}  // namespace synfire
