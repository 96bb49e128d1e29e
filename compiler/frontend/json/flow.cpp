// Element-wise maps fold into the matrix before them (its rows and bias), or wait for the matrix after (its
// columns).
#include "compiler/frontend/json/flow.hpp"

#include <algorithm>

namespace synfire::json {
namespace {

void scale_rows(Dense& dense, const PerNeuron& scale) {
    for (std::size_t o = 0; o < dense.outputs; ++o) {
        for (std::size_t i = 0; i < dense.inputs; ++i) dense.weight[o * dense.inputs + i] *= at(scale, o);
        if (!dense.bias.empty()) dense.bias[o] *= at(scale, o);
    }
}

bool is_zero(const PerNeuron& values) {
    return std::all_of(values.begin(), values.end(), [](double v) { return v == 0; });
}

void add_bias(Dense& dense, const PerNeuron& shift) {
    if (is_zero(shift)) return;
    dense.bias.resize(dense.outputs, 0.0);
    for (std::size_t o = 0; o < dense.outputs; ++o) dense.bias[o] += at(shift, o);
}

// Dense(scale * x + shift) as one Dense.
Dense after(const Dense& dense, const PerNeuron& scale, const PerNeuron& shift) {
    Dense out = dense;
    PerNeuron moved(dense.outputs, 0.0);
    for (std::size_t o = 0; o < dense.outputs; ++o)
        for (std::size_t i = 0; i < dense.inputs; ++i) {
            moved[o] += dense.weight[o * dense.inputs + i] * at(shift, i);
            out.weight[o * dense.inputs + i] *= at(scale, i);
        }
    add_bias(out, moved);
    return out;
}

PerNeuron multiply(const PerNeuron& a, const PerNeuron& b) {
    PerNeuron out(std::max(a.size(), b.size()));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = at(a, i) * at(b, i);
    return out;
}

PerNeuron add(const PerNeuron& a, const PerNeuron& b) {
    PerNeuron out(std::max(a.size(), b.size()));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = at(a, i) + at(b, i);
    return out;
}

}  // namespace

void apply_elementwise(Flow& flow, const PerNeuron& scale, const PerNeuron& shift) {
    bool first = true;
    for (Path& path : flow.paths) {
        // The shift belongs to the sum, so one path carries it.
        const PerNeuron own_shift = first ? shift : PerNeuron{0.0};
        first = false;
        if (path.stages.empty()) {
            path.scale = multiply(path.scale, scale);
            path.shift = add(multiply(path.shift, scale), own_shift);
            continue;
        }
        auto& dense = std::get<Dense>(path.stages.back());
        scale_rows(dense, scale);
        add_bias(dense, own_shift);
    }
}

void apply_dense(Flow& flow, const Dense& dense, int delay, const std::string& name, const Place& place,
                 TensorSource& source) {
    take(source, dense.weight.size() * (flow.paths.size() - 1), place);
    Dense without_bias = dense;
    without_bias.bias.clear();
    for (std::size_t p = 0; p < flow.paths.size(); ++p) {
        Path& path = flow.paths[p];
        path.stages.emplace_back(after(p == 0 ? dense : without_bias, path.scale, path.shift));
        path.scale = {1.0};
        path.shift = {0.0};
        path.delay += delay;
        path.name = name;
    }
    flow.shape = {dense.outputs};
}

void materialise(Path& path, std::size_t n, const Place& place, TensorSource& source) {
    if (!path.stages.empty()) return;
    if (n > max_model_values / n) take(source, max_model_values + 1, place);
    take(source, n * n, place);
    Dense diagonal{n, n, std::vector<double>(n * n, 0.0), {}};
    for (std::size_t i = 0; i < n; ++i) diagonal.weight[i * n + i] = at(path.scale, i);
    add_bias(diagonal, path.shift);
    path.stages.emplace_back(std::move(diagonal));
    path.scale = {1.0};
    path.shift = {0.0};
}

std::size_t stored_values(const Flow& flow) {
    std::size_t n = 0;
    for (const Path& path : flow.paths) {
        n += path.scale.size() + path.shift.size();
        for (const Stage& stage : path.stages) n += std::get<Dense>(stage).weight.size();
    }
    return n;
}

}  // namespace synfire::json
