// Two passes over the rows of the matrices: one counts, one fills.
#include "targets/loihi/partition/lists.hpp"

#include <algorithm>

namespace synfire::loihi {
namespace {

// Calls visit(source, connection, compartment, weight) for every synapse that is not 0.
template <class Visit>
void for_each_stored(const Wiring& w, const std::vector<Part>& parts, Visit visit) {
    for (const Part& part : parts)
        for (const std::size_t c : w.arriving[part.population]) {
            const IntConnection& connection = w.network.connections[c];
            const std::size_t base = first_source(w, connection.source);
            const std::size_t step = w.compartments[part.population];
            for_each_neuron(w.axes[part.population], part.box, [&](std::size_t neuron, std::size_t k) {
                const std::size_t compartment = part.first_compartment + k * step;
                for_each_synapse(connection, neuron, [&](std::size_t i, std::int16_t weight) {
                    if (weight != 0) visit(base + i, c, compartment, weight);
                });
            });
        }
}

}  // namespace

Lists gather(const Wiring& w, const std::vector<Part>& parts, Scratch& scratch) {
    Lists lists;
    scratch.count.resize(w.sources);
    std::vector<std::uint32_t>& count = scratch.count;
    for_each_stored(w, parts, [&](std::size_t source, std::size_t, std::size_t, std::int16_t) {
        if (count[source]++ == 0) lists.source.push_back(static_cast<std::uint32_t>(source));
    });
    std::sort(lists.source.begin(), lists.source.end());
    std::uint32_t total = 0;
    for (const std::uint32_t source : lists.source) {
        lists.first.push_back(total);
        total += count[source];
        count[source] = lists.first.back();  // from here on: where its next synapse goes
    }
    lists.first.push_back(total);
    lists.synapses.resize(total);
    for_each_stored(w, parts,
                    [&](std::size_t source, std::size_t c, std::size_t compartment, std::int16_t weight) {
                        lists.synapses[count[source]++] = {static_cast<std::uint32_t>(compartment),
                                                           static_cast<std::uint32_t>(c), weight};
                    });
    for (const std::uint32_t source : lists.source) count[source] = 0;
    return lists;
}

}  // namespace synfire::loihi
