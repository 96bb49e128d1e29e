// A call becomes the nodes of the function: formal names become the names of the call, local names get a
// prefix of their own, and attributes that refer to the call's are filled in.
#include "compiler/frontend/onnx/inline_functions.hpp"

#include <map>
#include <utility>

#include <onnx/onnx_pb.h>

#include "compiler/frontend/onnx/graph.hpp"

namespace synfire::onnx {
namespace {

namespace pb = ::onnx;

using Nodes = google::protobuf::RepeatedPtrField<pb::NodeProto>;

constexpr int deepest = 32;  // calls within calls
constexpr const char* unfolds = "the functions of the file unfold to more nodes than its size allows";

struct Inliner {
    const std::string& file;
    std::map<std::pair<std::string, std::string>, const pb::FunctionProto*> functions;  // by domain and name
    std::size_t most_nodes;
    Nodes nodes;
    std::size_t calls = 0;
};

// How names and attributes of a function's body read at the place of its call.
struct Scope {
    std::string prefix;                        // of local names; empty: the graph itself
    std::map<std::string, std::string> names;  // of formal inputs and outputs
    const pb::NodeProto* call = nullptr;
};

std::string domain_of(const std::string& domain) {
    return domain == "ai.onnx" ? "" : domain;
}

[[noreturn]] void refuse(const Inliner& inliner, const pb::NodeProto& call, const std::string& reason) {
    throw InputError(
        {Severity::error, inliner.file,
         "'" + printable(call.name()) + "' (" + printable(call.op_type()) + ")", "", reason,
         "functions of standard operators that call each other at most " + std::to_string(deepest) + " deep",
         "inline them: onnx.inliner.inline_local_functions(model)"});
}

std::string renamed(const Scope& scope, const std::string& name) {
    if (scope.call == nullptr || name.empty()) return name;
    const auto formal = scope.names.find(name);
    return formal != scope.names.end() ? formal->second : scope.prefix + name;
}

// The node as it reads outside the function.
pb::NodeProto placed(const Scope& scope, const pb::NodeProto& node) {
    if (scope.call == nullptr) return node;
    pb::NodeProto result = node;
    result.set_name(scope.prefix + (node.name().empty() ? node.op_type() : node.name()));
    for (std::string& input : *result.mutable_input()) input = renamed(scope, input);
    for (std::string& output : *result.mutable_output()) output = renamed(scope, output);
    result.clear_attribute();
    for (const pb::AttributeProto& one : node.attribute()) {
        if (one.ref_attr_name().empty()) {
            *result.add_attribute() = one;
            continue;
        }
        for (const pb::AttributeProto& given : scope.call->attribute())
            if (given.name() == one.ref_attr_name()) {
                pb::AttributeProto* filled = result.add_attribute();
                *filled = given;
                filled->set_name(one.name());
            }
    }
    return result;
}

void add_nodes(Inliner& inliner, const Nodes& nodes, const Scope& scope, int depth);

void add_call(Inliner& inliner, const pb::FunctionProto& function, const pb::NodeProto& call, int depth) {
    if (depth > deepest) refuse(inliner, call, "functions call each other without end");
    if (++inliner.calls > inliner.most_nodes) refuse(inliner, call, unfolds);
    if (call.input_size() > function.input_size() || call.output_size() > function.output_size())
        refuse(inliner, call, "its function takes fewer inputs or gives fewer outputs");
    Scope scope{"call" + std::to_string(inliner.calls) + "/", {}, &call};
    for (int i = 0; i < function.input_size(); ++i)
        scope.names[function.input(i)] = i < call.input_size() ? call.input(i) : "";
    for (int i = 0; i < function.output_size() && i < call.output_size(); ++i) {
        if (call.output(i).empty()) continue;
        const auto input = scope.names.find(function.output(i));
        if (input == scope.names.end()) {
            scope.names[function.output(i)] = call.output(i);
            continue;
        }
        // An input that the function hands through, or an output that the call names twice.
        pb::NodeProto copy;
        copy.set_op_type("Identity");
        copy.set_name(call.output(i));
        copy.add_input(input->second);
        copy.add_output(call.output(i));
        *inliner.nodes.Add() = std::move(copy);
    }
    add_nodes(inliner, function.node(), scope, depth);
}

void add_nodes(Inliner& inliner, const Nodes& nodes, const Scope& scope, int depth) {
    for (const pb::NodeProto& node : nodes) {
        pb::NodeProto one = placed(scope, node);
        const auto function = inliner.functions.find({domain_of(one.domain()), one.op_type()});
        if (function != inliner.functions.end()) {
            add_call(inliner, *function->second, one, depth + 1);
            continue;
        }
        if (static_cast<std::size_t>(inliner.nodes.size()) >= inliner.most_nodes)
            refuse(inliner, node, unfolds);
        *inliner.nodes.Add() = std::move(one);
    }
}

}  // namespace

void inline_functions(pb::ModelProto& model, const std::string& file) {
    if (model.functions_size() == 0) return;
    Inliner inliner{file, {}, 1024 + model.ByteSizeLong() / 4, {}, 0};
    for (const pb::FunctionProto& function : model.functions())
        inliner.functions[{domain_of(function.domain()), function.name()}] = &function;
    add_nodes(inliner, model.graph().node(), Scope{}, 0);
    *model.mutable_graph()->mutable_node() = std::move(inliner.nodes);
    model.clear_functions();
}

}  // namespace synfire::onnx
