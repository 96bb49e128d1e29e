// Protobuf -> Graph. The file is untrusted: protobuf bounds depth, sizes are checked before anything is
// allocated from them, and every message of the ONNX library ends in a Diagnostic.
#include <algorithm>
#include <exception>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include <climits>
#include <google/protobuf/stubs/logging.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include "compiler/frontend/onnx/conventional.hpp"
#include "compiler/frontend/onnx/graph.hpp"
#include "compiler/frontend/onnx/inline_functions.hpp"
#include "compiler/frontend/onnx/roll.hpp"
#include "compiler/frontend/onnx/tensor_proto.hpp"
#include "compiler/frontend/onnx/unroll.hpp"

namespace synfire::onnx {
namespace {

namespace pb = ::onnx;

constexpr std::int64_t oldest_opset = 9;
constexpr std::int64_t newest_opset = 21;
constexpr std::int64_t newest_ir = 10;
// What the installed ONNX library (1.12) can check.
constexpr std::int64_t newest_checked_opset = 17;
constexpr std::int64_t newest_checked_ir = 8;

pb::ModelProto read_protobuf(const Source& source) {
    const google::protobuf::LogSilencer silencer;  // protobuf would print to stderr
    pb::ModelProto model;
    const Diagnostic unreadable{Severity::error,
                                source.path,
                                "",
                                "",
                                "not an ONNX file, or a truncated one: its protobuf message does not parse",
                                "a ModelProto as torch.onnx.export writes it",
                                "export or download the file again"};
    if (source.bytes.empty() || source.bytes.size() > INT_MAX) throw InputError(unreadable);
    if (!model.ParseFromArray(source.bytes.data(), static_cast<int>(source.bytes.size())))
        throw InputError(unreadable);
    if (!model.has_graph() || model.graph().node_size() == 0)
        throw InputError({Severity::error, source.path, "", "graph", "the file holds no graph",
                          "a ModelProto with at least one node", "export the file again"});
    return model;
}

std::int64_t check_versions(const pb::ModelProto& model, const std::string& file) {
    if (model.ir_version() > newest_ir)
        throw InputError({Severity::error, file, "", "ir_version",
                          "IR version " + std::to_string(model.ir_version()) + " is not known",
                          "at most " + std::to_string(newest_ir),
                          "export with an older onnx package, or opset 17"});
    std::int64_t opset = 0;
    for (const pb::OperatorSetIdProto& set : model.opset_import())
        if (set.domain() == "org.snn" && set.version() != 1)
            throw InputError({Severity::error, file, "", "opset_import",
                              "version " + std::to_string(set.version()) + " of org.snn is not known", "1",
                              "export with custom_opsets={'org.snn': 1}"});
    for (const pb::OperatorSetIdProto& set : model.opset_import())
        if (set.domain().empty() || set.domain() == "ai.onnx") opset = set.version();
    if (opset < oldest_opset || opset > newest_opset)
        throw InputError({Severity::error, file, "", "opset_import",
                          "opset " + std::to_string(opset) + " is not supported",
                          std::to_string(oldest_opset) + " to " + std::to_string(newest_opset),
                          "pass opset_version=17 to torch.onnx.export"});
    return opset;
}

// Names of values -> indices into Graph::values, while nodes are added in order.
struct Names {
    std::unordered_map<std::string, int> index;
};

int add_value(Graph& graph, Names& names, const std::string& name) {
    const int index = static_cast<int>(graph.values.size());
    if (name.empty() || !names.index.emplace(name, index).second)
        throw InputError({Severity::error, graph.file, "", "'" + printable(name) + "'",
                          name.empty() ? "a value has no name" : "two values have this name",
                          "one definition of every value", "export the file again"});
    graph.values.push_back(Value{name, nullptr, absent, {}, Element::real});
    return index;
}

TensorPtr initializer(const Graph& graph, const pb::TensorProto& proto) {
    const std::string where = "'" + printable(proto.name()) + "' (initializer)";
    if (proto.data_location() == pb::TensorProto::EXTERNAL)
        throw InputError({Severity::error, graph.file, where, "data_location",
                          "its values are in another file (external data)", "values inside the .onnx file",
                          "inline them: onnx.save(onnx.load('model.onnx'), 'inlined.onnx')"});
    try {
        return std::make_shared<const Tensor>(read_tensor(proto));
    } catch (const OperatorError& problem) {
        throw InputError({Severity::error, graph.file, where, "", problem.what(),
                          "finite numbers that fill the declared shape",
                          "look at the trained parameters and export the file again"});
    }
}

// Spikes are numbers of any type; nothing where they are none.
std::optional<Element> input_element(int type) {
    switch (type) {
        case pb::TensorProto::FLOAT:
        case pb::TensorProto::DOUBLE:
        case pb::TensorProto::FLOAT16:
        case pb::TensorProto::BFLOAT16:
            return Element::real;
        case pb::TensorProto::BOOL:
            return Element::boolean;
        case pb::TensorProto::INT8:
        case pb::TensorProto::UINT8:
        case pb::TensorProto::INT16:
        case pb::TensorProto::UINT16:
        case pb::TensorProto::INT32:
        case pb::TensorProto::INT64:
            return Element::integer;
        default:
            return std::nullopt;
    }
}

// Axis 0 of two or more is the batch: 1, or symbolic and then taken as 1.
Shape input_shape(const Graph& graph, int value, const pb::ValueInfoProto& proto) {
    Diagnostic problem = at_value(graph, value, "input");
    problem.hint =
        "export with a batch of 1 and fixed sizes: leave out dynamic_axes, or name only axis 0 there";
    if (!proto.type().has_tensor_type() || !proto.type().tensor_type().has_shape() ||
        !input_element(proto.type().tensor_type().elem_type())) {
        problem.reason = "its type is not a tensor of numbers with a shape";
        problem.expected = "tensor [1, ...] of float32, or of another number type";
        throw InputError(problem);
    }
    Shape shape;
    const auto& dimensions = proto.type().tensor_type().shape().dim();
    for (const auto& dimension : dimensions) {
        // A symbolic axis 1 of three or more is the batch beside a time axis.
        const bool batch =
            (shape.empty() && dimensions.size() > 1) || (shape.size() == 1 && dimensions.size() > 2);
        problem.field = "dim " + std::to_string(shape.size());
        if (!dimension.has_dim_value() && !batch) {
            problem.reason = "the size is not a number ('" + printable(dimension.dim_param()) + "')";
            problem.expected = "a fixed size; only the batch may be dynamic";
            throw InputError(problem);
        }
        if (dimension.has_dim_value() && dimension.dim_value() <= 0) {
            problem.reason = "size " + std::to_string(dimension.dim_value());
            problem.expected = "at least 1";
            throw InputError(problem);
        }
        shape.push_back(dimension.has_dim_value() ? static_cast<std::size_t>(dimension.dim_value()) : 1);
    }
    const std::optional<std::size_t> count = element_count(shape);
    problem.field = "shape";
    if (shape.empty() || shape.size() > max_rank || !count || *count > max_activation) {
        problem.reason = "shape " + to_string(shape) + (shape.empty() ? " is a scalar" : " is too large");
        problem.expected = "[1, ...] with at most " + std::to_string(max_activation) + " values";
        throw InputError(problem);
    }
    return shape;
}

void add_initializers(Graph& graph, Names& names, const pb::GraphProto& proto) {
    if (proto.sparse_initializer_size() > 0)
        throw InputError({Severity::error, graph.file, "", "sparse_initializer",
                          "sparse initializers have no rule", "dense initializers",
                          "export the weights as dense tensors"});
    for (const pb::TensorProto& tensor : proto.initializer()) {
        const int value = add_value(graph, names, tensor.name());
        graph.values.at(static_cast<std::size_t>(value)).constant = initializer(graph, tensor);
    }
}

// Files of IR version 3 list initializers among the inputs too; those are no inputs.
void add_inputs(Graph& graph, Names& names, const pb::GraphProto& proto) {
    for (const pb::ValueInfoProto& input : proto.input()) {
        const auto known = names.index.find(input.name());
        if (known != names.index.end() &&
            graph.values[static_cast<std::size_t>(known->second)].constant != nullptr)
            continue;
        const int value = add_value(graph, names, input.name());
        graph.inputs.push_back(value);
        graph.values.back().shape = input_shape(graph, value, input);
        graph.values.back().element = input_element(input.type().tensor_type().elem_type()).value();
    }
}

std::optional<Attribute> attribute(const pb::AttributeProto& proto) {
    switch (proto.type()) {
        case pb::AttributeProto::INT:
            return proto.i();
        case pb::AttributeProto::FLOAT:
            return static_cast<double>(proto.f());
        case pb::AttributeProto::STRING:
            return proto.s();
        case pb::AttributeProto::INTS:
            return std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end());
        case pb::AttributeProto::FLOATS:
            return std::vector<double>(proto.floats().begin(), proto.floats().end());
        case pb::AttributeProto::TENSOR:
            return std::make_shared<const Tensor>(read_tensor(proto.t()));
        default:
            return std::nullopt;  // subgraphs: the operators that have them are refused by name
    }
}

void add_attributes(const Graph& graph, Node& node, const pb::NodeProto& proto) {
    for (const pb::AttributeProto& one : proto.attribute()) {
        Diagnostic problem = at_node(graph, node);
        problem.field = printable(one.name());
        problem.hint = "export the file again";
        if (one.type() == pb::AttributeProto::TENSOR &&
            one.t().data_location() == pb::TensorProto::EXTERNAL) {
            problem.reason = "its values are in another file (external data)";
            throw InputError(problem);
        }
        try {
            if (std::optional<Attribute> read = attribute(one))
                node.attributes.insert_or_assign(one.name(), std::move(*read));
        } catch (const OperatorError& error) {
            problem.reason = error.what();
            throw InputError(problem);
        }
    }
}

// Operators of these domains have a rule like those of ONNX itself: QONNX under its names of the years.
bool is_default_domain(const std::string& domain) {
    return domain.empty() || domain == "ai.onnx" || domain == "qonnx.custom_op.general" ||
           domain == "finn.custom_op.general" || domain == "onnx.brevitas";
}

void push_node(Graph& graph, Node node) {
    for (const int output : node.outputs)
        if (output != absent)
            graph.values[static_cast<std::size_t>(output)].producer = static_cast<int>(graph.nodes.size());
    graph.nodes.push_back(std::move(node));
}

// A node for each result of a Split, since all other operators give one.
void push_parts(Graph& graph, const Node& split) {
    for (std::size_t part = 0; part < split.outputs.size(); ++part) {
        Node node = split;
        node.outputs = {split.outputs[part]};
        node.attributes.insert_or_assign("part", static_cast<std::int64_t>(part));
        node.attributes.insert_or_assign("parts", static_cast<std::int64_t>(split.outputs.size()));
        if (node.outputs[0] != absent) push_node(graph, std::move(node));
    }
}

void add_node(Graph& graph, Names& names, const pb::NodeProto& proto) {
    Node node;
    node.name = !proto.name().empty() || proto.output_size() == 0 ? proto.name() : proto.output(0);
    node.domain = is_default_domain(proto.domain()) ? "" : proto.domain();
    node.op = proto.op_type();
    add_attributes(graph, node, proto);
    for (const std::string& name : proto.input()) {
        const auto known = names.index.find(name);
        if (!name.empty() && known == names.index.end()) {
            Diagnostic problem = at_node(graph, node);
            problem.reason = "reads '" + printable(name) + "', which nothing before it computes";
            problem.expected = "nodes in topological order";
            problem.hint = "export the file again";
            throw InputError(problem);
        }
        node.inputs.push_back(name.empty() ? absent : known->second);
    }
    for (const std::string& name : proto.output())
        node.outputs.push_back(name.empty() ? absent : add_value(graph, names, name));
    if (node.domain.empty() && node.op == "Split")
        push_parts(graph, node);
    else
        push_node(graph, std::move(node));
}

void add_outputs(Graph& graph, const Names& names, const pb::GraphProto& proto) {
    for (const pb::ValueInfoProto& output : proto.output()) {
        const auto known = names.index.find(output.name());
        if (known == names.index.end())
            throw InputError({Severity::error, graph.file, "'" + printable(output.name()) + "' (output)", "",
                              "no node computes it", "", "export the file again"});
        graph.outputs.push_back(known->second);
    }
    if (graph.outputs.empty())
        throw InputError({Severity::error, graph.file, "", "graph", "the graph has no outputs",
                          "spikes, and one output per state", "export the file again"});
}

// The names that the nodes read and the graph does not define.
std::vector<std::string> free_names(const pb::GraphProto& proto) {
    std::set<std::string> defined, missing;
    for (const pb::ValueInfoProto& input : proto.input()) defined.insert(input.name());
    for (const pb::TensorProto& tensor : proto.initializer()) defined.insert(tensor.name());
    for (const pb::NodeProto& node : proto.node()) {
        for (const std::string& name : node.input())
            if (!name.empty() && defined.count(name) == 0) missing.insert(name);
        defined.insert(node.output().begin(), node.output().end());
    }
    for (const pb::ValueInfoProto& output : proto.output())
        if (defined.count(output.name()) == 0) missing.insert(output.name());
    return {missing.begin(), missing.end()};
}

// The body of a Loop or Scan; bodies within it stay unread, and their nodes are refused when they are met.
std::shared_ptr<const Body> read_body(const Graph& around, const Names& outside,
                                      const pb::GraphProto& proto) {
    Body body;
    body.graph.file = around.file;
    body.graph.opset = around.opset;
    Names names;
    for (const std::string& name : free_names(proto)) {
        const auto known = outside.index.find(name);
        if (known != outside.index.end()) body.captured[add_value(body.graph, names, name)] = known->second;
    }
    add_initializers(body.graph, names, proto);
    for (const pb::ValueInfoProto& input : proto.input())
        body.graph.inputs.push_back(add_value(body.graph, names, input.name()));
    for (const pb::NodeProto& node : proto.node()) add_node(body.graph, names, node);
    add_outputs(body.graph, names, proto);
    expand_custom_domain(body.graph);
    return std::make_shared<const Body>(std::move(body));
}

void add_body(Graph& graph, const Names& names, const pb::NodeProto& proto) {
    if (proto.op_type() != "Loop" && proto.op_type() != "Scan") return;
    for (const pb::AttributeProto& one : proto.attribute())
        if (one.name() == "body" && one.type() == pb::AttributeProto::GRAPH)
            graph.nodes.back().body = read_body(graph, names, one.g());
}

// Axis 0 of an input is its batch. Checked after the operators, which tell better what a longer axis means.
void check_batches(const Graph& graph) {
    for (const int input : graph.inputs) {
        const Shape& shape = graph.values[static_cast<std::size_t>(input)].shape;
        if (shape.size() < 2 || shape[0] == 1) continue;
        const bool unrolled = std::any_of(graph.nodes.begin(), graph.nodes.end(), [input](const Node& node) {
            return node.op == "Gather" && !node.inputs.empty() && node.inputs[0] == input &&
                   int_attribute(node, "axis", 0) == 0;
        });
        Diagnostic problem = at_value(graph, input, "input");
        problem.field = "shape";
        problem.reason = "axis 0 of " + to_string(shape);
        problem.reason += unrolled ? " is time: the graph is unrolled, with one copy of the network per step"
                                   : " is longer than 1: a batch, or the time axis of an unrolled graph";
        problem.expected = "[1, ...]: one sample of one time step";
        problem.hint =
            "export one time step with batch 1: forward(x, v) -> (spk, v_next), with every state an input "
            "and an "
            "output";
        throw InputError(problem);
    }
}

void run_checker(const pb::ModelProto& model, const Graph& graph) {
    if (graph.opset > newest_checked_opset || model.ir_version() > newest_checked_ir) return;
    try {
        const google::protobuf::LogSilencer silencer;
        pb::checker::check_model(model);
    } catch (const std::exception& error) {
        const std::string text = error.what();
        throw InputError({Severity::error, graph.file, "", "",
                          "not valid ONNX: " + printable(text.substr(0, text.find('\n'))), "",
                          "export the file again; onnx.checker.check_model(model) shows the same"});
    }
}

// The graph of one step, where the file runs several.
std::optional<Graph> one_step_of(const pb::ModelProto& model, const Graph& graph, Report& report) {
    if (!runs_time_steps(graph)) return std::nullopt;
    run_checker(model, graph);
    try {
        return roll(unroll(graph), report);
    } catch (const InputError&) {
        // What looks like time on axis 1 may be channels.
        if (may_be_one_step(graph)) return std::nullopt;
        throw;
    }
}

}  // namespace

Graph parse(const Source& source, Report& report) {
    pb::ModelProto model = read_protobuf(source);
    Graph graph;
    graph.file = source.path;
    graph.opset = check_versions(model, source.path);
    inline_functions(model, source.path);
    graph.name = printable(model.graph().name());
    Names names;
    add_initializers(graph, names, model.graph());
    add_inputs(graph, names, model.graph());
    for (const pb::NodeProto& node : model.graph().node()) {
        add_node(graph, names, node);
        add_body(graph, names, node);
    }
    add_outputs(graph, names, model.graph());
    expand_custom_domain(graph);
    if (is_conventional(graph)) drop_decision(graph, report);
    if (std::optional<Graph> step = one_step_of(model, graph, report)) graph = std::move(*step);
    refuse_unsupported(graph, report);
    check_batches(graph);
    run_checker(model, graph);
    return graph;
}

}  // namespace synfire::onnx
