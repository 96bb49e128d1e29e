// The forms of network that this front end does not read, each recognised by an operator, with what to do
// instead.
#include <algorithm>
#include <set>
#include <string_view>

#include "compiler/frontend/onnx/graph.hpp"
#include "compiler/frontend/onnx/operators.hpp"

namespace synfire::onnx {
namespace {

struct Refusal {
    std::string_view op;
    std::string_view reason;
    std::string_view hint;
};

constexpr std::string_view one_step =
    "export one time step: forward(x, v) -> (spk, v_next), with every state an input and an output";

constexpr std::string_view standard_operators =
    "use a surrogate that lowers to a comparison: torch >= 1.13, snnTorch surrogate_disable=True, or .eval() "
    "with a "
    "heaviside surrogate_function in SpikingJelly";

constexpr std::string_view normalized =
    "use BatchNorm, which becomes a part of the layer before it, and export in eval mode";

constexpr std::string_view random = "encode the input outside the network, and export in eval mode";

constexpr Refusal refusals[] = {
    {"Loop", "the file runs its time steps in an ONNX Loop (a multi-step export)", one_step},
    {"Scan", "the file runs its time steps in an ONNX Scan (a multi-step export)", one_step},
    {"If", "the graph branches on data", "trace the model with fixed control flow before exporting"},
    {"PythonOp",
     "a Python function was left in the file: the surrogate gradient was not lowered to operators",
     standard_operators},
    {"ATen", "a PyTorch operator was left in the file: it was exported with a fallback mode",
     standard_operators},
    {"GRU", "a GRU is not a spiking neuron", "replace it by leaky integrate-and-fire layers"},
    {"LSTM", "an LSTM is not a spiking neuron", "replace it by leaky integrate-and-fire layers"},
    {"RNN", "an RNN layer is not a spiking neuron", "replace it by leaky integrate-and-fire layers"},
    {"ArgMax", "neurons are compared with each other (lateral inhibition)",
     "each neuron must spike by its own threshold: export with inhibition=False"},
    {"ScatterND", "spikes are scattered by index (lateral inhibition or a spike buffer)",
     "export with inhibition=False, and one time step"},
    {"ScatterElements", "spikes are scattered by index (lateral inhibition or a spike buffer)",
     "export with inhibition=False, and one time step"},
    {"ConvTranspose", "transposed convolutions are not read from ONNX",
     "upsample by Gemm, or by a Conv behind Pad"},
    {"LayerNormalization", "layer normalization divides by what the layer holds in this step", normalized},
    {"InstanceNormalization", "instance normalization divides by what the layer holds in this step",
     normalized},
    {"GroupNormalization", "group normalization divides by what the layer holds in this step", normalized},
    {"Softmax", "a softmax compares all neurons of a layer", "return the spikes or the potential itself"},
    {"RandomNormalLike", "the graph draws random numbers", random},
    {"RandomUniformLike", "the graph draws random numbers", random},
    {"Bernoulli", "the graph draws random numbers", random},
};

}  // namespace

Diagnostic refusal(const Graph& graph, const Node& node) {
    Diagnostic problem = at_node(graph, node);
    problem.expected = "operators of layers (Gemm, MatMul, Conv, pools, ...) and of threshold neurons";
    for (const Refusal& row : refusals)
        if (row.op == node.op) {
            problem.reason = row.reason;
            problem.hint = row.hint;
            return problem;
        }
    if (!node.domain.empty()) {
        problem.reason = "the operator is of the custom domain '" + printable(node.domain) + "'";
        problem.hint = "export the neuron as standard operators, or as LIF of the domain org.snn";
        return problem;
    }
    problem.reason = "there is no rule for this operator";
    problem.hint = "write the neuron with arithmetic and a comparison, or report the model as a missing form";
    return problem;
}

void refuse_unsupported(const Graph& graph, Report& report) {
    std::set<std::string> seen;
    for (const Node& node : graph.nodes) {
        if (node.domain.empty() && find_operator(node.op) != nullptr) continue;
        if (seen.insert(node.domain + ":" + node.op).second && seen.size() <= 10)
            report.error(refusal(graph, node));
    }
    report.stop_on_errors();
}

}  // namespace synfire::onnx
