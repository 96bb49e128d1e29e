// Element-wise maps fold into the matrix before them (its rows and bias), also through a pool, or wait for
// the matrix after (its columns).
#include "compiler/frontend/json/flow.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/network/per_neuron.hpp"

namespace synfire::json {
namespace {

bool is_identity(const Path& path) {
    return all_equal(path.scale, 1) && all_equal(path.shift, 0);
}

PerNeuron add(const PerNeuron& a, const PerNeuron& b) {
    return combine(a, b, [](double x, double y) { return x + y; });
}

// One value for all, or one per channel of [C, H, W]; nothing where a channel's values differ.
std::optional<PerNeuron> per_channel(const PerNeuron& values, const Shape& shape) {
    if (values.size() == 1) return values;
    const std::size_t plane = values.size() / shape[0];
    PerNeuron out(shape[0]);
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i % plane == 0) out[i / plane] = values[i];
        if (values[i] != out[i / plane]) return std::nullopt;
    }
    return out;
}

// Rows are those of a Dense, the outputs of a Sparse, or the filters of a Convolution.
template <class Matrix>
void add_bias(Matrix& matrix, std::size_t rows, const PerNeuron& shift) {
    if (all_equal(shift, 0)) return;
    matrix.bias.resize(rows, 0.0);
    for (std::size_t o = 0; o < rows; ++o) matrix.bias[o] += at(shift, o);
}

template <class Matrix>
void scale_rows(Matrix& matrix, std::size_t rows, const PerNeuron& scale, const PerNeuron& shift) {
    const std::size_t row = matrix.weight.size() / rows;
    for (std::size_t w = 0; w < matrix.weight.size(); ++w) matrix.weight[w] *= at(scale, w / row);
    for (std::size_t o = 0; o < matrix.bias.size(); ++o) matrix.bias[o] *= at(scale, o);
    add_bias(matrix, rows, shift);
}

// What a shift behind a pool is before it, as a factor; nothing where the border would get another shift.
std::optional<double> shift_before(const Pool& pool) {
    const Window& w = pool.window;
    const bool padded = w.pad_before[0] + w.pad_before[1] + w.pad_after[0] + w.pad_after[1] > 0;
    if (pool.kind == Pool::Kind::maximum) return 1.0;
    if (padded) return std::nullopt;
    const auto kernel = static_cast<double>(w.kernel[0] * w.kernel[1]);
    return pool.kind == Pool::Kind::sum ? 1.0 / kernel : 1.0;
}

// Folds a map behind the convolution at the end of the stages, or before pools at the end.
bool fold_into_convolution(std::vector<Stage>& stages, const PerNeuron& scale, const PerNeuron& shift,
                           const Shape& shape) {
    if (shape.empty()) return false;
    const std::optional<PerNeuron> by_channel = per_channel(scale, shape);
    std::optional<PerNeuron> moved = per_channel(shift, shape);
    if (!by_channel || !moved) return false;
    std::size_t last = stages.size() - 1;
    for (; last > 0; --last) {
        const auto* pool = std::get_if<Pool>(&stages[last]);
        if (pool == nullptr) break;
        const bool ascending =
            std::all_of(by_channel->begin(), by_channel->end(), [](double s) { return s >= 0; });
        const std::optional<double> factor = shift_before(*pool);
        if (pool->kind == Pool::Kind::maximum && !ascending) return false;
        if (!factor && !all_equal(*moved, 0)) return false;
        moved = multiply(*moved, {factor.value_or(1)});
    }
    auto* convolution = std::get_if<Convolution>(&stages[last]);
    if (convolution == nullptr || lacks_weights(*convolution)) return false;
    scale_rows(*convolution, convolution->filters, *by_channel, *moved);
    return true;
}

// Weights that are drawn again have one unit for all of them.
void scale_drawn(Dense& dense, const PerNeuron& scale) {
    if (dense.drawn && all_equal(scale, scale[0]))
        dense.drawn->unit *= scale[0];
    else
        dense.drawn.reset();
}

bool fold_back(std::vector<Stage>& stages, const PerNeuron& scale, const PerNeuron& shift,
               const Shape& shape) {
    if (stages.empty() || lacks_weights(stages.back())) return false;
    if (auto* dense = std::get_if<Dense>(&stages.back())) {
        scale_rows(*dense, dense->outputs, scale, shift);
        scale_drawn(*dense, scale);
        return true;
    }
    return shape.size() == 3 && fold_into_convolution(stages, scale, shift, shape);
}

// What waits becomes a stage of its own.
void flush(Path& path, const Place& place, TensorSource& source) {
    if (is_identity(path)) return;
    take(source, path.scale.size() + path.shift.size(), place);
    Scale stage{std::exchange(path.scale, {1.0}), std::exchange(path.shift, {0.0})};
    if (all_equal(stage.offset, 0)) stage.offset.clear();
    path.stages.emplace_back(std::move(stage));
}

// dense(scale * x + shift) as one Dense.
void scale_columns(Dense& dense, const PerNeuron& scale, const PerNeuron& shift) {
    PerNeuron moved(dense.outputs, 0.0);
    for (std::size_t o = 0; o < dense.outputs; ++o)
        for (std::size_t i = 0; i < dense.inputs; ++i) {
            double& weight = dense.weight[o * dense.inputs + i];
            moved[o] += weight * at(shift, i);
            weight *= at(scale, i);
        }
    add_bias(dense, dense.outputs, moved);
    scale_drawn(dense, scale);
}

// A copy for every path but the last, since weights are large; the bias counts once.
template <class Matrix>
Matrix for_path(Matrix& matrix, std::size_t path, std::size_t paths) {
    Matrix own = path + 1 < paths ? matrix : std::move(matrix);
    if (path > 0) own.bias.clear();
    return own;
}

// convolution(scale * x) with the scale in the weights, where it is one value per channel.
bool scale_channels(Convolution& c, const PerNeuron& scale) {
    const std::optional<PerNeuron> by_channel = per_channel(scale, c.input);
    if (!by_channel) return false;
    const std::size_t kernel = c.window.kernel[0] * c.window.kernel[1];
    const std::size_t in_group = c.input[0] / c.groups, out_group = c.filters / c.groups;
    for (std::size_t w = 0; w < c.weight.size(); ++w) {
        const std::size_t filter = w / (in_group * kernel), within = w / kernel % in_group;
        c.weight[w] *= at(*by_channel, filter / out_group * in_group + within);
    }
    return true;
}

}  // namespace

void apply_elementwise(Flow& flow, const PerNeuron& scale, const PerNeuron& shift) {
    bool first = true;
    for (Path& path : flow.paths) {
        // The shift belongs to the sum, so one path carries it.
        const PerNeuron own_shift = first ? shift : PerNeuron{0.0};
        first = false;
        if (is_identity(path) && fold_back(path.stages, scale, own_shift, flow.shape)) continue;
        path.scale = multiply(path.scale, scale);
        path.shift = add(multiply(path.shift, scale), own_shift);
    }
}

void apply_dense(Flow& flow, Dense dense, int delay, const std::string& name, const Place& place,
                 TensorSource& source) {
    take(source, dense.weight.size() * (flow.paths.size() - 1), place);
    flow.shape = {dense.outputs};
    for (std::size_t p = 0; p < flow.paths.size(); ++p) {
        Path& path = flow.paths[p];
        Dense own = for_path(dense, p, flow.paths.size());
        if (lacks_weights(own)) flush(path, place, source);
        if (!is_identity(path)) scale_columns(own, path.scale, path.shift);
        path.stages.emplace_back(std::move(own));
        path.scale = {1.0};
        path.shift = {0.0};
        path.delay += delay;
        path.name = name;
    }
}

void apply_convolution(Flow& flow, Convolution convolution, int delay, const std::string& name,
                       const Place& place, TensorSource& source) {
    take(source, convolution.weight.size() * (flow.paths.size() - 1), place);
    flow.shape = output_shape(convolution);
    for (std::size_t p = 0; p < flow.paths.size(); ++p) {
        Path& path = flow.paths[p];
        Convolution own = for_path(convolution, p, flow.paths.size());
        // The border is padded with zeros, not with the shift.
        if (lacks_weights(own) || !all_equal(path.shift, 0) || !scale_channels(own, path.scale))
            flush(path, place, source);
        path.scale = {1.0};
        path.stages.emplace_back(std::move(own));
        path.delay += delay;
        path.name = name;
    }
}

void apply_pool(Flow& flow, const Pool& pool, const Place& place, TensorSource& source) {
    const bool maximum = pool.kind == Pool::Kind::maximum;
    if (maximum && flow.paths.size() > 1)
        fail(place, "takes the maximum of a sum of several sources", "one source",
             "put a neuron layer before it, or use mode \"avg\" or \"sum\"");
    for (Path& path : flow.paths) {
        const bool passes = path.scale.size() == 1 && (path.scale[0] >= 0 || !maximum);
        if (!all_equal(path.shift, 0) || !passes) flush(path, place, source);
        path.stages.emplace_back(pool);
    }
    flow.shape = output_shape(pool);
}

void finish(Path& path, std::size_t n, const Place& place, TensorSource& source) {
    if (!path.stages.empty()) return flush(path, place, source);
    take(source, 3 * n, place);
    Sparse synapses{n, n, {0}, {}, {}, {}};
    for (std::size_t i = 0; i < n; ++i) {
        synapses.column.push_back(i);
        synapses.weight.push_back(at(path.scale, i));
        synapses.first.push_back(i + 1);
    }
    add_bias(synapses, n, path.shift);
    path.stages.emplace_back(std::move(synapses));
    path.scale = {1.0};
    path.shift = {0.0};
}

std::size_t stored_values(const Flow& flow) {
    std::size_t n = 0;
    for (const Path& path : flow.paths) {
        n += path.scale.size() + path.shift.size();
        for (const Stage& stage : path.stages) n += 2 * stored_weights(stage);  // biases and offsets included
    }
    return n;
}

}  // namespace synfire::json
