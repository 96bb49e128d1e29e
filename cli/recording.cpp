// Reading run.json (the layout that `synfire run` writes) and the arrays it names.
#include "cli/recording.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"
#include "compiler/support/report.hpp"

namespace synfire::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

[[noreturn]] void fail(const std::string& file, const std::string& reason, const std::string& hint) {
    Diagnostic d;
    d.file = file;
    d.reason = reason;
    d.hint = hint;
    throw InputError(d);
}

constexpr const char* rerun = "record it again with this model and this --input";

// An array [T, n] or [B, T, n] (n may be several axes) as one row-major vector over samples.
std::vector<std::int32_t> load_integers(const std::string& file, std::size_t n, const Batch& batch) {
    const NpyArray array = parse_npy(read_file(file), file);
    const std::size_t cells = batch.samples.size() * batch.steps * n;
    const Shape leading = batch.batched ? Shape{batch.samples.size(), batch.steps} : Shape{batch.steps};
    const bool fits = array.shape.size() > leading.size() && element_count(array.shape) == cells &&
                      std::equal(leading.begin(), leading.end(), array.shape.begin());
    if (!fits)
        fail(file,
             fmt::format("has shape {}, the run has {} samples of {} steps and {} neurons",
                         to_string(array.shape), batch.samples.size(), batch.steps, n),
             rerun);
    std::vector<std::int32_t> integers;
    integers.reserve(cells);
    for (double value : to_doubles(array, file)) {
        if (value != std::floor(value) || std::abs(value) > INT32_MAX)
            fail(file, fmt::format("value {} is not a 32-bit integer", value),
                 "states are compared in integer units: record the emulator's, not the reference's");
        integers.push_back(static_cast<std::int32_t>(value));
    }
    return integers;
}

std::vector<IntTrace> empty_traces(const IntNetwork& network, const Batch& batch) {
    IntTrace trace;
    trace.steps = batch.steps;
    for (const IntPopulation& p : network.populations)
        trace.populations.push_back({p.name, neurons(p), p.spiking, {}, {}, {}, {}});
    return std::vector<IntTrace>(batch.samples.size(), trace);
}

// Cuts the values of a file, [B * T * n], into the samples' variable.
void store(std::vector<IntTrace>& traces, std::size_t population, char variable, const std::string& file,
           const std::vector<std::int32_t>& values) {
    if (variable == 's' && std::any_of(values.begin(), values.end(), [](int s) { return s != 0 && s != 1; }))
        fail(file, "holds other values than 0 and 1", "record spikes, one number per neuron and step");
    const std::size_t cells = values.size() / traces.size();
    for (std::size_t b = 0; b < traces.size(); ++b) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(b * cells);
        const auto end = begin + static_cast<std::ptrdiff_t>(cells);
        auto& p = traces[b].populations[population];
        if (variable == 'u') p.u.assign(begin, end);
        if (variable == 'v') p.v.assign(begin, end);
        if (variable == 's') p.s.assign(begin, end);
    }
}

std::size_t find_population(const IntNetwork& network, const std::string& name, const std::string& file) {
    for (std::size_t p = 0; p < network.populations.size(); ++p)
        if (network.populations[p].name == name) return p;
    fail(file, fmt::format("population '{}' is not in the model", name), rerun);
}

void load_population(const Json& entry, const fs::path& folder, const IntNetwork& network, const Batch& batch,
                     std::vector<IntTrace>& traces) {
    const std::string manifest = (folder / "run.json").string();
    const std::size_t p = find_population(network, entry.at("name").get<std::string>(), manifest);
    if (entry.value("delay_shift", 0) != 0)
        fail(manifest,
             fmt::format("population '{}' is recorded {} steps late", network.populations[p].name,
                         entry.value("delay_shift", 0)),
             "write its rows aligned with the input, delay_shift 0");
    for (const auto& [variable, name] : entry.at("files").items()) {
        if (variable != "s" && variable != "u" && variable != "v") continue;
        const std::string file = path_inside(folder, name.get<std::string>()).string();
        store(traces, p, variable[0], file, load_integers(file, neurons(network.populations[p]), batch));
    }
}

}  // namespace

std::vector<IntTrace> load_recording(const std::string& path, const IntNetwork& network, const Batch& batch) {
    std::vector<IntTrace> traces = empty_traces(network, batch);
    std::error_code unreadable;  // then read_file says why
    if (!fs::is_directory(path, unreadable)) {
        const std::size_t output = network.outputs.front();
        if (!network.populations[output].spiking)
            fail(path, "cannot be compared: the output has no spikes",
                 "name a folder with run.json, which says what was recorded");
        store(traces, output, 's', path, load_integers(path, neurons(network.populations[output]), batch));
        return traces;
    }
    const std::string manifest = (fs::path(path) / "run.json").string();
    const std::string text = read_file(manifest);
    try {
        const Json populations = Json::parse(text).at("populations");
        for (const Json& entry : populations) load_population(entry, path, network, batch, traces);
        const auto nothing = [](const auto& p) { return p.s.empty() && p.u.empty() && p.v.empty(); };
        const auto& recorded = traces.front().populations;
        if (std::all_of(recorded.begin(), recorded.end(), nothing))
            fail(manifest, "records no spikes and no states", rerun);
    } catch (const Json::exception& e) {
        fail(manifest, fmt::format("is not a run manifest: {}", e.what()),
             "name a folder that `synfire run` wrote");
    }
    return traces;
}

}  // namespace synfire::cli
