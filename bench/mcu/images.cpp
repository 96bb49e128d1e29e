#include "bench/mcu/images.hpp"

#include "compiler/quantize/matrix_of_stage.hpp"

namespace synfire {
namespace {

constexpr std::size_t most_neurons_of_microbit = 600;

ImageLayer layer(std::string name, Shape input, std::size_t filters, std::size_t groups, std::size_t kernel,
                 std::size_t stride, std::size_t padding) {
    ImageLayer l{std::move(name), {}};
    l.shape.input = std::move(input);
    l.shape.filters = filters;
    l.shape.groups = groups;
    l.shape.window.kernel = {kernel, kernel};
    l.shape.window.stride = {stride, stride};
    l.shape.window.pad_before = l.shape.window.pad_after = {padding, padding};
    return l;
}

// -127 .. 127.
double weight(std::uint32_t k) {
    std::uint32_t x = k * 2654435761U;
    x ^= x >> 15;
    x *= 2246822519U;
    x ^= x >> 13;
    return static_cast<double>(x % 255) - 127;
}

}  // namespace

std::vector<ImageLayer> image_layers(const std::string& board) {
    std::vector<ImageLayer> layers{
        layer("1x28x28->8 5x5", {1, 28, 28}, 8, 1, 5, 1, 0),
        layer("2x32x32->8 3x3 stride 2", {2, 32, 32}, 8, 1, 3, 2, 1),
        layer("8x12x12->16 3x3", {8, 12, 12}, 16, 1, 3, 1, 1),
        layer("16x10x10->16 3x3 depthwise", {16, 10, 10}, 16, 16, 3, 1, 1),
        layer("4x8x8->8 3x3", {4, 8, 8}, 8, 1, 3, 1, 1),
    };
    if (board == "microbit")
        std::erase_if(layers, [](const ImageLayer& l) {
            return element_count(output_shape(l.shape)) > most_neurons_of_microbit;
        });
    return layers;
}

IntNetwork network_of(const ImageLayer& layer, bool shared) {
    Convolution filled = layer.shape;
    const std::size_t weights =
        filled.filters * filled.input[0] / filled.groups * filled.window.kernel[0] * filled.window.kernel[1];
    for (std::size_t k = 0; k < weights; ++k) filled.weight.push_back(weight(static_cast<std::uint32_t>(k)));
    const Matrix matrix = matrix_of(filled, *element_count(filled.input));
    IntNetwork network;
    network.name = "bench";
    network.rules = rt::mcu_rules(12);
    network.inputs.push_back({"in", filled.input});
    IntPopulation p;
    p.name = "lif";
    p.shape = output_shape(filled);
    p.decay_u = {4096};
    p.decay_v = {256};
    p.threshold = p.reset_amount = {400};
    p.reset = rt::Reset::subtract_at_once;
    network.populations.push_back(p);
    IntConnection c;
    c.name = "conv";
    c.inputs = matrix.inputs;
    c.outputs = matrix.outputs;
    c.weight.assign(matrix.weight.begin(), matrix.weight.end());
    c.first = matrix.first;
    c.column = matrix.column;
    if (shared) c.convolution = layer.shape;
    network.connections.push_back(c);
    network.outputs = {0};
    return network;
}

std::size_t synapses(const IntNetwork& network) {
    return network.connections[0].weight.size();
}

}  // namespace synfire
