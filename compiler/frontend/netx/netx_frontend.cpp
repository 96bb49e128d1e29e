#include "compiler/frontend/netx/netx_frontend.hpp"

#include "compiler/frontend/hdf5/tree.hpp"
#include "compiler/frontend/netx/layers.hpp"
#include "compiler/frontend/netx/lower.hpp"

namespace synfire {

Network read_netx(const Source& source, const ReadOptions& options, Report& report) {
    const hdf5::Tree tree = hdf5::read_tree(
        source, {"netx", "lava-dl's export_hdf5", "export the network with lava-dl's export_hdf5"});
    const std::vector<netx::Layer> layers = netx::read_layers(tree, source.path, report);
    report.stop_on_errors();
    Network network = netx::lower(layers, source.path, options, report);
    report.stop_on_errors();
    return network;
}

}  // namespace synfire
