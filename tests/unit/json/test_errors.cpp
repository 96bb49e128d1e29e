// Every error of the schema, of neuron layers and of the graph: a good model, one change, and what is said
// about it.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/frontend/json/parse.hpp"
#include "tests/unit/json/read_text.hpp"

namespace synfire {
namespace {

using testing::HasSubstr;

const char* const good = R"({"format": "snn-json", "version": 1, "dt": 0.001,
    "defaults": {"compare": "gt", "reset": {"mode": "zero"}, "discretisation": "euler"},
    "input": {"shape": [2]},
    "layers": [
        {"type": "dense", "name": "fc", "units": 3, "weight": 0.5, "bias": 0},
        {"type": "neuron", "name": "lif", "model": "lif", "beta": 0.5, "threshold": 1},
        {"type": "dense", "name": "out", "units": 2, "weight": 0.5},
        {"type": "neuron", "name": "cuba", "model": "cubalif", "tau_mem": 0.01, "tau_syn": 0.01, "threshold": 1}],
    "outputs": [{"layer": "cuba"}]})";

Outcome read_changed(const std::string& patch) {
    return read_text(json::Value::parse(good).patch(json::Value::parse(patch)).dump());
}

TEST(Errors, TheUnchangedModelIsGood) {
    EXPECT_TRUE(read_changed("[]").network);
    EXPECT_THAT(read_changed("[]").text(), testing::Not(HasSubstr("error")));
}

struct Change {
    const char* patch;  // RFC 6902
    const char* error;  // after "model.json: error: "
};

void expect_errors(const std::vector<Change>& changes) {
    for (const Change& change : changes) {
        const Outcome o = read_changed(change.patch);
        EXPECT_FALSE(o.network) << change.patch;
        EXPECT_THAT(o.text(), HasSubstr(std::string("model.json: error: ") + change.error)) << change.patch;
        for (const Diagnostic& d : o.report.diagnostics)
            EXPECT_TRUE(d.severity != Severity::error || !d.hint.empty()) << to_text(d);
    }
}

TEST(Errors, OfTheSchema) {
    expect_errors({
        {R"([{"op": "replace", "path": "/format", "value": "nir"}])",
         "field '/format': \"nir\" does not fit\n  expected: \"snn-json\"\n  hint: a file without this line "
         "is another kind "
         "of JSON"},
        {R"([{"op": "remove", "path": "/input"}])", "field '/input': is missing\n"},
        {R"([{"op": "add", "path": "/latency", "value": 1}])",
         "field '/latency': is not a field of the format here\n"},
        {R"([{"op": "add", "path": "/input/kid", "value": "spikes"}])",
         "field '/input/kid': is not a field of the format here\n"
         "  expected: one of: encoding, kind, max_count, shape\n  hint: did you mean 'kind'?\n"},
        {R"([{"op": "add", "path": "/input/kind", "value": "spike"}])",
         "field '/input/kind': \"spike\" is not known\n"
         "  expected: \"spikes\" (0 or 1; the default), \"counts\" (whole numbers) or \"analog\"\n"
         "  hint: did you mean 'spikes'?\n"},
        {R"([{"op": "replace", "path": "/dt", "value": 0}])",
         "field '/dt': 0 does not fit\n  expected: seconds per step, a number > 0"},
        {R"([{"op": "replace", "path": "/dt", "value": "1 ms"}])", "field '/dt': is \"1 ms\"\n"},
        {R"([{"op": "replace", "path": "/input/shape", "value": [2, 2, 2, 2]}])",
         "field '/input/shape': has 4 entries\n  expected: [N] or [C, H, W]"},
        {R"([{"op": "replace", "path": "/input/shape", "value": [0]}])",
         "field '/input/shape/0': 0 does not fit\n"},
        {R"([{"op": "replace", "path": "/input/shape", "value": [1.5]}])",
         "field '/input/shape/0': is 1.5\n"},
        {R"([{"op": "replace", "path": "/layers/0/units", "value": 1e9}])",
         "node 'fc' (dense), field '/layers/0/units': is 1000000000.0\n"},
        {R"([{"op": "replace", "path": "/layers/0/units", "value": -1}])",
         "node 'fc' (dense), field '/layers/0/units': -1 does not fit\n  expected: the number of outputs"},
        {R"([{"op": "remove", "path": "/layers/0/units"}])",
         "node 'fc' (dense), field '/layers/0/units': is missing\n"
         "  expected: the number of outputs, a whole number >= 1\n"},
        {R"([{"op": "replace", "path": "/layers/0/name", "value": "a b"}])",
         "node 'a b' (dense), field '/layers/0/name': \"a b\" does not fit\n  expected: a letter or '_'"},
        {R"([{"op": "remove", "path": "/layers/1/model"}])",
         "node 'lif' (neuron), field '/layers/1/model': is missing\n"},
        {R"([{"op": "replace", "path": "/layers/1/model", "value": "liff"}])",
         "node 'lif' (neuron), field '/layers/1/model': \"liff\" is not known\n"},
        {R"([{"op": "remove", "path": "/layers/1/type"}])",
         "node 'lif', field '/layers/1/type': is missing\n"},
        {R"([{"op": "replace", "path": "/layers/1", "value": 7}])", "field '/layers/1': is 7\n"},
        {R"([{"op": "replace", "path": "/layers", "value": {}}])", "field '/layers': is an object\n"},
        {R"([{"op": "replace", "path": "/defaults/reset", "value": {"mode": "value"}}])",
         "field '/defaults/reset/value': is missing\n"},
        {R"([{"op": "add", "path": "/layers/1/recurrent", "value": {"weight": 0, "delay": 0}}])",
         "node 'lif' (neuron), field '/layers/1/recurrent/delay': 0 does not fit\n"
         "  expected: steps, a whole number >= 1; 1 by default\n"},
        {R"([{"op": "add", "path": "/layers/1/refractory", "value": 256}])",
         "node 'lif' (neuron), field '/layers/1/refractory': 256 does not fit\n"},
    });
}

TEST(Errors, OfNeuronFieldsThatDoNotBelongTogether) {
    expect_errors({
        {R"([{"op": "remove", "path": "/layers/1/beta"}])",
         "node 'lif' (neuron), field '/layers/1/beta': model \"lif\" needs 'beta' (per step) or 'tau_mem' "
         "(seconds)\n"},
        {R"([{"op": "add", "path": "/layers/3/alpha", "value": 0.5}])",
         "node 'cuba' (neuron), field '/layers/3/alpha': 'alpha' and 'tau_syn' both say how fast the "
         "synaptic current "
         "decays\n"},
        {R"([{"op": "remove", "path": "/layers/3/tau_syn"}])",
         "node 'cuba' (neuron), field '/layers/3/alpha': model \"cubalif\" needs 'alpha' (per step) or "
         "'tau_syn'"},
        {R"([{"op": "replace", "path": "/layers/1/model", "value": "if"}])",
         "node 'lif' (neuron), field '/layers/1/beta': model \"if\" has no leak\n"},
        {R"([{"op": "replace", "path": "/layers/3/model", "value": "cubali"}])",
         "node 'cuba' (neuron), field '/layers/3/threshold': model \"cubali\" does not spike\n"},
        {R"([{"op": "add", "path": "/layers/1/r", "value": 2}])",
         "node 'lif' (neuron), field '/layers/1/r': goes with 'tau_mem', which is not given\n"
         "  hint: write \"gain\" for a factor per step, or add \"tau_mem\"\n"},
        {R"([{"op": "add", "path": "/layers/1/reset", "value": {"mode": "zero", "value": 1}}])",
         "node 'lif' (neuron), field '/layers/1/reset/value': has no effect with mode \"zero\"\n"},
        {R"([{"op": "add", "path": "/layers/1/reset", "value": {"mode": "subtract", "timing": "next_step"}},
             {"op": "add", "path": "/layers/1/refractory", "value": 1}])",
         "node 'lif' (neuron), field '/layers/1/refractory': cannot be combined with a subtraction in the "
         "next step\n"},
        {R"([{"op": "add", "path": "/layers/1/reset", "value": {"mode": "subtract", "timing": "next_step"}},
             {"op": "add", "path": "/layers/1/v_init", "value": 2}])",
         "node 'lif' (neuron), field '/layers/1/v_init': value 2 at index 0 is above the threshold 1\n"},
    });
}

TEST(Errors, OfValuesOutOfRange) {
    expect_errors({
        {R"([{"op": "replace", "path": "/layers/1/beta", "value": 20}])",
         "node 'lif' (neuron), field '/layers/1/beta': value 20 at index 0 is out of range\n"
         "  expected: 0..1, the fraction kept per step\n  hint: is it a time constant? then write "
         "\"tau_mem\"\n"},
        {R"([{"op": "replace", "path": "/layers/1/beta", "value": [0.5, 0.5]}])",
         "node 'lif' (neuron), field '/layers/1/beta': has shape [2]\n  expected: a number, or one per "
         "neuron: [3]\n"},
        {R"([{"op": "replace", "path": "/layers/3/tau_mem", "value": 0}])",
         "node 'cuba' (neuron), field '/layers/3/tau_mem': value 0 at index 0 is not a time constant\n  "
         "expected: > 0 s\n"},
        {R"([{"op": "replace", "path": "/layers/3/tau_syn", "value": [0.01, 0.0005]}])",
         "node 'cuba' (neuron), field '/layers/3/tau_syn': value 0.0005 s at index 1 is shorter than a step, "
         "dt = 0.001 s\n"},
        {R"([{"op": "remove", "path": "/dt"}])",
         "node 'cuba' (neuron), field '/dt': is missing, and 'tau_mem' is in seconds\n"},
        {R"([{"op": "add", "path": "/layers/1/threshold", "value": {"base64": "AAAAAAAA8H8=", "dtype": "f64", "shape": [1]}}])",
         "node 'lif' (neuron), field '/layers/1/threshold': value inf at index 0 is not finite\n"},
        {R"([{"op": "add", "path": "/layers/1", "value": {"type": "batchnorm", "mean": 0, "var": -1}}])",
         "node 'layer1' (batchnorm), field '/layers/1/var': value -1 at index 0 is not a variance\n"},
    });
}

TEST(Errors, OfSizes) {
    expect_errors({
        {R"([{"op": "replace", "path": "/layers/0/weight", "value": [[1, 2, 3], [4, 5, 6]]}])",
         "node 'fc' (dense), field '/layers/0/weight': has shape [2, 3]\n  expected: [units, inputs]: [3, "
         "2]\n"
         "  hint: transpose it: a row per output\n"},
        {R"([{"op": "replace", "path": "/layers/0/bias", "value": [1, 2]}])",
         "node 'fc' (dense), field '/layers/0/bias': has shape [2]\n  expected: [units]: [3]\n"},
        {R"([{"op": "replace", "path": "/input/shape", "value": [1, 1, 2]}])",
         "node 'fc' (dense), field '/layers/0': gets an input of shape [1, 1, 2]\n  expected: a flat input, "
         "[N]\n"
         "  hint: put {\"type\": \"flatten\"} before it\n"},
        {R"([{"op": "replace", "path": "/layers/0/units", "value": 1000000000}])",
         "node 'fc' (dense), field '/layers/0/weight': makes the model larger than this program reads\n"},
        {R"([{"op": "replace", "path": "/input/shape", "value": [1073741824, 1073741824]}])",
         "field '/input/shape': makes the model larger than this program reads\n"},
        {R"([{"op": "remove", "path": "/layers/0"}, {"op": "replace", "path": "/input/shape", "value": [40000000]}])",
         "node 'lif' (neuron), field '/layers/0/from': makes the model larger than this program reads\n"},
    });
}

TEST(Errors, OfTheGraph) {
    expect_errors({
        {R"([{"op": "replace", "path": "/layers/2/name", "value": "fc"}])",
         "node 'fc' (dense), field '/layers/2/name': the name 'fc' is used twice\n"},
        {R"([{"op": "replace", "path": "/layers/2/name", "value": "input"}])",
         "node 'input' (dense), field '/layers/2/name': the name 'input' is used twice\n"},
        {R"([{"op": "add", "path": "/layers/2/from", "value": ["lif", "lof"]}])",
         "node 'out' (dense), field '/layers/2/from/1': there is no layer \"lof\"\n"},
        {R"([{"op": "add", "path": "/layers/0/from", "value": "out"}])",
         "node 'fc' (dense), field '/layers/0/from': the layer depends on its own output, or on a layer that "
         "does\n"},
        {R"([{"op": "add", "path": "/layers/1/from", "value": "lif"}])",
         "node 'lif' (neuron), field '/layers/1/from': the layer depends on its own output"},
        {R"([{"op": "add", "path": "/layers/2/from", "value": ["lif", "input"]}])",
         "node 'out' (dense), field '/layers/2/from': adds shape [2] to shape [3]\n"},
        {R"([{"op": "replace", "path": "/layers/1", "value": {"type": "neuron", "name": "r", "model": "i"}}])",
         "node 'out' (dense), field '/layers/2/from': layer 'r' has no spikes to be read\n"},
        {R"([{"op": "add", "path": "/layers/-", "value": {"type": "dense", "units": 2, "weight": 1}}])",
         "node 'layer4' (dense), field '/layers/4': no neuron layer reads it\n  expected: a neuron layer "
         "after it\n"
         "  hint: add {\"type\": \"neuron\"} after it; model \"i\" or \"li\" is a readout without spikes\n"},
        {R"([{"op": "replace", "path": "/outputs/0/layer", "value": "Cuba"}])",
         "field '/outputs/0/layer': there is no layer \"Cuba\"\n"},
        {R"([{"op": "replace", "path": "/outputs/0/layer", "value": "fc"}])",
         "field '/outputs/0/layer': layer 'fc' has no neurons\n"},
        {R"([{"op": "add", "path": "/outputs/-", "value": {"layer": "cuba"}}])",
         "field '/outputs/1/layer': layer 'cuba' is named twice\n"},
    });
}

TEST(Errors, OfNeuronFieldsThatContradictEachOther) {
    expect_errors({
        {R"([{"op": "add", "path": "/layers/1", "value": {"type": "relu"}}])",
         "node 'lif' (neuron), field '/layers/2': is a layer of neurons in a network of ReLUs\n"},
        {R"([{"op": "add", "path": "/layers/1/multi_spike", "value": {"max": 2}}])",
         "node 'lif' (neuron), field '/layers/1/multi_spike': needs a spike where v is the threshold"},
        {R"([{"op": "add", "path": "/layers/1/multi_spike", "value": {"max": 256}},
             {"op": "add", "path": "/layers/1/compare", "value": "ge"}])",
         "node 'lif' (neuron), field '/layers/1/multi_spike/max': 256 spikes in one step\n  expected: "
         "1..255\n"},
        {R"([{"op": "add", "path": "/layers/1/multi_spike", "value": {}},
             {"op": "add", "path": "/layers/1/compare", "value": "ge"},
             {"op": "add", "path": "/layers/1/reset", "value": {"mode": "subtract", "timing": "next_step"}}])",
         "node 'lif' (neuron), field '/layers/1/multi_spike': needs a reset in the step of the spike\n"},
        {R"([{"op": "add", "path": "/layers/1/multi_spike", "value": {}},
             {"op": "add", "path": "/layers/1/compare", "value": "ge"},
             {"op": "replace", "path": "/layers/1/threshold", "value": -1}])",
         "node 'lif' (neuron), field '/layers/1/threshold': value -1 at index 0 cannot be counted in\n"},
        {R"([{"op": "add", "path": "/layers/1/v_min", "value": 0.5}])",
         "node 'lif' (neuron), field '/layers/1/v_min': value 0.5 at index 0 is above the potential after a "
         "reset, 0\n"},
        {R"([{"op": "add", "path": "/layers/1/v_min", "value": 0},
             {"op": "add", "path": "/layers/1/reset", "value": {"mode": "zero", "timing": "snntorch_nodelay"}}])",
         "node 'lif' (neuron), field '/layers/1/v_min': cannot be combined with timing "
         "\"snntorch_nodelay\"\n"},
        {R"([{"op": "add", "path": "/layers/1/refractory", "value": 1},
             {"op": "add", "path": "/layers/1/reset", "value": {"mode": "zero", "timing": "snntorch_nodelay"}}])",
         "node 'lif' (neuron), field '/layers/1/refractory': cannot be combined with timing "
         "\"snntorch_nodelay\"\n"},
        {R"([{"op": "add", "path": "/layers/1/reset",
              "value": {"mode": "value", "value": 0, "timing": "snntorch_nodelay"}}])",
         "node 'lif' (neuron), field '/layers/1/reset/timing': \"snntorch_nodelay\" resets to zero or "
         "subtracts\n"},
        {R"([{"op": "add", "path": "/layers/1/reset", "value": {"mode": "zero", "timing": "snntorch_nodelay"}},
             {"op": "add", "path": "/layers/1/recurrent",
              "value": {"weight": 0, "bias": -1, "bias_at_first_step": false}}])",
         "node 'lif' (neuron), field '/layers/1/recurrent/bias_at_first_step': the potential that makes up "
         "for "
         "it is above the threshold at index 0\n"},
    });
}

TEST(Errors, SeveralAreReportedAtOnce) {
    const std::string text = read_changed(R"([{"op": "replace", "path": "/layers/0/bias", "value": [1, 2]},
        {"op": "replace", "path": "/layers/1/beta", "value": 2}])")
                                 .text();
    EXPECT_THAT(text, HasSubstr("'/layers/0/bias'"));
    // What follows from the first error is not reported.
    EXPECT_THAT(text, testing::Not(HasSubstr("'/layers/1/beta'")));
    std::string layers = R"([{"op": "replace", "path": "/layers", "value": [)";
    for (int i = 0; i < 30; ++i) layers += R"({"type": "nothing"}, )";
    EXPECT_THAT(read_changed(layers + "{}]}]").text(), HasSubstr("error: 11 more errors\n"));
}

TEST(Errors, LongListsOfLayersAreRefusedBeforeTheyAreChecked) {
    json::Value model = json::Value::parse(good);
    for (int i = 0; i < 5000; ++i) model["layers"].push_back({{"type", "identity"}});
    EXPECT_THAT(read_text(model.dump()).text(),
                HasSubstr("field '/layers': has 5004 entries\n  expected: at most 4096"));
}

TEST(Errors, SumsOfSumsAreBounded) {
    json::Value model = json::Value::parse(good);
    model.erase("outputs");
    std::string last = "input";
    for (int i = 0; i < 40; ++i) {
        const std::string name = "sum" + std::to_string(i);
        model["layers"].push_back({{"type", "identity"}, {"name", name}, {"from", {last, last}}});
        last = name;
    }
    EXPECT_THAT(read_text(model.dump()).text(), HasSubstr("'/layers/12/from': adds up too many paths\n"));
}

}  // namespace
}  // namespace synfire
