// Operators that take a block of their input, or place it in a larger one: Slice, Split, Pad.
#include <algorithm>
#include <optional>

#include "compiler/frontend/onnx/operator_rows.hpp"

namespace synfire::onnx {
namespace {

// For every axis the positions that a result takes from its input: where it starts, how it steps, how many.
struct Selection {
    std::int64_t start = 0;
    std::int64_t step = 1;
    std::int64_t count = 0;
};

std::vector<Selection> everything(const Shape& shape) {
    std::vector<Selection> all;
    for (const std::size_t length : shape) all.push_back({0, 1, static_cast<std::int64_t>(length)});
    return all;
}

// A position outside the input gives `fill`.
Tensor selected(const Tensor& a, const std::vector<Selection>& selection, double fill) {
    Tensor result{{}, a.element, {}};
    for (const Selection& one : selection) result.shape.push_back(static_cast<std::size_t>(one.count));
    const std::size_t count = grown_count(result.shape, {&a});
    result.values.reserve(count);
    std::vector<std::size_t> strides(a.shape.size(), 1);
    for (std::size_t i = a.shape.size(); i-- > 1;) strides[i - 1] = strides[i] * a.shape[i];
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t rest = i, from = 0;
        bool inside = true;
        for (std::size_t axis = a.shape.size(); axis-- > 0;) {
            const auto length = static_cast<std::size_t>(selection[axis].count);
            const std::int64_t at =
                selection[axis].start + static_cast<std::int64_t>(rest % length) * selection[axis].step;
            rest /= length;
            inside = inside && at >= 0 && at < static_cast<std::int64_t>(a.shape[axis]);
            if (inside) from += static_cast<std::size_t>(at) * strides[axis];
        }
        result.values.push_back(inside ? a.values[from] : fill);
    }
    return result;
}

// The input of that number or, in older opsets, the attribute of that name.
std::optional<std::vector<std::int64_t>> list_of(const Node& node, const Operands& operands,
                                                 std::size_t index, const char* name) {
    if (const Tensor* given = optional_operand(operands, index)) return dimensions(*given);
    const std::vector<std::int64_t>* attribute = ints_attribute(node, name);
    return attribute != nullptr ? std::optional(*attribute) : std::nullopt;
}

// NumPy's a[start:end:step]: ends beyond the axis are its ends.
Selection sliced(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t length) {
    if (step == 0) throw OperatorError("a slice with step 0");
    const std::int64_t first = step > 0 ? 0 : -1, last = step > 0 ? length : length - 1;
    const auto position = [&](std::int64_t p) { return std::clamp(p < 0 ? p + length : p, first, last); };
    const std::int64_t from = position(start), to = position(end);
    const std::int64_t distance = step > 0 ? to - from : from - to, size = step > 0 ? step : -step;
    return {from, step, distance <= 0 ? 0 : (distance - 1) / size + 1};
}

Tensor slice(const Node& node, const Operands& operands) {
    constexpr std::int64_t far = std::int64_t{1} << 40;  // beyond every axis
    const Tensor& a = operand(operands, 0);
    const auto clamped = [&](std::size_t index, const char* name) {
        std::vector<std::int64_t> values;
        if (const Tensor* given = optional_operand(operands, index)) {
            if (given->values.size() > max_rank) throw OperatorError("more slices than axes");
            for (const double value : given->values)
                values.push_back(static_cast<std::int64_t>(std::clamp(value, -0x1p40, 0x1p40)));
        } else if (const std::vector<std::int64_t>* attribute = ints_attribute(node, name)) {
            for (const std::int64_t value : *attribute) values.push_back(std::clamp(value, -far, far));
        }
        return values;
    };
    const std::vector<std::int64_t> starts = clamped(1, "starts"), ends = clamped(2, "ends");
    const std::vector<std::int64_t> axes = clamped(3, "axes"), steps = clamped(4, "steps");
    if (starts.size() != ends.size() || (!axes.empty() && axes.size() != starts.size()) ||
        (!steps.empty() && steps.size() != starts.size()))
        throw OperatorError("starts, ends, axes and steps have different sizes");
    std::vector<Selection> selection = everything(a.shape);
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const std::size_t axis =
            normal_axis(axes.empty() ? static_cast<std::int64_t>(i) : axes[i], a.shape.size());
        selection[axis] = sliced(starts[i], ends[i], steps.empty() ? 1 : steps[i],
                                 static_cast<std::int64_t>(a.shape[axis]));
    }
    return selected(a, selection, 0);
}

// One of the results of a Split; parse.cpp gives every result a node of its own.
Tensor split(const Node& node, const Operands& operands) {
    const Tensor& a = operand(operands, 0);
    const std::size_t axis = normal_axis(int_attribute(node, "axis", 0), a.shape.size());
    const std::int64_t part = int_attribute(node, "part", 0), parts = int_attribute(node, "parts", 1);
    const auto length = static_cast<std::int64_t>(a.shape[axis]);
    const std::int64_t even = (length + parts - 1) / parts;
    std::vector<std::int64_t> sizes(static_cast<std::size_t>(parts), even);
    sizes.back() = length - even * (parts - 1);
    if (const auto given = list_of(node, operands, 1, "split")) sizes = *given;
    std::int64_t total = 0, start = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        if (sizes[i] < 0 || sizes[i] > length)
            throw OperatorError("a part of size " + std::to_string(sizes[i]));
        if (static_cast<std::int64_t>(i) < part) start += sizes[i];
        total += sizes[i];
    }
    if (static_cast<std::int64_t>(sizes.size()) != parts || total != length)
        throw OperatorError("its parts do not add up to the axis of " + std::to_string(length));
    std::vector<Selection> selection = everything(a.shape);
    selection[axis] = {start, 1, sizes[static_cast<std::size_t>(part)]};
    return selected(a, selection, 0);
}

// Negative pads crop.
Tensor pad(const Node& node, const Operands& operands) {
    const Tensor& a = operand(operands, 0);
    const auto mode = node.attributes.find("mode");
    if (mode != node.attributes.end() && mode->second != Attribute(std::string("constant")))
        throw OperatorError("padding by other than a constant");
    std::vector<std::size_t> axes(a.shape.size());
    for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = i;
    if (const Tensor* given = optional_operand(operands, 3)) {
        axes.clear();
        for (const std::int64_t axis : dimensions(*given)) axes.push_back(normal_axis(axis, a.shape.size()));
    }
    std::vector<std::int64_t> pads;
    if (const Tensor* given = optional_operand(operands, 1))
        pads = integers(*given);
    else if (const std::vector<std::int64_t>* attribute = ints_attribute(node, "pads"))
        pads = *attribute;
    if (pads.size() != 2 * axes.size()) throw OperatorError("pads have another size than its axes");
    std::vector<Selection> selection = everything(a.shape);
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::int64_t before = pads[i], after = pads[i + axes.size()];
        constexpr std::int64_t most = std::int64_t{1} << 20;
        if (before < -most || before > most || after < -most || after > most)
            throw OperatorError("a padding of more than 2^20");
        selection[axes[i]].start = -before;
        selection[axes[i]].count += before + after;
        if (selection[axes[i]].count < 0) throw OperatorError("it crops more than there is");
    }
    const Tensor* value = optional_operand(operands, 2);
    if (value != nullptr && value->values.size() != 1)
        throw OperatorError("a fill value that is not a scalar");
    return selected(a, selection, value != nullptr ? value->values[0] : real_attribute(node, "value", 0));
}

constexpr Operator rows[] = {{"Pad", 1, 4, pad}, {"Slice", 1, 5, slice}, {"Split", 1, 2, split}};

}  // namespace

std::span<const Operator> selection_operators() {
    return rows;
}

}  // namespace synfire::onnx
