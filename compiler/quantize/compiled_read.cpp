// network.json and arrays/ -> Compiled. The folder may come from anywhere: every key, type, size and index is
// checked, and array files must lie inside the folder.
#include <algorithm>

#include <fmt/format.h>

#include "compiler/network/check.hpp"
#include "compiler/quantize/check_integers.hpp"
#include "compiler/quantize/compiled.hpp"
#include "compiler/quantize/compiled_names.hpp"
#include "compiler/quantize/compiled_stage.hpp"
#include "compiler/quantize/drawn.hpp"
#include "compiler/support/report.hpp"

namespace synfire {
namespace {

using compiled::Field;
using compiled::Json;

// Far above any network whose weights fit in the array limits.
constexpr std::size_t most_json_bytes = std::size_t{1} << 28;

PerNeuron reals(const Field& f, std::size_t n) {
    return f.json.is_string() ? f.array<double>({n}) : PerNeuron{f.real()};
}

IntPerNeuron wholes(const Field& f, std::size_t n) {
    if (f.json.is_string()) return f.array<std::int32_t>({n});
    return {static_cast<std::int32_t>(f.whole(-INT32_MAX, INT32_MAX))};
}

std::size_t count(const Field& shape) {
    return element_count(shape.shape()).value_or(0);
}

std::vector<Input> read_inputs(const Field& f) {
    std::vector<Input> inputs;
    for (const Field& i : f.list()) {
        i.only({"name", "shape", "kind", "range", "levels"});
        inputs.push_back({i["name"].text(), i["shape"].shape(), i["kind"].one_of(compiled::signal_kinds),
                          i["range"].real(), i["levels"].small(1, 1 << 20)});
    }
    return inputs;
}

Presynaptic read_source(const Field& f) {
    f.only({"kind", "index"});
    return {f["kind"].one_of(compiled::source_kinds), f["index"].size()};
}

std::vector<std::size_t> read_outputs(const Field& f) {
    std::vector<std::size_t> outputs;
    for (const Field& o : f.list()) outputs.push_back(o.size());
    return outputs;
}

// --- the float network

Reset read_reset(const Field& f, std::size_t n) {
    const std::string kind = f["kind"].text();
    if (kind == "none") {
        f.only({"kind"});
        return NoReset{};
    }
    if (kind == "hard") {
        f.only({"kind", "value"});
        return HardReset{reals(f["value"], n)};
    }
    if (kind == "soft") {
        f.only({"kind", "amount", "next_step"});
        return SoftReset{reals(f["amount"], n), f["next_step"].yes_or_no()};
    }
    if (kind == "no_delay") {
        f.only({"kind", "to_zero", "amount"});
        return NoDelayReset{f["to_zero"].yes_or_no(), reals(f["amount"], n)};
    }
    f["kind"].fail("'" + kind + "' is unknown", "none, hard, soft, no_delay");
}

Spiking read_spiking(const Field& f, std::size_t n) {
    f.only({"threshold", "compare", "reset", "refractory_steps", "max_spikes"});
    return {reals(f["threshold"], n), f["compare"].one_of(compiled::compares), read_reset(f["reset"], n),
            f["refractory_steps"].small(0, 255), f["max_spikes"].small(1, max_count)};
}

PeriodicReset read_periodic_reset(const Field& f) {
    f.only({"interval", "first"});
    return {f["interval"].small(0, INT32_MAX), f["first"].small(0, INT32_MAX)};
}

Population read_population(const Field& f) {
    f.only({"name", "shape", "alpha", "beta", "bias", "initial_v", "initial_i", "v_min", "periodic_reset",
            "spiking"});
    const std::size_t n = count(f["shape"]);
    Population p;
    p.name = f["name"].text();
    p.shape = f["shape"].shape();
    p.alpha = reals(f["alpha"], n);
    p.beta = reals(f["beta"], n);
    p.bias = reals(f["bias"], n);
    p.initial_v = reals(f["initial_v"], n);
    p.initial_i = reals(f["initial_i"], n);
    if (f.has("v_min")) p.v_min = reals(f["v_min"], n);
    p.periodic_reset = read_periodic_reset(f["periodic_reset"]);
    if (f.has("spiking")) p.spiking = read_spiking(f["spiking"], n);
    return p;
}

Connection read_connection(const Field& f) {
    f.only({"name", "source", "target", "delay", "stages"});
    Connection c;
    c.name = f["name"].text();
    c.source = read_source(f["source"]);
    c.target = f["target"].size();
    c.delay = f["delay"].small(0, max_delay);
    for (const Field& stage : f["stages"].list()) c.stages.push_back(compiled::read_stage(stage));
    return c;
}

Network read_network(const Field& f) {
    f.only({"name", "inputs", "populations", "connections", "outputs"});
    Network n;
    n.name = f["name"].text();
    n.inputs = read_inputs(f["inputs"]);
    compiled::limit_drawn(f["connections"]);
    for (const Field& p : f["populations"].list()) n.populations.push_back(read_population(p));
    for (const Field& c : f["connections"].list()) n.connections.push_back(read_connection(c));
    n.outputs = read_outputs(f["outputs"]);
    return n;
}

// --- the integers

rt::Register read_register(const Field& f) {
    f.only({"bits", "overflow"});
    return {static_cast<std::uint8_t>(f["bits"].small(2, 32)), f["overflow"].one_of(compiled::overflows)};
}

rt::Rules read_rules(const Field& f) {
    f.only({"decay_bits", "accumulator_shift", "accumulator", "current", "drive", "membrane"});
    return {static_cast<std::uint8_t>(f["decay_bits"].small(1, 30)),
            static_cast<std::uint8_t>(f["accumulator_shift"].small(0, 16)),
            read_register(f["accumulator"]),
            read_register(f["current"]),
            read_register(f["drive"]),
            read_register(f["membrane"])};
}

IntPopulation read_integers(const Field& f) {
    f.only({"name", "shape", "decay_u", "decay_v", "bias", "bias_u", "spiking", "threshold", "reset",
            "reset_amount", "refractory_steps", "max_spikes", "initial_v", "initial_u", "v_min",
            "periodic_reset", "scale"});
    const std::size_t n = count(f["shape"]);
    IntPopulation p;
    p.name = f["name"].text();
    p.shape = f["shape"].shape();
    p.decay_u = wholes(f["decay_u"], n);
    p.decay_v = wholes(f["decay_v"], n);
    p.bias = wholes(f["bias"], n);
    p.bias_u = wholes(f["bias_u"], n);
    p.spiking = f["spiking"].yes_or_no();
    p.threshold = wholes(f["threshold"], n);
    p.reset = f["reset"].one_of(compiled::resets);
    p.reset_amount = wholes(f["reset_amount"], n);
    p.refractory_steps = f["refractory_steps"].small(0, 255);
    p.max_spikes = f["max_spikes"].small(1, max_count);
    p.initial_v = wholes(f["initial_v"], n);
    p.initial_u = wholes(f["initial_u"], n);
    p.v_min = wholes(f["v_min"], n);
    p.periodic_reset = read_periodic_reset(f["periodic_reset"]);
    p.scale = reals(f["scale"], n);
    return p;
}

IntDrawn read_drawn(const Field& f, std::size_t outputs) {
    f.only({"seed", "stream", "largest", "table", "factor"});
    IntDrawn drawn{f["seed"].natural(), f["stream"].natural(), compiled::read_table(f),
                   wholes(f["factor"], outputs)};
    const std::int64_t largest = std::max(std::ssize(drawn.table) / 2, std::ptrdiff_t{1});
    for (const std::int64_t factor : drawn.factor)
        if (std::abs(factor) * largest > INT16_MAX)
            f["factor"].fail(fmt::format("{} makes weights of more than 16 bits", factor),
                             fmt::format("at most {}", INT16_MAX / largest));
    return drawn;
}

IntConnection read_int_connection(const Field& f) {
    f.only({"name", "source", "target", "delay", "exponent", "outputs", "inputs", "synapses", "first",
            "column", "weight", "drawn", "source_pool", "sum_pool", "convolution"});
    IntConnection c;
    c.name = f["name"].text();
    c.source = read_source(f["source"]);
    c.target = f["target"].size();
    c.delay = f["delay"].small(0, max_delay);
    c.exponent = f["exponent"].small(-16, 16);
    c.outputs = f["outputs"].size();
    c.inputs = f["inputs"].size();
    if (f.has("synapses")) {
        const std::size_t synapses = f["synapses"].size();
        c.first = compiled::read_indices(f["first"], c.outputs + 1);
        c.column = compiled::read_indices(f["column"], synapses);
        c.weight = f["weight"].array<std::int16_t>({synapses});
    } else if (f.has("drawn")) {
        c.drawn = read_drawn(f["drawn"], c.outputs);
        c.weight = draw(*c.drawn, c.outputs, c.inputs);
    } else {
        c.weight = f["weight"].array<std::int16_t>({c.outputs, c.inputs});
    }
    if (f.has("source_pool")) c.source_pool = compiled::read_pool(f["source_pool"]);
    if (f.has("sum_pool")) c.sum_pool = compiled::read_pool(f["sum_pool"]);
    if (f.has("convolution")) {
        f["convolution"].only({"input", "filters", "groups", "window"});
        c.convolution = compiled::read_sizes(f["convolution"]);
    }
    return c;
}

IntNetwork read_int_network(const Field& f, const std::string& profile) {
    f.only({"name", "rules", "inputs", "populations", "connections", "outputs"});
    IntNetwork n;
    n.name = f["name"].text();
    n.profile = profile;
    n.rules = read_rules(f["rules"]);
    n.inputs = read_inputs(f["inputs"]);
    compiled::limit_drawn(f["connections"]);
    for (const Field& p : f["populations"].list()) n.populations.push_back(read_integers(p));
    for (const Field& c : f["connections"].list()) n.connections.push_back(read_int_connection(c));
    n.outputs = read_outputs(f["outputs"]);
    return n;
}

// --- both

void refuse_errors(const Report& report) {
    for (const Diagnostic& d : report.diagnostics)
        if (d.severity == Severity::error) throw InputError(d);
}

// Reports compare the two networks population by population.
void check_agreement(const Compiled& c, const Field& f) {
    const auto same = [](const auto& a, const auto& b) { return a.name == b.name && a.shape == b.shape; };
    const auto& a = c.network.populations;
    const auto& b = c.integers.populations;
    if (!std::equal(a.begin(), a.end(), b.begin(), b.end(), same))
        f["integers"]["populations"].fail("differ from those of the float network", "equal names and shapes");
    const auto& i = c.network.inputs;
    const auto& j = c.integers.inputs;
    const auto same_input = [&](const Input& x, const Input& y) {
        return same(x, y) && x.kind == y.kind && x.range == y.range && x.levels == y.levels;
    };
    if (!std::equal(i.begin(), i.end(), j.begin(), j.end(), same_input))
        f["integers"]["inputs"].fail("differ from those of the float network",
                                     "equal names, shapes and kinds");
    const auto wired = [](const Connection& x, const IntConnection& y) {
        return x.source == y.source && x.target == y.target && x.delay == y.delay;
    };
    const auto& x = c.network.connections;
    const auto& y = c.integers.connections;
    if (!std::equal(x.begin(), x.end(), y.begin(), y.end(), wired) || c.network.outputs != c.integers.outputs)
        f["integers"]["connections"].fail("differ from those of the float network",
                                          "equal sources, targets, delays and outputs");
}

Json parse(const std::string& bytes, const Field& top) {
    if (bytes.size() > most_json_bytes)
        top.fail(fmt::format("has {} bytes", bytes.size()), fmt::format("at most {} bytes", most_json_bytes));
    Json json = Json::parse(bytes, nullptr, false);
    if (json.is_discarded()) top.fail("is not JSON", "the network.json of a compiled directory");
    return json;
}

}  // namespace

Compiled read_compiled(const std::filesystem::path& folder) {
    const Json nothing;
    const std::string file = (folder / "network.json").string();
    const Json json = parse(read_file(file), Field{nothing, folder, ""});
    const Field top{json, folder, ""};
    if (!top.has("format") || top["format"].text() != compiled::format_name)
        top.fail("is not the description of a compiled network",
                 fmt::format("\"format\": \"{}\"", compiled::format_name));
    const std::int64_t version = top["version"].whole(INT64_MIN, INT64_MAX);
    if (version < compiled::oldest_version || version > compiled::format_version)
        top["version"].fail(fmt::format("version {} is unknown", version),
                            fmt::format("{} to {}", compiled::oldest_version, compiled::format_version));
    top.only({"format", "version", "target", "profile", "network", "integers"});
    Compiled result;
    result.target = top["target"].text();
    result.network = read_network(top["network"]);
    result.integers = read_int_network(top["integers"], top["profile"].text());
    Report report;
    check(result.network, file, report);
    refuse_errors(report);
    check(result.integers, file, report);
    refuse_errors(report);
    check_agreement(result, top);
    return result;
}

}  // namespace synfire
