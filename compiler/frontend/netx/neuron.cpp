// lava-dl netx/hdf5.py (get_neuron_params) and lava proc/lif/models.py: du = iDecay - 1 keeps
// (4096 - iDecay) / 4096 of the current, dv = vDecay keeps (4096 - vDecay) / 4096 of the potential, a spike
// when v > vThMant, and v := 0 after it. All are in units of 2^-6 there, which cancels.
#include "compiler/frontend/netx/neuron.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace synfire::netx {
namespace {

constexpr double decay_one = 4096;
constexpr double most_bias = 32767;        // bias_mant is held as int16
constexpr double most_potential = 131072;  // 2^23 / 64: v saturates below
constexpr double most_threshold = (1 << 24) - 1;

PerNeuron kept(const Fields& fields, const std::string& field, const Shape& shape) {
    PerNeuron decay = fields.per_neuron(field, fields.integers(field, 0, decay_one).numbers, shape);
    for (double& d : decay) d = (decay_one - d) / decay_one;
    return decay;
}

PerNeuron bias_of(const Layer& layer, const Shape& shape, Report& report) {
    if (layer.type == "input" || !layer.fields.has("bias")) return {0.0};
    const std::vector<double> values = layer.fields.truncated("bias", report);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] < -most_bias - 1 || values[i] > most_bias)
            layer.fields.refuse("bias", fmt::format("value {} at index {}", values[i], i), "-32768..32767",
                                "Lava holds biases in 16 bits, where larger ones wrap; scale the layer down");
    return layer.fields.per_neuron("bias", values, shape);
}

}  // namespace

Population population_of(const Layer& layer, const Shape& shape, Report& report) {
    Population p;
    p.name = layer.name;
    p.shape = shape;
    p.bias = bias_of(layer, shape, report);
    if (layer.neuron == nullptr) {
        p.alpha = {1.0};
        report.note(layer.fields.about(
            "neuron", "is absent: the layer sums its input in u, never spikes, and is read from u or v", "",
            ""));
        return p;
    }
    const Fields fields = layer.neuron_fields();
    p.alpha = kept(fields, "iDecay", shape);
    p.beta = kept(fields, "vDecay", shape);
    Spiking spiking;
    spiking.threshold = fields.per_neuron(
        "vThMant", fields.integers("vThMant", -most_threshold, most_threshold).numbers, shape);
    spiking.reset = HardReset{{0.0}};
    p.spiking = std::move(spiking);
    return p;
}

bool never_fires(const Population& p) {
    return !p.spiking || std::all_of(p.spiking->threshold.begin(), p.spiking->threshold.end(),
                                     [](double threshold) { return threshold >= most_potential; });
}

}  // namespace synfire::netx
