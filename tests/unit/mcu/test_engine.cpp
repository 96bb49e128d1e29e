// runtime/engine.hpp on the tables of random networks, against dense sums and rt::step for every neuron.
#include <algorithm>
#include <deque>
#include <numeric>

#include <gtest/gtest.h>

#include "compiler/quantize/drawn.hpp"
#include "emulator/emulate.hpp"
#include "emulator/synapses.hpp"
#include "runtime/drawn_weight.hpp"
#include "runtime/engine.hpp"
#include "targets/mcu/drives.hpp"
#include "targets/mcu/kernels.hpp"
#include "targets/mcu/lower.hpp"
#include "targets/mcu/overlay.hpp"
#include "tests/unit/mcu/value_network.hpp"

// In place of the kernels of a core, their twins; the one order of a test.
static synfire::rt::RowOrder order_of_twins;

void synfire_accumulate(synfire::rt::Row* rows, std::int16_t* sum, std::uint32_t row_bytes,
                        std::uint32_t events) {
    EXPECT_EQ(rows[events], synfire::rt::last_row);
    synfire::rt::accumulate_rows(order_of_twins, rows, sum, row_bytes);
}

void synfire_accumulate_nibbles(synfire::rt::Row* rows, std::int16_t* sum, std::uint32_t row_bytes,
                                std::uint32_t events) {
    EXPECT_EQ(rows[events], synfire::rt::last_row);
    synfire::rt::accumulate_rows(synfire::rt::RowOrder::nibbles, rows, sum, row_bytes);
}

void synfire_accumulate_bytes(synfire::rt::Row* rows, std::int16_t* sum, std::uint32_t row_bytes,
                              std::uint32_t events, std::uint32_t part) {
    EXPECT_EQ(rows[events], synfire::rt::last_row);
    EXPECT_EQ(row_bytes % 32, 0U);
    for (std::uint32_t e = 0; e < events; ++e)
        for (std::uint32_t k = 0; k < row_bytes; ++k) {
            const std::int32_t most =
                static_cast<std::int32_t>(part) * synfire::rt::weight_in_row(order_of_twins, rows[e], k);
            if (most < INT8_MIN || most > INT8_MAX) ADD_FAILURE() << most;
        }
    synfire::rt::accumulate_rows(order_of_twins, rows, sum, row_bytes);
}

std::uint16_t* synfire_update(std::int32_t* v, const std::int16_t* sum, const synfire::rt::LaneLayer* layer,
                              std::uint16_t* spikes) {
    EXPECT_EQ(layer->whole % 8, 0U);
    for (std::uint32_t i = 0; i < layer->whole; ++i)
        EXPECT_LT(std::abs(std::int64_t{v[i]}), std::int64_t{1} << (32 - layer->fraction_bits));
    return synfire::rt::update_lanes(v, sum, *layer, spikes, 0, layer->whole);
}

static std::uint32_t fused_checked(const synfire::rt::FusedLayer& layer, std::int16_t* v, std::uint32_t count,
                                   std::uint16_t* events) {
    for (std::uint32_t e = 1; e < count; ++e) EXPECT_LT(events[layer.from + e - 1], events[layer.from + e]);
    return synfire::rt::step_fused(layer, v, count, events);
}

std::uint32_t synfire_step_alike(const synfire::rt::FusedLayer* layer, std::int16_t* v, std::uint32_t count,
                                 std::uint16_t* events) {
    EXPECT_EQ(layer->parameters, nullptr);
    return fused_checked(*layer, v, count, events);
}

std::uint32_t synfire_step_own(const synfire::rt::FusedLayer* layer, std::int16_t* v, std::uint32_t count,
                               std::uint16_t* events) {
    EXPECT_NE(layer->parameters, nullptr);
    return fused_checked(*layer, v, count, events);
}

// The order of the weights for kernels, as the test has chosen it.
static synfire::rt::ValueOrder order_of_products;

void synfire_products_s16(const std::int8_t* weights, const std::int16_t* levels, std::int32_t* sum,
                          std::uint32_t blocks, std::uint32_t padded) {
    EXPECT_EQ(padded % order_of_products.group, 0U);
    synfire::rt::multiply_blocks(order_of_products, weights, levels, sum, blocks, padded);
}

namespace synfire {
namespace {

// The tables in memory as the engine reads them; what tables.cpp is in an emitted directory.
struct MemoryModel {
    rt::Rules rules{};
    std::uint16_t input_count = 0;
    const std::uint16_t* inputs = nullptr;
    std::uint16_t population_count = 0;
    const rt::Population* populations = nullptr;
    const rt::NeuronColumns* neurons = nullptr;
    const rt::Extras* extras = nullptr;
    const rt::Connection* connections = nullptr;
    const std::uint32_t* lists = nullptr;
    std::uint16_t copy_count = 0;
    const rt::ListCopy* copies = nullptr;
    std::uint16_t pool_count = 0;
    const rt::SpikePool* pools = nullptr;
    const std::uint16_t* sum_distances = nullptr;
    const rt::LanePopulation* lane_populations = nullptr;
    const std::uint16_t* feeds = nullptr;
    const rt::Complement* complement = nullptr;
    const rt::FusedLayer* fused_layers = nullptr;
    bool fused_alike = true, fused_own = true, all_fused = false;
    bool filtered = true, refractory = true, no_delay = true, extras_used = true, sparse = true, drawn = true,
         lanes = false, complements = false, row_lanes = true, quick_sums = true, all_lanes = false,
         all_quick = false, all_direct = false, all_whole = false, settles = true, resets = true,
         byte_lanes = true, nibble_lanes = true, convolution = true, byte_kernels = true,
         halfword_kernels = true, crumbs = true, nibbles = true, bytes = true, halfwords = true;

    static constexpr bool values = true;
    using Level = std::int16_t;
    using GivenLevel = std::int16_t;
    std::uint16_t value_input_count = 0, value_connection_count = 0;
    const rt::ValueInput* value_inputs = nullptr;
    const rt::ValueConnection* value_connections = nullptr;
    const rt::Drive* drives = nullptr;
    std::uint32_t level_count = 0, drive_count = 0;
    bool plain_drives = true, value_blocks = true, value_rows = true, value_synapses = true,
         value_halfwords = true;
};

struct MemoryValues {
    std::int32_t* drive = nullptr;
    std::int16_t* levels = nullptr;
    std::uint8_t stale = 1;
};

template <class Potential>
struct MemoryState {
    std::vector<Potential> v_values;
    std::vector<std::int32_t> u_values, sums;
    std::vector<std::uint16_t> event_values, count_values;
    std::vector<std::uint8_t> held_values;
    std::vector<rt::Row> row_values;
    std::vector<std::int16_t> lane_sums;
    rt::Row* rows = nullptr;
    std::int16_t* lane_sum = nullptr;
    Potential* v = nullptr;
    std::int32_t* u = nullptr;
    std::int32_t* sum = nullptr;
    std::uint16_t* events = nullptr;
    std::uint16_t* counts = nullptr;
    std::uint8_t* held = nullptr;
    std::vector<std::int32_t> drive_values;
    std::vector<std::int16_t> level_values;
    MemoryValues values;
};

template <class To, class From>
std::vector<To> narrowed(const std::vector<From>& values) {
    std::vector<To> result;
    for (From x : values) result.push_back(static_cast<To>(x));
    return result;
}

// Potential: of rt::Rules::membrane.
template <class Potential>
struct MemoryOf {
    MemoryModel model;
    MemoryState<Potential> state;
    std::deque<std::vector<std::int8_t>> int8s;
    std::deque<std::vector<std::int16_t>> int16s;
    std::deque<std::vector<std::int32_t>> int32s;
    std::vector<std::uint16_t> inputs;
    std::vector<std::uint32_t> lists;
    std::vector<rt::Population> populations;
    std::vector<rt::NeuronColumns> neurons;
    std::vector<rt::Extras> extras;
    std::vector<rt::Connection> connections;
    std::vector<rt::ListCopy> copies;
    std::vector<rt::SpikePool> pools;
    std::vector<rt::LanePopulation> lanes;
    std::vector<rt::FusedLayer> fused;
    std::vector<std::uint16_t> feeds;
    std::vector<rt::Complement> complement;
    std::deque<std::vector<std::uint32_t>> firsts;
    std::deque<std::vector<std::uint16_t>> targets;
    std::deque<rt::DrawnMatrix> drawn;
    std::deque<rt::DrawnLaw> laws;
    std::deque<rt::Convolution> convolutions;
    std::deque<std::vector<rt::Reach>> reaches;
    std::vector<std::uint16_t> sum_distances;
    std::deque<std::vector<std::uint8_t>> guides, weights;
    std::vector<rt::ValueInput> value_inputs;
    std::vector<rt::ValueConnection> value_connections;
    std::vector<rt::Drive> drives;

    explicit MemoryOf(const mcu::Tables& tables);
    void add_values(const mcu::Values& values);
    MemoryOf(const MemoryOf&) = delete;
    MemoryOf& operator=(const MemoryOf&) = delete;

    template <class Value>
    const void* store(const std::vector<Value>& values, int bytes) {
        if (bytes == 1) return int8s.emplace_back(narrowed<std::int8_t>(values)).data();
        if (bytes == 2) return int16s.emplace_back(narrowed<std::int16_t>(values)).data();
        return int32s.emplace_back(narrowed<std::int32_t>(values)).data();
    }

    const void* matrix(const mcu::ConnectionTable& c, const mcu::Tables& tables) {
        const mcu::LawTable& law = tables.laws[c.drawn->law];
        const std::vector<std::uint32_t>& table = firsts.emplace_back(law.table);
        laws.push_back({table.data(), guides.emplace_back(law.guide).data(),
                        static_cast<std::uint16_t>(table.size() / 2),
                        static_cast<std::uint8_t>(law.guide_shift)});
        return &drawn.emplace_back(rt::DrawnMatrix{c.drawn->seed, c.drawn->stream, &laws.back(),
                                                   static_cast<std::uint16_t>(c.inputs),
                                                   column(c.drawn->factor)});
    }

    const void* kernel(const mcu::ConnectionTable& c) {
        const mcu::ConvolutionTable& t = *c.convolution;
        const auto small = [](std::size_t x) {
            EXPECT_LE(x, UINT16_MAX);
            return static_cast<std::uint16_t>(x);
        };
        return &convolutions.emplace_back(rt::Convolution{
            store(c.weight, t.bytes), reaches.emplace_back(t.rows).data(),
            reaches.emplace_back(t.columns).data(), static_cast<std::uint32_t>(t.kernel),
            static_cast<std::uint32_t>(t.group), small(t.rows.size()), small(t.columns.size()),
            small(t.channels), small(t.filters), small(t.kernel_row), small(t.output_row),
            small(t.output_column), small(t.row_distance), small(t.column_distance), small(t.distance),
            static_cast<std::uint8_t>(t.bytes), t.whole_rows});
    }

    const void* weights_of(const mcu::ConnectionTable& c, const mcu::Tables& tables) {
        if (c.convolution) return kernel(c);
        if (c.drawn) return matrix(c, tables);
        return weights.emplace_back(mcu::packed_weights(c)).data();
    }

    rt::Column column(const mcu::ColumnTable& c) {
        return {store(c.values, c.bytes), static_cast<std::uint8_t>(c.bytes),
                static_cast<std::uint8_t>(c.values.size() > 1 ? 1 : 0)};
    }
};

using Memory = MemoryOf<std::int32_t>;

template <class Potential>
MemoryOf<Potential>::MemoryOf(const mcu::Tables& tables)
    : inputs(narrowed<std::uint16_t>(tables.inputs)), lists(narrowed<std::uint32_t>(tables.lists)) {
    for (const mcu::PopulationTable& p : tables.populations)
        extras.push_back({column(p.bias_u), column(p.initial_u), column(p.v_min)});
    for (const mcu::PopulationTable& p : tables.populations)
        populations.push_back({static_cast<std::uint16_t>(p.neurons),
                               static_cast<std::uint16_t>(p.connections), p.spiking, p.filtered, p.reset,
                               static_cast<std::uint8_t>(p.refractory_steps),
                               static_cast<std::uint8_t>(p.shift), column(p.decay_v), column(p.reset_amount),
                               column(p.initial_v)});
    for (const mcu::PopulationTable& p : tables.populations)
        neurons.push_back({column(p.decay_u), column(p.bias), column(p.threshold)});
    for (const mcu::ConnectionTable& c : tables.connections) {
        const bool sparse = !c.first.empty();
        connections.push_back({weights_of(c, tables), static_cast<std::uint16_t>(c.source),
                               static_cast<std::uint8_t>(c.bits), static_cast<std::uint8_t>(c.shift),
                               sparse ? firsts.emplace_back(c.first).data() : nullptr,
                               sparse ? targets.emplace_back(c.targets).data() : nullptr});
    }
    for (const mcu::ListCopyTable& c : tables.copies)
        copies.push_back({static_cast<std::uint16_t>(c.from), static_cast<std::uint16_t>(c.to)});
    for (const mcu::SpikePoolTable& p : tables.pools)
        pools.push_back({static_cast<std::uint16_t>(p.from), static_cast<std::uint16_t>(p.to),
                         static_cast<std::uint16_t>(p.outputs), firsts.emplace_back(p.first).data(),
                         targets.emplace_back(p.targets).data()});
    for (const mcu::PopulationTable& p : tables.populations)
        lanes.push_back(
            {static_cast<std::uint32_t>(p.lane.row_bytes),
             static_cast<std::uint32_t>(p.lane.rows),
             p.lane.direct ? connections[*p.lane.direct].weights : nullptr,
             p.lane.quick,
             p.lane.nibbles,
             p.lane.resets,
             static_cast<std::uint8_t>(p.lane.part),
             {p.lane.leak, p.lane.threshold, 1 << p.lane.scale_bits,
              p.lane.parameters.empty() ? nullptr : int32s.emplace_back(p.lane.parameters).data(),
              static_cast<std::uint32_t>(p.lane.whole), static_cast<std::uint32_t>(p.lane.fraction_bits),
              static_cast<std::uint32_t>(p.lane.group), p.lane.amount}});
    for (const mcu::PopulationTable& p : tables.populations) {
        fused.push_back({});
        if (!p.fused.connection) continue;
        const mcu::ConnectionTable& c = tables.connections[*p.fused.connection];
        fused.back() = {
            static_cast<const std::int8_t*>(connections[*p.fused.connection].weights),
            lists[c.source],
            lists[p.fused.list],
            static_cast<std::uint32_t>(c.outputs) << 16 | static_cast<std::uint32_t>(p.fused.keep),
            -p.fused.keep,
            p.fused.threshold,
            p.fused.amount,
            static_cast<std::uint32_t>(c.outputs),
            p.fused.scale,
            p.fused.stays ? 1 : 0,
            p.fused.parameters.empty() ? nullptr : int16s.emplace_back(p.fused.parameters).data(),
            static_cast<std::uint16_t>(c.source),
            static_cast<std::uint16_t>(p.fused.list)};
    }
    model.fused_layers = fused.data();
    feeds = narrowed<std::uint16_t>(tables.feeds);
    for (const mcu::PopulationTable& p : tables.populations)
        sum_distances.push_back(static_cast<std::uint16_t>(p.channels));
    model.sum_distances = sum_distances.data();
    model.lanes = model.row_lanes = model.quick_sums = tables.lanes;
    model.lane_populations = lanes.data();
    model.feeds = feeds.data();
    for (const mcu::PopulationTable& p : tables.populations) {
        model.complements = model.complements || !p.lane.total.empty();
        complement.push_back({nullptr, 0});
        if (!p.lane.total.empty())
            complement.back() = {int16s.emplace_back(p.lane.total).data(),
                                 static_cast<std::uint16_t>(tables.connections[*p.lane.direct].inputs)};
    }
    model.complement = complement.data();
    state.row_values.assign(tables.rows, 1);
    state.lane_sums.assign(tables.lane_sums, -1);
    state.rows = state.row_values.data();
    state.lane_sum = state.lane_sums.data();
    model.pool_count = static_cast<std::uint16_t>(pools.size());
    model.pools = pools.data();
    model.rules = tables.rules;
    model.input_count = static_cast<std::uint16_t>(inputs.size());
    model.inputs = inputs.data();
    model.population_count = static_cast<std::uint16_t>(populations.size());
    model.populations = populations.data();
    model.neurons = neurons.data();
    model.extras = extras.data();
    model.connections = connections.data();
    model.lists = lists.data();
    model.copy_count = static_cast<std::uint16_t>(copies.size());
    model.copies = copies.data();
    // Exact sizes, so that a sanitizer sees every access beyond them; filled, so that reset has to do its
    // work.
    state.v_values.assign(tables.neurons, -1);
    state.u_values.assign(tables.filtered, -1);
    state.sums.assign(tables.widest, -1);
    state.event_values.assign(tables.events, 9);
    state.count_values.assign(tables.lists.size(), 1);
    state.held_values.assign(tables.refractory, 9);
    state.v = state.v_values.data();
    state.u = state.u_values.data();
    state.sum = state.sums.data();
    state.events = state.event_values.data();
    state.counts = state.count_values.data();
    state.held = state.held_values.data();
    add_values(tables.values);
}

template <class Potential>
void MemoryOf<Potential>::add_values(const mcu::Values& values) {
    for (const mcu::ValueInputTable& i : values.inputs)
        value_inputs.push_back({static_cast<std::uint32_t>(i.first), static_cast<std::uint16_t>(i.count),
                                static_cast<std::int32_t>(i.levels.low),
                                static_cast<std::int32_t>(i.levels.high)});
    for (const mcu::ValueConnectionTable& c : values.connections)
        value_connections.push_back({weights.emplace_back(mcu::packed_weights(c, values.order)).data(),
                                     static_cast<std::uint32_t>(values.inputs[c.input].first),
                                     static_cast<std::uint16_t>(c.inputs),
                                     static_cast<std::uint16_t>(c.target), static_cast<std::uint8_t>(c.bits),
                                     static_cast<std::uint8_t>(c.shift), static_cast<std::uint16_t>(c.blocks),
                                     static_cast<std::uint32_t>(c.padded),
                                     c.first.empty() ? nullptr : firsts.emplace_back(c.first).data(),
                                     c.first.empty() ? nullptr : targets.emplace_back(c.sources).data()});
    for (std::size_t p = 0; p < values.drives.size(); ++p)
        drives.push_back({static_cast<std::uint32_t>(values.drives[p]), values.plain[p]});
    model.value_input_count = static_cast<std::uint16_t>(value_inputs.size());
    model.value_inputs = value_inputs.data();
    model.value_connection_count = static_cast<std::uint16_t>(value_connections.size());
    model.value_connections = value_connections.data();
    model.drives = drives.data();
    model.level_count = static_cast<std::uint32_t>(values.level_count);
    model.drive_count = static_cast<std::uint32_t>(values.drive_count);
    state.drive_values.assign(values.drive_count, -1);
    state.level_values.assign(values.level_count, -1);
    state.values = {state.drive_values.data(), state.level_values.data(), 1};
}

using Record = std::vector<test::PlainPopulation>;

struct Recorder {
    Record& record;

    void operator()(std::uint16_t population, std::uint16_t, bool spiked, const rt::NeuronState& state) {
        record[population].s.push_back(spiked ? 1 : 0);
        record[population].u.push_back(state.u);
        record[population].v.push_back(state.v);
    }
};

std::vector<std::uint8_t> packed(const std::uint8_t* spikes, std::size_t n) {
    std::vector<std::uint8_t> bits((n + 7) / 8);
    for (std::size_t i = 0; i < n; ++i)
        if (spikes[i] != 0) bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | 1 << i % 8);
    return bits;
}

std::vector<std::uint16_t> listed(const std::uint8_t* spikes, std::size_t n) {
    std::vector<std::uint16_t> events;
    for (std::size_t i = 0; i < n; ++i)
        if (spikes[i] != 0) events.push_back(static_cast<std::uint16_t>(i));
    return events;
}

template <class Potential>
Record engine_run(MemoryOf<Potential>& memory, std::size_t steps, const std::vector<std::uint8_t>& spikes,
                  bool as_events) {
    Record record(memory.populations.size());
    const std::size_t n = spikes.size() / steps;
    rt::reset(memory.model, memory.state);
    for (std::size_t t = 0; t < steps; ++t) {
        const std::uint8_t* now = spikes.data() + t * n;
        if (as_events) {
            // In no order: callers need not sort.
            std::vector<std::uint16_t> events = listed(now, n);
            std::reverse(events.begin(), events.end());
            rt::step_events(memory.model, memory.state,
                            {events.data(), static_cast<std::uint16_t>(events.size())}, Recorder{record});
        } else {
            rt::step(memory.model, memory.state, packed(now, n).data(), Recorder{record});
        }
    }
    return record;
}

void expect_equal(const Record& expected, const Record& actual) {
    for (std::size_t p = 0; p < expected.size(); ++p) {
        EXPECT_EQ(expected[p].s, actual[p].s) << "s of population " << p;
        EXPECT_EQ(expected[p].u, actual[p].u) << "u of population " << p;
        EXPECT_EQ(expected[p].v, actual[p].v) << "v of population " << p;
    }
}

TEST(Engine, EqualsThePlainLoopOnRandomNetworks) {
    constexpr std::size_t steps = 30;
    std::size_t spikes_seen = 0, filtered = 0, refractory = 0, copies = 0, halfwords = 0, nibbles = 0,
                crumbs = 0, horner = 0, extras = 0, sparse = 0, pools = 0, shared = 0;
    for (unsigned seed = 0; seed < 600; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const IntNetwork network = test::random_network(random);
        const std::vector<std::uint8_t> spikes =
            test::random_spikes(random, steps, test::input_neurons(network));
        const Record expected = test::plain_run(network, steps, spikes);
        mcu::Tables tables = mcu::lower(network);
        Memory memory(tables);
        expect_equal(expected, engine_run(memory, steps, spikes, false));
        expect_equal(expected, engine_run(memory, steps, spikes, true));
        const std::size_t apart = tables.events;
        mcu::overlay_buffers(tables);
        shared += tables.events < apart;
        Memory overlaid(tables);
        expect_equal(expected, engine_run(overlaid, steps, spikes, false));
        expect_equal(expected, engine_run(overlaid, steps, spikes, true));
        if (HasFailure()) return;
        for (const test::PlainPopulation& p : expected)
            for (std::uint8_t s : p.s) spikes_seen += s;
        filtered += tables.filtered > 0;
        refractory += tables.refractory > 0;
        copies += !tables.copies.empty();
        extras += tables.extras_used;
        sparse += tables.sparse;
        pools += tables.pools.size();
        for (const mcu::ConnectionTable& c : tables.connections) {
            halfwords += c.bits == 16;
            nibbles += c.bits == 4;
            crumbs += c.bits == 2;
            horner += c.shift > 0;
        }
    }
    // The networks must exercise what they are meant to.
    EXPECT_GT(spikes_seen, 50000U);
    EXPECT_GT(filtered, 200U);
    EXPECT_GT(refractory, 100U);
    EXPECT_GT(copies, 100U);
    EXPECT_GT(halfwords, 100U);
    EXPECT_GT(nibbles, 100U);
    EXPECT_GT(crumbs, 100U);
    EXPECT_GT(horner, 100U);
    EXPECT_GT(extras, 100U);
    EXPECT_GT(sparse, 100U);
    EXPECT_GT(pools, 100U);
    EXPECT_GT(shared, 50U);
}

TEST(Engine, AddsSharedKernelsWhereverTheyReach) {
    constexpr std::size_t steps = 12;
    std::size_t shared = 0, halfwords = 0, depthwise = 0, grouped = 0, side_by_side = 0, apart = 0,
                columns = 0, strided = 0, dilated = 0, delayed = 0, several = 0, horner = 0, spikes_seen = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const IntNetwork network = test::random_images(random);
        const std::vector<std::uint8_t> spikes =
            test::random_spikes(random, steps, test::input_neurons(network));
        const Record expected = test::plain_run(network, steps, spikes);
        const mcu::Tables tables = mcu::lower(network);
        Memory memory(tables);
        expect_equal(expected, engine_run(memory, steps, spikes, false));
        expect_equal(expected, engine_run(memory, steps, spikes, true));
        if (HasFailure()) return;
        for (const test::PlainPopulation& p : expected)
            for (std::uint8_t s : p.s) spikes_seen += s;
        std::size_t first = 0;
        for (const mcu::PopulationTable& p : tables.populations) {
            std::size_t kernels = 0;
            for (std::size_t k = first; k < first + p.connections; ++k) {
                const mcu::ConnectionTable& c = tables.connections[k];
                if (!c.convolution) continue;
                const mcu::ConvolutionTable& t = *c.convolution;
                ++kernels;
                halfwords += t.bytes == 2;
                depthwise += t.filters == 1 && t.channels == 1;
                grouped += t.group != p.neurons && t.filters > 1 && t.channels > 1;
                columns += !t.whole_rows;
                apart += p.channels == 1;
                strided += t.row_distance < t.output_row * 2 && t.rows.size() * t.output_row > p.neurons;
                dilated += t.column_distance > t.output_column;
                delayed += c.source > network.inputs.size() + network.populations.size();
                horner += c.shift > 0;
            }
            shared += kernels;
            several += kernels > 1;
            side_by_side += p.channels > 1 && p.connections > kernels;
            first += p.connections;
        }
    }
    for (const std::size_t count : {shared, halfwords, depthwise, grouped, side_by_side, apart, columns,
                                    strided, dilated, delayed, several, horner})
        EXPECT_GT(count, 20U);
    EXPECT_GT(shared, 400U);
    EXPECT_GT(spikes_seen, 50000U);
}

TEST(Engine, TakesTheEventsOfAnImageInAnyOrder) {
    std::mt19937 random(3);
    IntNetwork network = test::random_images(random);
    while (!mcu::lower(network).connections[0].convolution) network = test::random_images(random);
    Memory one(mcu::lower(network)), other(mcu::lower(network));
    rt::reset(one.model, one.state);
    rt::reset(other.model, other.state);
    std::vector<std::uint16_t> events;
    for (std::size_t i = 0; i < test::input_neurons(network); i += 3)
        events.push_back(static_cast<std::uint16_t>(i));
    const auto count = static_cast<std::uint16_t>(events.size());
    rt::step_events(one.model, one.state, {events.data(), count});
    std::shuffle(events.begin(), events.end(), random);
    rt::step_events(other.model, other.state, {events.data(), count});
    EXPECT_EQ(one.state.v_values, other.state.v_values);
}

TEST(Engine, DrawsTheSameWeightsThatFlashHolds) {
    constexpr std::size_t steps = 20;
    std::size_t drawn = 0, rows = 0, odd = 0, recurrent = 0, delayed = 0, pooled = 0, mixed = 0,
                spikes_seen = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        IntNetwork network = test::random_network(random);
        test::draw_connections(random, seed % 2 == 0 ? 1 : 2, network);
        const std::vector<std::uint8_t> spikes =
            test::random_spikes(random, steps, test::input_neurons(network));
        const Record expected = test::plain_run(network, steps, spikes);
        const mcu::Tables tables = mcu::lower(network, WeightSource::seed);
        Memory from_seed(tables), from_flash(mcu::lower(network));
        expect_equal(expected, engine_run(from_seed, steps, spikes, false));
        expect_equal(expected, engine_run(from_seed, steps, spikes, true));
        expect_equal(expected, engine_run(from_flash, steps, spikes, false));
        if (HasFailure()) return;
        for (const test::PlainPopulation& p : expected)
            for (std::uint8_t s : p.s) spikes_seen += s;
        for (const IntConnection& c : network.connections) {
            drawn += c.drawn.has_value();
            if (!c.drawn) continue;
            rows += c.drawn->factor.size() > 1;
            odd += c.inputs % 2;
            recurrent += c.source.kind == Presynaptic::Kind::population && c.source.index == c.target;
            delayed += c.delay > 1;
            pooled += c.source_pool.has_value();
        }
        mixed += tables.drawn && !std::all_of(tables.connections.begin(), tables.connections.end(),
                                              [](const auto& c) { return c.drawn.has_value(); });
    }
    EXPECT_GT(drawn, 500U);
    EXPECT_GT(rows, 100U);
    EXPECT_GT(odd, 100U);
    EXPECT_GT(recurrent, 50U);
    EXPECT_GT(delayed, 100U);
    EXPECT_GT(pooled, 100U);
    EXPECT_GT(mixed, 100U);
    EXPECT_GT(spikes_seen, 20000U);
}

// The membranes and spikes of a step without an observer, which kernels update. lists: of these populations.
template <class Potential>
void expect_production_equals(const Record& expected, MemoryOf<Potential>& memory, std::size_t steps,
                              const std::vector<std::uint8_t>& spikes,
                              const std::vector<std::size_t>& lists) {
    const std::size_t n = spikes.size() / steps;
    rt::reset(memory.model, memory.state);
    for (std::size_t t = 0; t < steps; ++t) {
        rt::step(memory.model, memory.state, packed(spikes.data() + t * n, n).data());
        std::size_t at = 0;
        for (std::size_t p = 0; p < expected.size(); ++p) {
            const std::size_t neurons = memory.populations[p].neurons;
            const rt::Events events = rt::spikes(memory.model, memory.state,
                                                 static_cast<std::uint16_t>(memory.model.input_count + p));
            if (std::count(lists.begin(), lists.end(), p) > 0) {
                const std::vector<std::uint16_t> listed_now(events.neurons, events.neurons + events.count);
                EXPECT_EQ(listed(expected[p].s.data() + t * neurons, neurons), listed_now) << "step " << t;
            }
            for (std::size_t i = 0; i < neurons; ++i)
                EXPECT_EQ(expected[p].v[t * neurons + i], memory.state.v[at + i]) << p << " " << i;
            at += neurons;
        }
        if (testing::Test::HasFailure()) return;
    }
}

TEST(Engine, KernelsUpdateWhatSharedKernelsAddUp) {
    constexpr std::size_t steps = 12;
    std::size_t quick = 0, in_channels = 0;
    for (unsigned seed = 0; seed < 150; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const IntNetwork network = test::random_images(random);
        const std::vector<std::uint8_t> spikes =
            test::random_spikes(random, steps, test::input_neurons(network));
        const Record expected = test::plain_run(network, steps, spikes);
        const mcu::KernelFamily& family = mcu::kernel_families()[seed % mcu::kernel_families().size()];
        order_of_twins = family.order;
        mcu::Tables tables = mcu::lower(network);
        mcu::use_kernels(network, family, tables);
        Memory memory(tables);
        expect_equal(expected, engine_run(memory, steps, spikes, false));
        std::vector<std::size_t> all(expected.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        expect_production_equals(expected, memory, steps, spikes, all);
        if (HasFailure()) return;
        for (const mcu::PopulationTable& p : tables.populations) {
            quick += p.lane.quick && p.lane.row_bytes == 0;
            in_channels += p.lane.quick && p.lane.row_bytes == 0 && p.channels > 1;
        }
    }
    EXPECT_GT(quick, 30U);
    EXPECT_GT(in_channels, 20U);
}

TEST(Engine, KernelsEqualDenseSums) {
    constexpr std::size_t steps = 25;
    std::size_t lanes = 0, quick = 0, subtracting = 0, left = 0, bytes = 0, direct = 0, shared = 0, own = 0,
                shifted = 0, settled = 0, readouts = 0, nibbles = 0, fewer_rows = 0, spikes_seen = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const IntNetwork network = test::random_layers(random);
        const std::vector<std::uint8_t> spikes =
            test::random_spikes(random, steps, test::input_neurons(network));
        const Record expected = test::plain_run(network, steps, spikes);
        for (const mcu::KernelFamily& family : mcu::kernel_families()) {
            order_of_twins = family.order;
            mcu::Tables tables =
                mcu::lower(network, seed % 2 == 0 ? WeightSource::flash : WeightSource::bytes);
            mcu::use_kernels(network, family, tables);
            Memory memory(tables);
            expect_equal(expected, engine_run(memory, steps, spikes, false));
            expect_equal(expected, engine_run(memory, steps, spikes, true));
            std::vector<std::size_t> all(expected.size());
            std::iota(all.begin(), all.end(), std::size_t{0});
            expect_production_equals(expected, memory, steps, spikes, all);
            const std::size_t rows_apart = tables.rows;
            mcu::overlay_buffers(tables);
            fewer_rows += tables.rows < rows_apart;
            Memory overlaid(tables);
            expect_equal(expected, engine_run(overlaid, steps, spikes, false));
            expect_production_equals(expected, overlaid, steps, spikes, tables.outputs);
            if (HasFailure()) return;
            for (const mcu::PopulationTable& p : tables.populations) {
                lanes += p.lane.row_bytes > 0;
                nibbles += p.lane.nibbles;
                bytes += p.lane.part > 0;
                quick += p.lane.quick;
                direct += p.lane.direct.has_value();
                shared += p.lane.row_bytes > 0 && !p.lane.direct;
                if (!p.lane.quick) continue;
                own += !p.lane.parameters.empty();
                subtracting += p.lane.amount > 0;
                left += p.lane.resets;
                shifted += p.shift > 0;
                settled += p.reset == rt::Reset::subtract_next_step;
                readouts += !p.spiking;
            }
        }
        for (const test::PlainPopulation& p : expected)
            for (std::uint8_t s : p.s) spikes_seen += s;
    }
    EXPECT_GT(subtracting, 50U);
    EXPECT_GT(bytes, 50U);
    EXPECT_GT(spikes_seen, 100000U);
    for (const std::size_t count :
         {lanes, quick, left, direct, shared, own, shifted, settled, readouts, nibbles, fewer_rows})
        EXPECT_GT(count, 100U);
}

TEST(Engine, MembranesOfSixteenBitsSaturateAlikeOnEveryPath) {
    constexpr std::size_t steps = 25;
    std::size_t portable = 0, lanes = 0, alike = 0, own = 0, shifted = 0, settled = 0, hard = 0, readouts = 0,
                saturated = 0, spikes_seen = 0;
    for (unsigned seed = 0; seed < 600; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const IntNetwork network = test::random_layers(random, 16);
        const std::vector<std::uint8_t> spikes =
            test::random_spikes(random, steps, test::input_neurons(network));
        const Record expected = test::plain_run(network, steps, spikes);
        for (const std::string core : {"", "cortex-m4", "cortex-m55"}) {
            const mcu::KernelFamily* const family = mcu::find_family(core);
            mcu::Tables tables = mcu::lower(network);
            if (family != nullptr) order_of_twins = family->order;
            if (family != nullptr) mcu::use_kernels(network, *family, tables);
            MemoryOf<std::int16_t> memory(tables);
            expect_equal(expected, engine_run(memory, steps, spikes, false));
            expect_equal(expected, engine_run(memory, steps, spikes, true));
            std::vector<std::size_t> all(expected.size());
            std::iota(all.begin(), all.end(), std::size_t{0});
            expect_production_equals(expected, memory, steps, spikes, all);
            mcu::overlay_buffers(tables);
            MemoryOf<std::int16_t> overlaid(tables);
            expect_production_equals(expected, overlaid, steps, spikes, tables.outputs);
            if (HasFailure()) return;
            for (const mcu::PopulationTable& p : tables.populations) {
                EXPECT_FALSE(p.lane.quick);
                lanes += p.lane.row_bytes > 0;
                portable += p.lane.row_bytes == 0 && !p.fused.connection;
                if (!p.fused.connection) continue;
                (p.fused.parameters.empty() ? alike : own) += 1;
                shifted += p.shift > 0;
                settled += p.reset == rt::Reset::subtract_next_step;
                hard += p.reset == rt::Reset::to_value;
                readouts += !p.spiking;
            }
        }
        for (const test::PlainPopulation& p : expected) {
            for (std::uint8_t s : p.s) spikes_seen += s;
            for (std::int32_t v : p.v) saturated += v == INT16_MAX || v == INT16_MIN;
        }
    }
    EXPECT_GT(spikes_seen, 100000U);
    for (const std::size_t count : {portable, lanes, alike, own, shifted, settled, hard, readouts, saturated})
        EXPECT_GT(count, 50U);
}

// Inputs of any density, so that both lists occur.
TEST(Engine, SilentRowsTakenOffTheSumOfAllGiveTheSame) {
    std::size_t with = 0, dense_steps = 0;
    for (unsigned seed = 0; seed < 150; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const IntNetwork network = test::random_layers(random);
        const std::size_t inputs = test::input_neurons(network), steps = 20;
        std::vector<std::uint8_t> spikes;
        for (std::size_t t = 0; t < steps; ++t) {
            const std::size_t density = random() % 101;
            dense_steps += density > 60;
            for (std::size_t i = 0; i < inputs; ++i) spikes.push_back(random() % 100 < density);
        }
        const Record expected = test::plain_run(network, steps, spikes);
        for (const mcu::KernelFamily& family : mcu::kernel_families()) {
            order_of_twins = family.order;
            mcu::Tables tables = mcu::lower(network);
            mcu::use_kernels(network, family, tables);
            mcu::add_complements(tables);
            mcu::overlay_buffers(tables);
            Memory memory(tables);
            expect_equal(expected, engine_run(memory, steps, spikes, false));
            expect_equal(expected, engine_run(memory, steps, spikes, true));
            expect_production_equals(expected, memory, steps, spikes, tables.outputs);
            if (HasFailure()) return;
            with += memory.model.complements;
        }
    }
    EXPECT_GT(with, 300U);
    EXPECT_GT(dense_steps, 500U);
}

// Keeps every tenth synapse, as sparse connections.
void thin_out(std::mt19937& random, IntNetwork& network) {
    for (IntConnection& c : network.connections) {
        const std::vector<std::int16_t> dense = c.weight;
        c.weight.clear();
        for (std::size_t o = 0; o < c.outputs; ++o) {
            c.first.push_back(static_cast<std::uint32_t>(c.weight.size()));
            for (std::size_t i = 0; i < c.inputs; ++i) {
                if (random() % 10 != 0) continue;
                c.column.push_back(static_cast<std::uint32_t>(i));
                c.weight.push_back(dense[o * c.inputs + i]);
            }
        }
        c.first.push_back(static_cast<std::uint32_t>(c.weight.size()));
    }
    for (IntPopulation& p : network.populations)
        for (std::int32_t& threshold : p.threshold)
            if (p.spiking) threshold = threshold / 4 + 1;
}

TEST(Engine, KernelsUpdateWhatPortableCodeAdds) {
    constexpr std::size_t steps = 25;
    std::size_t updated = 0, mixed = 0, spikes_seen = 0;
    for (unsigned seed = 0; seed < 200; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        IntNetwork network = test::random_layers(random);
        thin_out(random, network);
        const std::vector<std::uint8_t> spikes =
            test::random_spikes(random, steps, test::input_neurons(network));
        const Record expected = test::plain_run(network, steps, spikes);
        for (const mcu::KernelFamily& family : mcu::kernel_families()) {
            order_of_twins = family.order;
            mcu::Tables tables = mcu::lower(network);
            mcu::use_kernels(network, family, tables);
            mcu::overlay_buffers(tables);
            Memory memory(tables);
            expect_equal(expected, engine_run(memory, steps, spikes, false));
            expect_production_equals(expected, memory, steps, spikes, tables.outputs);
            if (HasFailure()) return;
            std::size_t quick = 0;
            for (const mcu::PopulationTable& p : tables.populations)
                quick += p.lane.quick && p.lane.row_bytes == 0;
            updated += quick;
            mixed += quick > 0 && quick < tables.populations.size();
        }
        for (const test::PlainPopulation& p : expected)
            for (std::uint8_t s : p.s) spikes_seen += s;
    }
    EXPECT_GT(updated, 200U);
    EXPECT_GT(mixed, 50U);
    EXPECT_GT(spikes_seen, 10000U);
}

// A sum that 16 bits just hold, and one more.
TEST(Engine, SumsBeyond16BitsAreUpdatedByPortableCode) {
    for (const int more : {0, 1}) {
        IntNetwork network;
        network.rules = rt::mcu_rules(12);
        network.inputs.push_back({"in", {260}});
        IntPopulation p;
        p.name = "lif";
        p.shape = {64};
        p.decay_u = {4096};
        p.decay_v = {2048};
        p.threshold = p.reset_amount = {100};
        p.reset = rt::Reset::subtract_at_once;
        network.populations.push_back(p);
        IntConnection c;
        c.name = "few";
        c.outputs = 64;
        c.inputs = 260;
        // Neuron 0 receives 258 * 127 + 1 = 32767.
        c.weight.assign(258, 127);
        c.weight.push_back(static_cast<std::int16_t>(1 + more));
        for (std::uint32_t i = 0; i < 259; ++i) c.column.push_back(i);
        c.first.assign(65, 259);
        c.first[0] = 0;
        network.connections.push_back(c);
        network.outputs = {0};
        mcu::Tables tables = mcu::lower(network);
        mcu::use_kernels(network, mcu::kernel_families()[2], tables);
        EXPECT_EQ(tables.populations[0].lane.row_bytes, 0U);
        EXPECT_EQ(tables.populations[0].lane.quick, more == 0);
    }
}

// Levels are given where they change, or in every step.
Record run_sample(Memory& memory, const test::ValueSample& sample, bool always) {
    Record record(memory.populations.size());
    const std::size_t n = sample.spikes.size() / sample.steps, levels = sample.levels.size() / sample.steps;
    rt::reset(memory.model, memory.state);
    for (std::size_t t = 0; t < sample.steps; ++t) {
        const std::int16_t* const now = sample.levels.data() + t * levels;
        if (always || t == 0 || !std::equal(now, now + levels, now - levels))
            rt::set_values(memory.model, memory.state, [now](std::uint32_t k) { return now[k]; });
        rt::step(memory.model, memory.state, packed(sample.spikes.data() + t * n, n).data(),
                 Recorder{record});
    }
    return record;
}

void expect_equal(const IntTrace& expected, const Record& actual) {
    for (std::size_t p = 0; p < actual.size(); ++p) {
        EXPECT_EQ(expected.populations[p].s, actual[p].s) << "s of population " << p;
        EXPECT_EQ(expected.populations[p].u, actual[p].u) << "u of population " << p;
        EXPECT_EQ(expected.populations[p].v, actual[p].v) << "v of population " << p;
    }
}

// As it is deployed: membranes after every step, and the lengths of all populations' lists.
void expect_unobserved_equals(const IntTrace& expected, Memory& memory, const test::ValueSample& sample) {
    const std::size_t n = sample.spikes.size() / sample.steps, levels = sample.levels.size() / sample.steps;
    rt::reset(memory.model, memory.state);
    for (std::size_t t = 0; t < sample.steps; ++t) {
        const std::int16_t* const now = sample.levels.data() + t * levels;
        rt::set_values(memory.model, memory.state, [now](std::uint32_t k) { return now[k]; });
        rt::step(memory.model, memory.state, packed(sample.spikes.data() + t * n, n).data());
        const std::int32_t* v = memory.state.v;
        for (std::size_t p = 0; p < expected.populations.size(); ++p) {
            const auto& trace = expected.populations[p];
            std::size_t spikes = 0;
            for (std::size_t i = t * trace.neurons; i < (t + 1) * trace.neurons; ++i) {
                ASSERT_EQ(trace.v[i], *v++) << "population " << p << ", step " << t;
                spikes += trace.s[i];
            }
            ASSERT_EQ(spikes, memory.state.counts[memory.model.input_count + p]) << "step " << t;
        }
    }
}

TEST(Engine, EqualsTheEmulatorOnInputsOfValues) {
    std::size_t spikes_seen = 0, halfwords = 0, sparse = 0, mixed = 0, several = 0, blocks = 0, rows = 0,
                plain = 0;
    for (unsigned seed = 0; seed < 600; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const bool layers = seed % 3 == 0;
        const IntNetwork network =
            layers ? test::random_value_layers(random) : test::random_value_network(random);
        const test::ValueSample sample = test::random_sample(random, network, 30);
        const IntTrace expected = emulate(network, sample.signals);
        for (const std::string core : {"", "cortex-m4", "cortex-m55"}) {
            mcu::Tables tables = mcu::lower(network);
            mcu::place_values(core, tables.values);
            mcu::choose_plain_drives(network, tables);
            if (core == "cortex-m55" && tables.values.format.bytes == 1) continue;  // of other types
            if (core == "cortex-m4") {
                order_of_twins = mcu::find_family(core)->order;
                mcu::use_kernels(network, *mcu::find_family(core), tables);
            }
            order_of_products = tables.values.order;
            mcu::overlay_buffers(tables);
            Memory memory(tables);
            expect_equal(expected, run_sample(memory, sample, false));
            expect_equal(expected, run_sample(memory, sample, true));
            expect_unobserved_equals(expected, memory, sample);
            if (HasFailure()) return;
            for (const mcu::ValueConnectionTable& c : tables.values.connections) {
                halfwords += c.bits == 16;
                sparse += !c.first.empty();
                blocks += c.blocks > 0;
                rows += c.blocks > 0 && c.outputs % 4 != 0;
            }
            mixed += !sample.spikes.empty();
            plain += std::count(tables.values.plain.begin(), tables.values.plain.end(), true) > 0;
            several += tables.values.inputs.size() > 1;
        }
        for (const auto& p : expected.populations)
            for (std::uint8_t s : p.s) spikes_seen += s;
    }
    EXPECT_GT(spikes_seen, 50000U);
    for (const std::size_t count : {halfwords, sparse, mixed, several, blocks, rows, plain})
        EXPECT_GT(count, 100U);
}

TEST(Engine, TakesLevelsBeyondTheLargestAsTheLargest) {
    std::mt19937 random(4);
    IntNetwork network = test::random_value_network(random);
    mcu::Tables tables = mcu::lower(network);
    mcu::place_values("", tables.values);
    Memory memory(tables);
    rt::reset(memory.model, memory.state);
    rt::set_values(memory.model, memory.state, [](std::uint32_t k) { return k % 2 == 0 ? 70000 : -70000; });
    std::size_t k = 0;
    for (const mcu::ValueInputTable& input : tables.values.inputs)
        for (std::size_t i = 0; i < input.count; ++i, ++k)
            EXPECT_EQ(memory.state.values.levels[k], k % 2 == 0 ? input.levels.high : input.levels.low);
}

// Sensors' readings and what the quantizer makes of their values.
TEST(Engine, LevelsOfReadingsAreThoseOfTheQuantizer) {
    Input input{"in", {1}, SignalKind::real, 0, 0};
    for (const int levels : {1, 40, 127, 255, 1000, 32767})
        for (const int full : {1, 15, 16, 255, 1023, 4095})
            for (const double range : {1.0, 0.25, static_cast<double>(full)}) {
                input.range = range;
                input.levels = levels;
                for (int reading = -full - 1; reading <= full + 1; ++reading)
                    ASSERT_EQ(rt::level_of(reading, static_cast<std::uint32_t>(full),
                                           static_cast<std::uint32_t>(levels)),
                              to_level(reading * range / full, input))
                        << reading << " of " << full << " in " << levels << " levels, range " << range;
            }
}

TEST(Engine, IgnoresInputNeuronsThatDoNotExist) {
    std::mt19937 random(1);
    const IntNetwork network = test::random_network(random);
    Memory memory(mcu::lower(network));
    rt::reset(memory.model, memory.state);
    const std::vector<std::uint16_t> events{60000, 65535};
    rt::step_events(memory.model, memory.state, {events.data(), 2});
    for (std::uint16_t k = 0; k < memory.model.input_count; ++k) EXPECT_EQ(memory.state.counts[k], 0);
}

TEST(Lower, StoresEvenNineBitWeightsAsHalvesInBytes) {
    IntNetwork network;
    network.rules = rt::loihi_rules;
    network.inputs.push_back({"in", {2}});
    IntPopulation p;
    p.shape = {2};
    p.decay_u = {4096};
    p.decay_v = {0};
    network.populations.push_back(p);
    IntConnection c;
    c.inputs = c.outputs = 2;
    c.exponent = 3;
    c.weight = {-256, 254, 2, 0};
    network.connections.push_back(c);
    const mcu::Tables tables = mcu::lower(network);
    EXPECT_EQ(tables.connections[0].bits, 8);
    EXPECT_EQ(tables.populations[0].shift, 4);
    EXPECT_EQ(tables.connections[0].weight, (std::vector<std::int16_t>{-128, 1, 127, 0}));
}

TEST(Lower, KeepsOddWeightsBeyondABytesRangeInHalfwords) {
    IntNetwork network;
    network.rules = rt::mcu_rules(12);
    network.inputs.push_back({"in", {1}});
    IntPopulation p;
    p.shape = {1};
    p.decay_u = {4096};
    p.decay_v = {0};
    network.populations.push_back(p);
    IntConnection c;
    c.inputs = c.outputs = 1;
    c.weight = {129};
    network.connections.push_back(c);
    const mcu::Tables tables = mcu::lower(network);
    EXPECT_EQ(tables.connections[0].bits, 16);
    EXPECT_EQ(tables.connections[0].weight[0], 129);
}

TEST(Lower, PacksSmallWeightsIntoTwoAndFourBits) {
    IntNetwork network;
    network.rules = rt::mcu_rules(12);
    network.inputs.push_back({"in", {2}});
    IntPopulation p;
    p.shape = {3};
    p.decay_u = {4096};
    p.decay_v = {0};
    network.populations.push_back(p);
    IntConnection c;
    c.inputs = 2;
    c.outputs = 3;
    c.weight = {-8, 1, 7, 2, 0, -1};
    network.connections.push_back(c);
    mcu::ConnectionTable table = mcu::lower(network).connections[0];
    EXPECT_EQ(table.bits, 4);
    // Rows of three begin at whole bytes: -8, 7, 0 and 1, 2, -1.
    EXPECT_EQ(mcu::packed_weights(table), (std::vector<std::uint8_t>{0x78, 0x00, 0x21, 0x0F}));
    // One magnitude, whatever power of two it is.
    network.connections[0].weight = {-64, 0, 64, 64, 0, -64};
    mcu::Tables tables = mcu::lower(network);
    EXPECT_EQ(tables.connections[0].bits, 2);
    EXPECT_EQ(tables.populations[0].shift, 6);
    EXPECT_EQ(mcu::packed_weights(tables.connections[0]), (std::vector<std::uint8_t>{0b000111, 0b110100}));
    network.connections[0].weight[0] = -9;
    EXPECT_EQ(mcu::lower(network).connections[0].bits, 8);
}

IntNetwork two_drawn_layers() {
    IntNetwork network;
    network.rules = rt::mcu_rules(12);
    network.inputs.push_back({"in", {4}});
    for (std::size_t k = 0; k < 2; ++k) {
        IntPopulation p;
        p.shape = {4};
        p.decay_u = {4096};
        p.decay_v = {0};
        p.threshold = {1};
        network.populations.push_back(p);
        IntConnection c;
        c.source = {k == 0 ? Presynaptic::Kind::input : Presynaptic::Kind::population, 0};
        c.target = k;
        c.inputs = c.outputs = 4;
        c.exponent = 2;
        c.drawn = IntDrawn{7, k, {0x40000000, 0xC0000000}, {2 * static_cast<std::int32_t>(k) + 1}};
        c.weight = draw(*c.drawn, 4, 4);
        network.connections.push_back(c);
    }
    return network;
}

// The guide of every law, also of those too long for its bytes, leads to the entry that a search finds.
TEST(Lower, GuidesIntoTheTableOfALaw) {
    std::mt19937 random(3);
    for (std::size_t largest : {0U, 1U, 2U, 3U, 7U, 8U, 127U, 128U, 200U, 1000U})
        for (bool crowded : {false, true}) {
            IntNetwork network = two_drawn_layers();
            std::vector<std::uint32_t>& table = network.connections[0].drawn->table;
            table.resize(2 * largest);
            for (std::uint32_t& x : table) x = static_cast<std::uint32_t>(crowded ? random() % 8 : random());
            if (crowded && largest > 0) table.back() = UINT32_MAX;
            std::sort(table.begin(), table.end());
            const mcu::LawTable law = mcu::lower(network, WeightSource::seed).laws[0];
            EXPECT_EQ(law.guide.size(), std::size_t{1} << (32 - law.guide_shift));
            EXPECT_LE(law.guide.size(), std::max<std::size_t>(2, 4 * largest));
            EXPECT_LE(law.guide.size(), 256U);
            const rt::DrawnLaw drawn{law.table.data(), law.guide.data(), static_cast<std::uint16_t>(largest),
                                     static_cast<std::uint8_t>(law.guide_shift)};
            std::vector<std::uint32_t> tried{0, 1, 7, 8, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF};
            for (std::uint32_t x : table) tried.insert(tried.end(), {x, x - 1, x + 1});
            for (std::uint32_t bits : tried)
                EXPECT_EQ(rt::guided_weight(drawn, bits),
                          rt::weight_of(bits, table.data(), static_cast<std::int32_t>(largest)))
                    << largest << ", " << bits;
        }
}

TEST(Lower, SharesTheTableOfALaw) {
    IntNetwork network = two_drawn_layers();
    mcu::Tables tables = mcu::lower(network, WeightSource::seed);
    EXPECT_TRUE(tables.drawn);
    ASSERT_EQ(tables.laws.size(), 1U);
    EXPECT_EQ(tables.laws[0].table, network.connections[0].drawn->table);
    for (std::size_t k = 0; k < 2; ++k) {
        const mcu::ConnectionTable& c = tables.connections[k];
        EXPECT_EQ(c.bits, 0);
        EXPECT_TRUE(c.weight.empty());
        EXPECT_EQ(c.drawn->law, 0U);
        EXPECT_EQ(c.drawn->stream, k);
        EXPECT_EQ(c.drawn->factor.values, network.connections[k].drawn->factor);
        EXPECT_EQ(tables.populations[k].shift, 2);
    }
    network.connections[1].drawn->table = {0x20000000, 0xE0000000};
    tables = mcu::lower(network, WeightSource::seed);
    EXPECT_EQ(tables.laws.size(), 2U);
    EXPECT_EQ(tables.connections[1].drawn->law, 1U);
    EXPECT_FALSE(mcu::lower(network).drawn);
}

}  // namespace
}  // namespace synfire
