#include "tuning/synapse_group.hpp"

#include <map>

namespace synfire {
namespace {

std::size_t channels_of(const Inflow& inflow) {
    std::size_t channels = 0;
    for (const Folded* f : inflow.folded) {
        if (f->channels == 0 || inflow.neurons % f->channels != 0) return 0;
        if (channels != 0 && channels != f->channels) return 0;
        channels = f->channels;
    }
    return channels;
}

SynapseGroup group_of(const Inflow& inflow, std::size_t first, std::size_t last, bool shared) {
    SynapseGroup group;
    group.first = first;
    group.last = last;
    for (std::size_t k = 0; k < inflow.folded.size(); ++k) {
        const Matrix& matrix = inflow.folded[k]->matrix;
        const Rows rows = rows_of(*inflow.folded[k], first, last, inflow.neurons);
        std::vector<std::uint32_t> parameters;
        std::map<double, std::uint32_t> known;
        for (std::size_t s = matrix.begin(rows.first); s < matrix.begin(rows.last); ++s) {
            const auto next = static_cast<std::uint32_t>(group.weight.size());
            const std::uint32_t p = shared ? known.emplace(matrix.weight[s], next).first->second : next;
            parameters.push_back(p);
            if (p != next) continue;
            group.weight.push_back(matrix.weight[s]);
            group.source.push_back(k);
        }
        group.parameter.push_back(std::move(parameters));
    }
    return group;
}

}  // namespace

Inflow inflow_of(const Network& network, const std::vector<Folded>& folded, std::size_t population) {
    Inflow inflow{population, neurons(network.populations[population]), {}, {}};
    for (std::size_t c = 0; c < folded.size(); ++c) {
        if (network.connections[c].target != population) continue;
        inflow.connections.push_back(c);
        inflow.folded.push_back(&folded[c]);
    }
    return inflow;
}

Rows rows_of(const Folded& folded, std::size_t first, std::size_t last, std::size_t neurons) {
    if (!folded.sum_pool) return {first, last};
    return {first * folded.matrix.outputs / neurons, last * folded.matrix.outputs / neurons};
}

std::vector<SynapseGroup> synapse_groups(const Inflow& inflow) {
    const std::size_t channels = channels_of(inflow);
    const std::size_t size = channels == 0 ? 1 : inflow.neurons / channels;
    std::vector<SynapseGroup> groups;
    for (std::size_t first = 0; first < inflow.neurons; first += size)
        groups.push_back(group_of(inflow, first, first + size, size > 1));
    return groups;
}

bool same_layout(const Inflow& inflow, const SynapseGroup& a, const SynapseGroup& b) {
    if (a.weight.size() != b.weight.size() || a.parameter != b.parameter) return false;
    for (const Folded* f : inflow.folded) {
        const Matrix& m = f->matrix;
        if (!m.sparse()) continue;
        const Rows ra = rows_of(*f, a.first, a.last, inflow.neurons);
        const Rows rb = rows_of(*f, b.first, b.last, inflow.neurons);
        if (ra.last - ra.first != rb.last - rb.first) return false;
        for (std::size_t r = 0; r <= ra.last - ra.first; ++r)
            if (m.first[ra.first + r] - m.first[ra.first] != m.first[rb.first + r] - m.first[rb.first])
                return false;
        for (std::size_t s = m.begin(ra.first); s < m.begin(ra.last); ++s)
            if (m.column[s] != m.column[s - m.begin(ra.first) + m.begin(rb.first)]) return false;
    }
    return true;
}

}  // namespace synfire
