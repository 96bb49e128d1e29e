// TENNLab networks: the spikes of RISP itself, and what is refused.
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "compiler/frontend/json/parse.hpp"
#include "compiler/network/check.hpp"
#include "compiler/network/print.hpp"
#include "emulator/reference.hpp"
#include "tests/unit/json/read_text.hpp"

namespace synfire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string folder = json_data + "tennlab/";

Signal to_signal(const json::Value& columns) {
    Signal signal{columns[0].get<std::string>().size(), columns.size(), {}};
    for (std::size_t step = 0; step < signal.steps; ++step)
        for (const json::Value& column : columns)
            signal.values.push_back(column.get<std::string>()[step] - '0');
    return signal;
}

std::string spikes_of(const FloatTrace& trace, std::size_t population, std::size_t neuron) {
    const auto& p = trace.populations.at(population);
    std::string text;
    for (std::size_t step = 0; step < trace.steps; ++step)
        text += static_cast<char>('0' + p.s[step * p.neurons + neuron]);
    return text;
}

// Spikes by node id, from the two populations.
std::map<std::string, std::string> by_node(const json::Value& file, const FloatTrace& trace) {
    std::map<std::string, std::string> spikes;
    std::vector<int> outputs = file["Outputs"], hidden;
    for (const json::Value& node : file["Nodes"])
        if (std::count(outputs.begin(), outputs.end(), node["id"].get<int>()) == 0)
            hidden.push_back(node["id"]);
    std::sort(hidden.begin(), hidden.end());
    for (std::size_t i = 0; i < hidden.size(); ++i)
        spikes[std::to_string(hidden[i])] = spikes_of(trace, 0, i);
    for (std::size_t i = 0; i < outputs.size(); ++i)
        spikes[std::to_string(outputs[i])] = spikes_of(trace, 1, i);
    return spikes;
}

TEST(Tennlab, EveryNeuronSpikesAsInRisp) {
    const json::Value expected = json::parse(file_text(folder + "expected.json"), "expected.json");
    ASSERT_EQ(expected.size(), 5u);
    for (const auto& [name, e] : expected.items()) {
        const std::string text = file_text(folder + name + ".json");
        Outcome o = read_text(text, folder + name + ".json");
        ASSERT_TRUE(o.network) << o.text();
        check(*o.network, name, o.report);
        ASSERT_FALSE(o.report.has_errors()) << o.text();
        const FloatTrace trace = simulate(*o.network, {to_signal(e["input"])});
        for (const auto& [id, spikes] : by_node(json::parse(text, name), trace))
            EXPECT_EQ(spikes, e["spikes"][id].get<std::string>()) << name << " node " << id;
    }
}

const char* const good = R"({
    "Properties": {"node_properties": [{"name": "Threshold", "type": 73, "index": 0, "size": 1, "min_value": 0, "max_value": 7}],
                   "edge_properties": [{"name": "Weight", "type": 73, "index": 0, "size": 1, "min_value": -7, "max_value": 7},
                                       {"name": "Delay", "type": 73, "index": 1, "size": 1, "min_value": 1, "max_value": 15}],
                   "network_properties": []},
    "Nodes": [{"id": 5, "values": [2]}, {"id": 1, "values": [3], "name": "A"}, {"id": 9, "values": [4]}],
    "Edges": [{"from": 1, "to": 9, "values": [2, 1]}, {"from": 5, "to": 9, "values": [3, 4]}, {"from": 9, "to": 9, "values": [-1, 4]}],
    "Inputs": [5, 1], "Outputs": [9], "Network_Values": [],
    "Associated_Data": {"other": {"proc_name": "risp"},
        "proc_params": {"discrete": true, "min_weight": -7, "max_weight": 7, "min_threshold": 0, "max_threshold": 7,
                        "max_delay": 15, "min_potential": -7}}})";

Outcome read_changed(const std::string& patch) {
    return read_text(json::Value::parse(good).patch(json::Value::parse(patch)).dump());
}

TEST(Tennlab, OneConnectionForEachDelay) {
    const Outcome o = read_changed("[]");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_EQ(
        print(*o.network),
        "network model\n"
        "input input [2]: spikes\n"
        "population hidden [2]: beta 1, spikes when v >= 2..3 (2 values), reset to 0\n"
        "population output [1]: beta 1, v at least -7, spikes when v >= 4, reset to 0\n"
        "connection input.hidden: input -> hidden, sparse 2 -> 2, 2 synapses, weights 7\n"
        "connection hidden.output.4: hidden -> output, delay 4 steps, sparse 2 -> 1, 1 synapses, weights 3\n"
        "connection output.output.4: output -> output, delay 4 steps, sparse 1 -> 1, 1 synapses, weights -1\n"
        "connection hidden.output.1: hidden -> output, delay 1 steps, sparse 2 -> 1, 1 synapses, weights 2\n"
        "output output\n");
    EXPECT_THAT(o.text(),
                HasSubstr("note: read as RISP runs it: a 1 in column k of the input adds 7 to node"));
    // Input 0 is node 5, the second neuron of 'hidden'.
    EXPECT_THAT(std::get<Sparse>(o.network->connections[0].stages[0]).column, ElementsAre(1, 0));
}

TEST(Tennlab, InputSpikesAddTheFactorOrTheLargestOfTheListedWeights) {
    const auto charge = [](const std::string& patch) {
        const Outcome o = read_changed(patch);
        EXPECT_TRUE(o.network) << o.text();
        return o.network ? std::get<Sparse>(o.network->connections.at(0).stages[0]).weight.at(0) : 0;
    };
    const std::string params = "/Associated_Data/proc_params";
    EXPECT_EQ(charge(R"([{"op": "add", "path": ")" + params + R"(/spike_value_factor", "value": 4.5}])"), 4);
    EXPECT_EQ(charge(R"([{"op": "add", "path": ")" + params + R"(/spike_value_factor", "value": 4.5},
                         {"op": "replace", "path": ")" +
                     params + R"(/discrete", "value": false}])"),
              4.5);
    EXPECT_EQ(charge(R"([{"op": "add", "path": ")" + params + R"(/weights", "value": [-2, 0, 1, 6]},
                         {"op": "add", "path": ")" +
                     params + R"(/inputs_from_weights", "value": true},
                         {"op": "replace", "path": "/Edges/2/values", "value": [0, 4]}])"),
              6);
}

TEST(Tennlab, AThresholdOfZeroIsRaisedWhereThatChangesNothing) {
    const Outcome o = read_changed(R"([{"op": "replace", "path": "/Nodes/1/values", "value": [0]}])");
    ASSERT_TRUE(o.network) << o.text();
    EXPECT_THAT(o.network->populations[0].spiking->threshold, ElementsAre(7, 2));
    EXPECT_THAT(o.text(),
                HasSubstr("note: node node 1, field '/Nodes/1/values': the threshold of 0 was raised to the "
                          "smallest charge that can arrive, 7\n"));
}

struct Change {
    const char* patch;
    const char* error;
};

const Change changes[] = {
    {R"([{"op": "replace", "path": "/Nodes/2/values", "value": [0]}])",
     "node node 9, field '/Nodes/2/values': with a threshold of 0 the neuron spikes whenever something "
     "arrives"},
    {R"([{"op": "remove", "path": "/Associated_Data/proc_params"}])",
     "field '/Associated_Data/proc_params': is missing\n"},
    {R"([{"op": "replace", "path": "/Associated_Data/other/proc_name", "value": "ravens"}])",
     "field '/Associated_Data/other/proc_name': \"ravens\" is not read\n"},
    {R"([{"op": "replace", "path": "/Associated_Data/other/proc_name", "value": "vrisp"}])",
     "field '/Associated_Data/other/proc_name': \"vrisp\" is not read\n"},
    {R"([{"op": "add", "path": "/Associated_Data/proc_params/noisy_stddev", "value": 0.5}])",
     "field '/Associated_Data/proc_params/noisy_stddev': adds noise to every synapse"},
    {R"([{"op": "add", "path": "/Associated_Data/proc_params/stds", "value": [0.5]}])",
     "field '/Associated_Data/proc_params/stds': adds noise to every synapse"},
    {R"([{"op": "add", "path": "/Associated_Data/proc_params/non_negative_charge", "value": true}])",
     "field '/Associated_Data/proc_params/non_negative_charge': is not a parameter of RISP\n"},
    {R"([{"op": "add", "path": "/Associated_Data/proc_params/leak_mode", "value": "some"}])",
     "field '/Associated_Data/proc_params/leak_mode': \"some\" is not known\n"},
    {R"([{"op": "add", "path": "/Associated_Data/proc_params/fire_like_ravens", "value": 1}])",
     "field '/Associated_Data/proc_params/fire_like_ravens': is 1\n"},
    {R"([{"op": "replace", "path": "/Associated_Data/proc_params/min_potential", "value": 1}])",
     "field '/Associated_Data/proc_params/min_potential': is 1\n"},
    {R"([{"op": "remove", "path": "/Associated_Data/proc_params/min_potential"}])",
     "field '/Associated_Data/proc_params/min_potential': is missing\n"},
    {R"([{"op": "remove", "path": "/Associated_Data/proc_params/max_weight"}])",
     "field '/Associated_Data/proc_params/max_weight': is missing\n"},
    {R"([{"op": "add", "path": "/Associated_Data/proc_params/weights", "value": [1, "2"]}])",
     "field '/Associated_Data/proc_params/weights/1': is \"2\"\n"},
    {R"([{"op": "add", "path": "/Associated_Data/proc_params/weights", "value": [1, 2]},
         {"op": "add", "path": "/Associated_Data/proc_params/inputs_from_weights", "value": true}])",
     "field '/Edges/0/values': Weight is 2\n  expected: a whole number from 0 to 1\n"},
    {R"([{"op": "remove", "path": "/Properties"}])", "field '/Properties': is missing\n"},
    {R"([{"op": "remove", "path": "/Properties/edge_properties/1"}])",
     "field '/Properties/edge_properties': has no property \"Delay\"\n"},
    {R"([{"op": "add", "path": "/Properties/node_properties/-", "value": {"name": "Leak", "index": 1, "size": 1}}])",
     "field '/Properties/node_properties/1/name': \"Leak\" means nothing to RISP here\n"},
    {R"([{"op": "add", "path": "/Properties/node_properties/-", "value": {"name": "Leak", "index": 1, "size": 2}}])",
     "field '/Properties/node_properties/1': is not a property of one value\n"},
    {R"([{"op": "add", "path": "/Nodes/0/refractory", "value": 1}])",
     "field '/Nodes/0/refractory': is not a field of the format here\n"},
    {R"([{"op": "replace", "path": "/Nodes/0/id", "value": -5}])", "field '/Nodes/0/id': is -5\n"},
    {R"([{"op": "replace", "path": "/Nodes/0/id", "value": 1}])", "id': 1 is used twice\n"},
    {R"([{"op": "replace", "path": "/Nodes/0/values", "value": [2, 1]}])",
     "node node 5, field '/Nodes/0/values': has 2 values\n  expected: 1, one for each property\n"},
    {R"([{"op": "replace", "path": "/Nodes/0/values", "value": [1e40]}])",
     "node node 5, field '/Nodes/0/values/0': is 1e+40\n"},
    {R"([{"op": "replace", "path": "/Edges/0/from", "value": 2}])",
     "field '/Edges/0/from': there is no node 2\n"},
    {R"([{"op": "replace", "path": "/Edges/1/from", "value": 1}])",
     "field '/Edges/1': a second edge from node 1 to node 9\n"},
    {R"([{"op": "replace", "path": "/Edges/0/values", "value": [1, 0]}])",
     "field '/Edges/0/values': Delay is 0\n  expected: a whole number from 1 to 1024\n"},
    {R"([{"op": "replace", "path": "/Edges/0/values", "value": [1, 1.5]}])",
     "field '/Edges/0/values': Delay is 1.5\n"},
    {R"([{"op": "replace", "path": "/Inputs", "value": []}])", "field '/Inputs': is empty\n"},
    {R"([{"op": "replace", "path": "/Outputs", "value": [9, 9]}])",
     "field '/Outputs/1': node 9 is named twice\n"},
    {R"([{"op": "add", "path": "/Weights", "value": 1}])",
     "field '/Weights': is not a field of the format here\n"},
    {R"([{"op": "replace", "path": "/Nodes", "value": 3}])",
     "field '/Nodes': is missing\n  expected: a list\n"},
    {R"([{"op": "replace", "path": "/Nodes", "value": [3]}])", "field '/Nodes/0': is 3\n"},
};

TEST(Tennlab, WhatCannotBeReadIsNamed) {
    for (const Change& change : changes) {
        const Outcome o = read_changed(change.patch);
        EXPECT_FALSE(o.network) << change.patch;
        EXPECT_THAT(o.text(), HasSubstr(change.error)) << change.patch;
        EXPECT_THAT(o.text(), HasSubstr("model.json: error: ")) << change.patch;
        EXPECT_THAT(o.text(), HasSubstr("\n  hint: ")) << change.patch;
    }
}

TEST(Tennlab, WithoutAProcessorsNameRispIsAssumed) {
    const Outcome o = read_changed(R"([{"op": "remove", "path": "/Associated_Data/other"}])");
    EXPECT_TRUE(o.network);
    EXPECT_THAT(o.text(),
                HasSubstr("warning: field '/Associated_Data/other/proc_name': is not given; \"risp\" was "
                          "taken\n"));
}

TEST(Tennlab, OptionsOfOtherFormatsHaveNoEffect) {
    ReadOptions options;
    options.weights = "w.json";
    EXPECT_THAT(read_text(good, json_data + "model.json", options).text(),
                HasSubstr("warning: --weights has no effect on TENNLab files\n"));
}

}  // namespace
}  // namespace synfire
