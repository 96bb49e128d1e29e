// netx skips layers of a type that it does not know without a word, and reads some neurons as others. Both
// are errors here.
#include "compiler/frontend/netx/layers.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace synfire::netx {
namespace {

const char* const readable_types = "input, dense, dense_rec, conv or flatten";

struct Refusal {
    std::string reason;
    std::string hint;
};

// What slayer exports and netx cannot load.
const std::map<std::string, Refusal>& refused_types() {
    static const std::map<std::string, Refusal> rows = {
        {"pool",
         {"sum pooling cannot be loaded by lava-dl's netx",
          "write it as a conv layer with a kernel of ones, one group per channel, times the pool's weight"}},
        {"average",
         {"the average layer cannot be loaded by lava-dl's netx",
          "leave it out and average the spikes of the last layer"}},
        {"concat",
         {"the concat layer cannot be loaded by lava-dl's netx",
          "export the network as ONNX or NIR, which hold branches"}},
        {"unpool",
         {"the unpool layer cannot be loaded by lava-dl's netx",
          "write it as a dense layer with the same weights"}},
        {"convT",
         {"the transposed convolution cannot be loaded by lava-dl's netx",
          "write it as a dense layer with the same weights"}},
        {"dense_comp",
         {"complex dense layers have no reader in lava-dl's netx", "use a dense layer with CUBA neurons"}},
    };
    return rows;
}

bool is_readable(const std::string& type) {
    return type == "input" || type == "dense" || type == "dense_rec" || type == "conv" || type == "flatten";
}

void check_type(const Layer& layer, Report& report) {
    if (is_readable(layer.type)) return;
    const auto refused = refused_types().find(layer.type);
    if (refused != refused_types().end())
        report.error(
            layer.fields.about("type", refused->second.reason, readable_types, refused->second.hint));
    else
        report.error(layer.fields.about("type",
                                        fmt::format("'{}' is not a type of layer; lava-dl's netx would leave "
                                                    "the layer out without a word",
                                                    layer.type),
                                        readable_types, "correct the type, or remove the layer"));
}

void check_neuron(const Layer& layer, Report& report) {
    if (layer.neuron == nullptr) return;
    const Fields fields = layer.neuron_fields();
    const std::string type = fields.text("type");
    if (type == "CUBA" || type == "LOIHI") return;
    std::string reason = fmt::format("'{}' is not a type of neuron that lava-dl's netx knows", type);
    if (type == "SDNN") reason = "sigma-delta neurons (SDNN) send graded values instead of spikes";
    if (type == "ALIF") reason = "adaptive-threshold neurons (ALIF) cannot be loaded by lava-dl's netx";
    if (type.find("RF") != std::string::npos)
        reason = fmt::format("resonate-and-fire neurons ({}) have two coupled states", type);
    report.error(fields.about("type", reason, "CUBA or LOIHI",
                              "train the network with slayer's cuba blocks (slayer.block.cuba)"));
}

// Names the type in a message; what it holds is untrusted.
std::string shown(const std::string& type) {
    const bool plain = std::all_of(type.begin(), type.end(), [](char c) { return c >= ' ' && c != 0x7f; });
    return plain && type.size() <= 40 ? type : "?";
}

}  // namespace

std::vector<Layer> read_layers(const hdf5::Tree& tree, const std::string& file, Report& report) {
    const Fields root{tree.root, file, "", ""};
    const auto found = tree.root.groups.find("layer");
    if (found == tree.root.groups.end() || found->second.groups.empty())
        root.refuse("layer", "is missing: the file holds no layers", "groups layer/0, layer/1, ...",
                    "is this the file that you meant? lava-dl's export_hdf5 writes .net files");
    const hdf5::Group& group = found->second;
    const std::size_t count = group.groups.size() + group.data.size();
    std::vector<Layer> layers;
    for (std::size_t k = 0; k < count; ++k) {
        const auto member = group.groups.find(std::to_string(k));
        if (member == group.groups.end())
            root.refuse(fmt::format("layer/{}", k), "is missing",
                        fmt::format("the {} members of layer are groups named 0 to {}", count, count - 1),
                        "number the layers without gaps");
        const std::string name = fmt::format("layer{}", k);
        Fields fields{member->second, file, "'" + name + "'", ""};
        try {
            const std::string type = fields.text("type");
            fields.node = fmt::format("'{}' ({})", name, shown(type));
            const auto neuron = member->second.groups.find("neuron");
            layers.push_back({name, shown(type), fields,
                              neuron == member->second.groups.end() ? nullptr : &neuron->second});
            check_type(layers.back(), report);
            check_neuron(layers.back(), report);
        } catch (const InputError& e) {
            report.error(e.diagnostic);
        }
    }
    return layers;
}

}  // namespace synfire::netx
