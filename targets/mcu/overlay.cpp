// The lifetimes follow from the order of runtime/engine.hpp: keep_previous, inputs, populations, and pools
// and rows as soon as their list is filled.
#include "targets/mcu/overlay.hpp"

#include <algorithm>
#include <numeric>

namespace synfire::mcu {
namespace {

bool meet(const Lifetime& a, const Lifetime& b) {
    return a.first <= b.last && b.first <= a.last;
}

// When population p adds up what it receives, and when it lists its spikes. A kernel that lists while it
// still adds would read at both.
std::size_t adds(std::size_t p) {
    return 2 * p + 1;
}

std::size_t fires(std::size_t p) {
    return 2 * p + 2;
}

struct Moments {
    const Tables& tables;
    std::size_t end = 2 * tables.populations.size();
    std::vector<Lifetime> lists{tables.lists.size()};
    std::vector<Lifetime> rows{tables.populations.size()};

    void keep(Lifetime& buffer) const {
        buffer.first = 0;
        buffer.last = end;
    }

    // What is not filled by then is of the step before.
    void read(std::size_t list, std::size_t moment) {
        Lifetime& buffer = lists[list];
        if (moment < filled(list))
            keep(buffer);
        else
            buffer.last = std::max(buffer.last, moment);
    }

    // Lists of inputs, then of populations, then of copies and pools.
    std::size_t filled(std::size_t list) const {
        if (list < tables.inputs.size()) return 0;
        const std::size_t population = list - tables.inputs.size();
        if (population < tables.populations.size()) return fires(population);
        for (const SpikePoolTable& pool : tables.pools)
            if (pool.to == list) return filled(pool.from);
        return 0;
    }
};

void set_sizes(const Tables& tables, Moments& moments) {
    for (std::size_t k = 0; k < tables.lists.size(); ++k) {
        const std::size_t next = k + 1 < tables.lists.size() ? tables.lists[k + 1] : tables.events;
        moments.lists[k].size = next - tables.lists[k];
        moments.lists[k].first = moments.lists[k].last = moments.filled(k);
    }
    std::size_t connection = 0;
    for (std::size_t p = 0; p < tables.populations.size(); ++p) {
        const PopulationTable& population = tables.populations[p];
        if (population.lane.row_bytes > 0) moments.rows[p].size = 1;
        for (std::size_t c = 0; c < population.connections; ++c, ++connection)
            if (population.lane.row_bytes > 0) moments.rows[p].size += tables.connections[connection].inputs;
    }
}

void add_readers(const Tables& tables, Moments& moments) {
    for (const ListCopyTable& copy : tables.copies) moments.keep(moments.lists[copy.from]);
    for (const std::size_t output : tables.outputs)
        moments.keep(moments.lists[tables.inputs.size() + output]);
    std::size_t connection = 0;
    for (std::size_t p = 0; p < tables.populations.size(); ++p) {
        const PopulationTable& population = tables.populations[p];
        Lifetime& rows = moments.rows[p];
        rows.first = rows.last = adds(p);
        // Resets that are due in the next step go by the list of this one.
        const bool by_kernel = population.lane.quick || population.fused.connection;
        if (by_kernel && population.reset == rt::Reset::subtract_next_step)
            moments.keep(moments.lists[tables.inputs.size() + p]);
        for (std::size_t c = 0; c < population.connections; ++c, ++connection) {
            const std::size_t source = tables.connections[connection].source;
            if (!population.lane.direct) {
                moments.read(source, population.fused.connection ? fires(p) : adds(p));
                continue;
            }
            rows.first = moments.filled(source);
            if (rows.first > rows.last) moments.keep(rows);
        }
    }
}

}  // namespace

Placement place(const std::vector<Lifetime>& buffers) {
    std::vector<std::size_t> order(buffers.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return buffers[a].size > buffers[b].size; });
    Placement placement{std::vector<std::size_t>(buffers.size(), 0), 0};
    std::vector<std::size_t> placed;  // by ascending offset
    for (const std::size_t k : order) {
        std::size_t at = 0;
        for (const std::size_t other : placed) {
            if (!meet(buffers[k], buffers[other])) continue;
            if (placement.offset[other] >= at + buffers[k].size) break;
            at = std::max(at, placement.offset[other] + buffers[other].size);
        }
        placement.offset[k] = at;
        placement.size = std::max(placement.size, at + buffers[k].size);
        placed.insert(std::upper_bound(placed.begin(), placed.end(), at,
                                       [&](std::size_t x, std::size_t b) { return x < placement.offset[b]; }),
                      k);
    }
    return placement;
}

void overlay_buffers(Tables& tables) {
    Moments moments{tables};
    set_sizes(tables, moments);
    add_readers(tables, moments);
    const Placement lists = place(moments.lists);
    tables.lists = lists.offset;
    tables.events = lists.size;
    const Placement rows = place(moments.rows);
    for (std::size_t p = 0; p < tables.populations.size(); ++p)
        if (tables.populations[p].lane.row_bytes > 0) tables.populations[p].lane.rows = rows.offset[p];
    tables.rows = rows.size;
}

}  // namespace synfire::mcu
