// Potentials count 1/256 of the file's unit. Conversions truncate towards zero, as Python's int() and NumPy's
// astype(int32) do.
#include "compiler/frontend/nir/lava_integers.hpp"

#include <cmath>

#include "compiler/network/per_neuron.hpp"

namespace synfire::nir {
namespace {

constexpr double weight_scale = 256, threshold_scale = 131071, threshold_step = 512;

struct ToIntegers {
    std::string file;
    Report& report;

    void refuse(const std::string& node, const std::string& reason, const std::string& hint) const {
        Diagnostic d;
        d.file = file;
        d.node = "'" + node + "'";
        d.reason = reason;
        d.hint = hint;
        report.error(d);
    }

    void population(Population& p) const {
        const std::string hint = "compile with --profile lava, which chooses its own scales";
        if (!all_equal(p.alpha, 0))
            refuse(p.name, "has a synaptic filter, which Lava's importer does not convert", hint);
        if (!all_equal(p.bias, 0)) refuse(p.name, "has a bias, which Lava's importer does not convert", hint);
        if (!p.spiking) return;
        const auto* hard = std::get_if<HardReset>(&p.spiking->reset);
        if (hard == nullptr || !all_equal(hard->value, 0))
            refuse(p.name, "is not reset to 0, as Lava's LIF is", "leave out --reset");
        for (double& threshold : p.spiking->threshold)
            threshold = std::floor(std::trunc(threshold * threshold_scale) / threshold_step);
    }

    void stage(const Connection& c, Stage& stage) const {
        const auto integers = [&](std::vector<double>& weight, const std::vector<double>& bias) {
            for (double& w : weight) w = std::trunc(w * weight_scale);
            if (!all_equal(bias, 0))
                refuse(c.name, "has a bias, which Lava's importer does not convert", "set it to 0");
        };
        if (auto* dense = std::get_if<Dense>(&stage)) return integers(dense->weight, dense->bias);
        if (auto* sparse = std::get_if<Sparse>(&stage)) return integers(sparse->weight, sparse->bias);
        if (auto* conv = std::get_if<Convolution>(&stage)) return integers(conv->weight, conv->bias);
        if (auto* scale = std::get_if<Scale>(&stage)) return integers(scale->factor, scale->offset);
    }
};

}  // namespace

double lava_decay(double dt_per_tau) {
    return (4096 - std::trunc(dt_per_tau * 4095)) / 4096;
}

void to_lava_integers(Network& network, const std::string& file, Report& report) {
    const ToIntegers to{file, report};
    for (Population& p : network.populations) to.population(p);
    for (Connection& c : network.connections) {
        if (c.stages.empty()) c.stages.emplace_back(Scale{{1.0}, {}});
        if (c.stages.size() > 1)
            to.refuse(c.name, "chains several maps, which Lava's importer does not convert",
                      "put weights between neurons only");
        to.stage(c, c.stages.front());
    }
    Diagnostic d;
    d.file = file;
    d.reason = "weights, decays and thresholds are Lava's integers: 1 stands for 1/256 of the file's unit";
    report.note(d);
    report.stop_on_errors();
}

}  // namespace synfire::nir
