#include "cli/report_sample.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "cli/verify_result.hpp"
#include "emulator/certify.hpp"
#include "emulator/emulate.hpp"
#include "emulator/margins.hpp"
#include "emulator/reference.hpp"

namespace synfire::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_steps = 1000;       // of a raster
constexpr std::size_t most_rows = 512;         // neurons of one raster
constexpr std::size_t most_cells = 1'000'000;  // of all rasters
constexpr std::size_t most_layers = 64;        // with a raster
constexpr std::size_t most_traces = 24;
constexpr std::size_t most_differences = 300;
constexpr std::size_t trace_reach = 40;  // steps before and after the divergence

struct Runs {
    const Network& network;
    const IntNetwork& integers;
    const std::vector<Signal>& inputs;
    FloatTrace reference;
    IntTrace emulator, local;
    Certificate certificate;
    std::size_t steps = 0;
};

struct Cell {
    std::size_t step = 0;
    std::size_t population = 0;
    std::size_t neuron = 0;
};

struct Difference {
    Cell at;
    int reference = 0, emulator = 0;  // spikes
    bool own = false;                 // the layer differs here too when fed with the reference's spikes
};

// In the order of steps, populations, neurons.
std::vector<Difference> differences_of(const Runs& runs) {
    std::vector<Difference> list;
    for (std::size_t step = 0; step < runs.steps; ++step)
        for (std::size_t p = 0; p < runs.network.populations.size(); ++p) {
            const auto& reference = runs.reference.populations[p];
            if (!reference.spiking) continue;
            for (std::size_t j = 0; j < reference.neurons; ++j) {
                const std::size_t k = step * reference.neurons + j;
                const int a = reference.s[k], b = runs.emulator.populations[p].s[k];
                if (a != b) list.push_back({{step, p, j}, a, b, runs.local.populations[p].s[k] != a});
            }
        }
    return list;
}

// The steps that rasters show: all, or those around the first difference.
std::pair<std::size_t, std::size_t> window_of(const Runs& runs, const std::vector<Difference>& differences) {
    if (runs.steps <= most_steps) return {0, runs.steps};
    const std::size_t centre = differences.empty() ? 0 : differences.front().at.step;
    const std::size_t first = std::min(centre - std::min(centre, most_steps / 4), runs.steps - most_steps);
    return {first, first + most_steps};
}

// Those that differ first, then others evenly spaced; ascending.
std::vector<std::size_t> rows_of(std::size_t neurons, std::size_t limit,
                                 const std::vector<std::size_t>& differing) {
    std::vector<std::uint8_t> shown(neurons);
    std::size_t count = 0;
    const auto show = [&](std::size_t j) {
        if (count == limit || shown[j]) return;
        shown[j] = 1;
        ++count;
    };
    for (const std::size_t j : differing) show(j);
    const std::size_t stride = std::max<std::size_t>(1, neurons / std::max<std::size_t>(limit, 1));
    for (std::size_t offset = 0; offset < stride && count < limit; ++offset)
        for (std::size_t j = offset; j < neurons; j += stride) show(j);
    std::vector<std::size_t> rows;
    for (std::size_t j = 0; j < neurons; ++j)
        if (shown[j]) rows.push_back(j);
    return rows;
}

struct Extent {
    std::size_t first = 0, last = 0;  // steps
    std::size_t rows = 0;             // most neurons
};

Json raster_frame(const std::string& name, std::size_t neurons, const std::vector<std::size_t>& rows) {
    Json raster = {{"name", name}, {"neurons", neurons}};
    if (rows.size() < neurons) raster["shown"] = rows;
    return raster;
}

// Cells are (step - first) * rows + row.
Json population_raster(const Runs& runs, std::size_t p, const Extent& extent,
                       const std::vector<Difference>& differences) {
    const auto& reference = runs.reference.populations[p];
    const auto& emulator = runs.emulator.populations[p];
    std::vector<std::size_t> differing;
    for (const Difference& d : differences)
        if (d.at.population == p && d.at.step >= extent.first && d.at.step < extent.last)
            differing.push_back(d.at.neuron);
    const std::vector<std::size_t> rows = rows_of(reference.neurons, extent.rows, differing);
    std::vector<std::size_t> both, only_reference, only_emulator;
    for (std::size_t step = extent.first; step < extent.last; ++step)
        for (std::size_t r = 0; r < rows.size(); ++r) {
            const std::size_t k = step * reference.neurons + rows[r];
            const std::size_t cell = (step - extent.first) * rows.size() + r;
            if (std::min(reference.s[k], emulator.s[k]) > 0) both.push_back(cell);
            if (reference.s[k] > emulator.s[k]) only_reference.push_back(cell);
            if (reference.s[k] < emulator.s[k]) only_emulator.push_back(cell);
        }
    Json raster = raster_frame(reference.name, reference.neurons, rows);
    raster["both"] = both;
    raster["reference"] = only_reference;
    raster["emulator"] = only_emulator;
    return raster;
}

Json input_raster(const Runs& runs, std::size_t index, const Extent& extent) {
    const Signal& signal = runs.inputs[index];
    const std::vector<std::size_t> rows = rows_of(signal.neurons, extent.rows, {});
    std::vector<std::size_t> events;
    for (std::size_t step = extent.first; step < extent.last; ++step)
        for (std::size_t r = 0; r < rows.size(); ++r)
            if (signal.values[step * signal.neurons + rows[r]] != 0)
                events.push_back((step - extent.first) * rows.size() + r);
    Json raster = raster_frame(runs.network.inputs[index].name, signal.neurons, rows);
    raster["input"] = true;
    raster["both"] = events;
    return raster;
}

Json rasters_of(const Runs& runs, const Extent& window, const std::vector<Difference>& differences,
                std::size_t cells, Json& left_out) {
    const auto& populations = runs.network.populations;
    std::vector<std::size_t> spiking;
    for (std::size_t p = 0; p < populations.size(); ++p)
        if (populations[p].spiking) spiking.push_back(p);
    const std::size_t layers = std::min(spiking.size(), most_layers) + runs.inputs.size();
    const std::size_t length = window.last - window.first;
    Extent extent = window;
    extent.rows = std::clamp<std::size_t>(cells / std::max<std::size_t>(1, layers * length), 8, most_rows);
    Json rasters = Json::array();
    for (std::size_t i = 0; i < std::min(runs.inputs.size(), most_layers); ++i)
        if (runs.network.inputs[i].kind != SignalKind::real) rasters.push_back(input_raster(runs, i, extent));
    for (std::size_t k = 0; k < std::min(spiking.size(), most_layers); ++k)
        rasters.push_back(population_raster(runs, spiking[k], extent, differences));
    if (length < runs.steps)
        left_out.push_back(
            fmt::format("rasters show steps {} to {} of {}", window.first, window.last - 1, runs.steps));
    if (std::any_of(rasters.begin(), rasters.end(), [](const Json& r) { return r.contains("shown"); }))
        left_out.push_back(fmt::format(
            "rasters show at most {} neurons of a layer: first those that differ, then evenly spaced ones",
            extent.rows));
    if (spiking.size() > most_layers)
        left_out.push_back(
            fmt::format("rasters show the first {} of {} layers", most_layers, spiking.size()));
    return rasters;
}

// Where the reference came closest to the threshold of this population.
Cell closest_call(const Runs& runs, std::size_t p) {
    const auto& reference = runs.reference.populations[p];
    const Spiking& spiking = *runs.network.populations[p].spiking;
    Cell closest{0, p, 0};
    double least = INFINITY;
    for (std::size_t k = 0; k < reference.s.size(); ++k) {
        const double margin = relative_margin(spiking, k % reference.neurons, reference.compared[k]);
        if (margin < least) {
            least = margin;
            closest = {k / reference.neurons, p, k % reference.neurons};
        }
    }
    return closest;
}

// Where the integers of a readout without spikes are farthest from the reference.
Cell largest_error(const Runs& runs, std::size_t p) {
    const auto& reference = runs.reference.populations[p];
    Cell worst{0, p, 0};
    double most = 0;
    for (std::size_t k = 0; k < reference.v.size(); ++k) {
        const std::size_t j = k % reference.neurons;
        const double v = runs.emulator.populations[p].v[k] / at(runs.integers.populations[p].scale, j);
        if (std::abs(v - reference.v[k]) <= most) continue;
        most = std::abs(v - reference.v[k]);
        worst = {k / reference.neurons, p, j};
    }
    return worst;
}

// The three runs of one neuron around a step, in the units of the model file.
Json trace_json(const Runs& runs, const Cell& at_cell, const Difference* difference) {
    const auto& reference = runs.reference.populations[at_cell.population];
    const std::size_t n = reference.neurons;
    const std::size_t first = at_cell.step - std::min(at_cell.step, trace_reach);
    const std::size_t last = std::min(runs.steps, at_cell.step + trace_reach + 1);
    const double scale = at(runs.integers.populations[at_cell.population].scale, at_cell.neuron);
    const Population& population = runs.network.populations[at_cell.population];
    Json trace = {
        {"layer", reference.name}, {"neuron", at_cell.neuron}, {"step", at_cell.step}, {"first", first}};
    if (population.spiking) trace["threshold"] = at(population.spiking->threshold, at_cell.neuron);
    if (difference != nullptr) trace["own"] = difference->own;
    const auto add = [&](const char* name, const auto& run, double unit) {
        Json v = Json::array(), s = Json::array();
        for (std::size_t step = first; step < last; ++step) {
            const std::size_t k = step * n + at_cell.neuron;
            v.push_back(run.compared[k] / unit);
            if (run.s[k] > 0) s.push_back(step);
        }
        trace[name] = {{"v", v}, {"spikes", s}};
    };
    add("reference", reference, 1.0);
    add("emulator", runs.emulator.populations[at_cell.population], scale);
    add("local", runs.local.populations[at_cell.population], scale);
    // Where the integers must be under equal histories; null where nothing is known.
    Json low = Json::array(), high = Json::array();
    const PopulationCertificate& certificate = runs.certificate[at_cell.population];
    for (std::size_t step = first; step < last; ++step) {
        const std::size_t k = step * n + at_cell.neuron;
        const bool left = !certificate.verdict.empty() && certificate.verdict[k] == Verdict::left;
        const bool known = !left && std::isfinite(certificate.low[k]) && std::isfinite(certificate.high[k]);
        low.push_back(known ? Json(certificate.low[k] / scale) : Json(nullptr));
        high.push_back(known ? Json(certificate.high[k] / scale) : Json(nullptr));
    }
    trace["bound"] = {{"low", low}, {"high", high}};
    return trace;
}

// The first divergence of each layer, or where it came closest to one, or the largest error of a readout; the
// layers that diverge first come first.
Json traces_of(const Runs& runs, const std::vector<Difference>& differences, Json& left_out) {
    const std::size_t count = runs.network.populations.size();
    std::vector<const Difference*> first(count, nullptr);
    std::vector<std::size_t> order;
    for (const Difference& d : differences)
        if (first[d.at.population] == nullptr) {
            first[d.at.population] = &d;
            order.push_back(d.at.population);
        }
    for (std::size_t p = 0; p < count; ++p)
        if (first[p] == nullptr) order.push_back(p);
    if (order.size() > most_traces) {
        left_out.push_back(fmt::format("potentials are shown of {} of {} layers, those that diverge first",
                                       most_traces, order.size()));
        order.resize(most_traces);
    }
    Json traces = Json::array();
    for (const std::size_t p : order) {
        const Cell cell = first[p] != nullptr                   ? first[p]->at
                          : runs.network.populations[p].spiking ? closest_call(runs, p)
                                                                : largest_error(runs, p);
        traces.push_back(trace_json(runs, cell, first[p]));
    }
    return traces;
}

Json differences_json(const Runs& runs, const std::vector<Difference>& differences, Json& left_out) {
    Json list = Json::array();
    for (const Difference& d : differences) {
        if (list.size() == most_differences) break;
        const auto& reference = runs.reference.populations[d.at.population];
        const std::size_t k = d.at.step * reference.neurons + d.at.neuron;
        const Spiking& spiking = *runs.network.populations[d.at.population].spiking;
        const double v = runs.emulator.populations[d.at.population].compared[k] /
                         at(runs.integers.populations[d.at.population].scale, d.at.neuron);
        list.push_back({{"step", d.at.step},
                        {"layer", reference.name},
                        {"neuron", d.at.neuron},
                        {"reference", d.reference},
                        {"emulator", d.emulator},
                        {"reference_v", reference.compared[k]},
                        {"emulator_v", v},
                        {"margin", relative_margin(spiking, d.at.neuron, reference.compared[k])},
                        {"own", d.own}});
    }
    if (list.size() < differences.size())
        left_out.push_back(fmt::format("the table lists the first {} of {} spikes that differ", list.size(),
                                       differences.size()));
    return list;
}

// What differs because of the first difference, and all that differs.
Json spread_json(const Runs& runs, const Difference& first) {
    Divergence divergence;
    divergence.step = first.at.step;
    divergence.population = first.at.population;
    divergence.neuron = first.at.neuron;
    divergence.expected_spikes = first.reference;
    divergence.actual_spikes = first.emulator;
    return {{"because_of_it", to_json(spread_of(divergence, runs.integers, runs.inputs))},
            {"in_sample", to_json(differences(runs.reference, runs.emulator))}};
}

// What both runs answer; the labels of the output's neurons.
Json answer_json(const Runs& runs, const ReadoutRule& rule) {
    const std::size_t output = runs.network.outputs.at(0);
    const auto answer = [&](const auto& trace, const PerNeuron& scale) {
        return answer_of(rule.scores(output_record(trace.populations[output], runs.steps, scale))).label;
    };
    return {{"reference", answer(runs.reference, {1.0})},
            {"emulator", answer(runs.emulator, runs.integers.populations[output].scale)}};
}

}  // namespace

Json sample_json(const Network& network, const IntNetwork& integers, const std::vector<Signal>& inputs,
                 const ReadoutRule& rule, std::size_t samples) {
    Runs runs{network, integers,          inputs, simulate(network, inputs), emulate(integers, inputs), {},
              {},      inputs.at(0).steps};
    ForcedSpikes forced;
    for (const auto& p : runs.reference.populations) forced.push_back(p.s);
    runs.local = emulate(integers, inputs, &forced);
    runs.certificate = certify(integers, inputs, runs.reference);
    const std::vector<Difference> differing = differences_of(runs);
    const auto [first, last] = window_of(runs, differing);
    Json left_out = Json::array();
    Json json = {{"answer", answer_json(runs, rule)},
                 {"steps", runs.steps},
                 {"first_step", first},
                 {"last_step", last}};
    json["rasters"] = rasters_of(runs, {first, last, 0}, differing, most_cells / samples, left_out);
    json["traces"] = traces_of(runs, differing, left_out);
    if (!differing.empty()) json["spread"] = spread_json(runs, differing.front());
    json["differences_total"] = differing.size();
    json["differences"] = differences_json(runs, differing, left_out);
    json["left_out"] = left_out;
    return json;
}

}  // namespace synfire::cli
