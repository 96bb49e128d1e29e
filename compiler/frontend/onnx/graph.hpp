// An ONNX graph without protobuf: what the stages of this front end hand to each other.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "compiler/frontend/onnx/tensor.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"

namespace synfire::onnx {

using Attribute = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>,
                               std::vector<double>, TensorPtr>;

inline constexpr int absent = -1;

struct Body;

struct Node {
    std::string name;
    std::string domain;  // "" is ai.onnx
    std::string op;
    std::vector<int> inputs;  // values; absent where an optional input is left out
    std::vector<int> outputs;
    std::map<std::string, Attribute> attributes;
    std::shared_ptr<const Body> body{};  // of a Loop or Scan
};

struct Value {
    std::string name;
    TensorPtr constant;               // null: computed per step
    int producer = absent;            // node; absent for graph inputs and initializers
    Shape shape;                      // with batch 1; known after folding
    Element element = Element::real;  // likewise
};

struct Graph {
    std::string file;  // for messages
    std::string name;
    std::int64_t opset = 0;
    std::vector<Value> values;
    std::vector<Node> nodes;   // every node after the nodes it reads
    std::vector<int> inputs;   // values; without initializers
    std::vector<int> outputs;  // values
    // What state inputs hold before the first step; those that are missing hold zeros.
    std::map<int, TensorPtr> initial{};
};

// What a Loop or Scan repeats. Its graph reads some values of the graph around it.
struct Body {
    Graph graph;
    std::map<int, int> captured;  // value of graph -> value of the graph around it
};

// "'/layers.1/Greater' (Greater)"; names of untrusted files are made printable and short.
std::string label(const Node& node);
std::string printable(const std::string& name);

// A Diagnostic without its severity that says where.
Diagnostic at_node(const Graph& graph, const Node& node);
Diagnostic at_value(const Graph& graph, int value, const std::string& role);

std::int64_t int_attribute(const Node& node, const std::string& name, std::int64_t otherwise);
double real_attribute(const Node& node, const std::string& name, double otherwise);
// Null where the attribute is missing or of another type.
const std::vector<std::int64_t>* ints_attribute(const Node& node, const std::string& name);

// Parses protobuf, refuses what no later stage could understand, and runs the ONNX checker where it knows the
// opset. Throws InputError or StageFailed.
Graph parse(const Source& source, Report& report);

// Writes neurons of the domain org.snn (LIF) as standard operators. Throws InputError where one is not as
// custom_domain.cpp defines it.
void expand_custom_domain(Graph& graph);

// Why an operator is not read, and what to do instead.
Diagnostic refusal(const Graph& graph, const Node& node);

// Reports every operator of the graph that this front end has no rule for, and the form it belongs to.
void refuse_unsupported(const Graph& graph, Report& report);

// Folds what depends on constants alone, drops what no output reads, and fills in all shapes with batch 1.
Graph fold(Graph graph);

}  // namespace synfire::onnx
