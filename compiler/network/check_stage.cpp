// One alternative of Stage after the other; each message names the field as model files call it.
#include "compiler/network/check_stage.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace synfire {
namespace {

const char* const finite_hint = "is the file complete, and were the weights finite when it was exported?";

// Kernels, strides and paddings beyond this are damage; it also keeps every sum of sizes far from overflow.
constexpr std::size_t longest_side = std::size_t{1} << 20;

struct Check {
    Complaints& complaints;
    std::size_t arriving;
    Weights weights;

    bool fits(std::size_t inputs) const {
        if (inputs == arriving) return true;
        complaints.add("weight", fmt::format("expects {} inputs, but {} arrive", inputs, arriving),
                       fmt::format("a matrix [outputs, {}]", arriving), "check which layer feeds this one");
        return false;
    }

    bool sized(const char* field, std::size_t size, std::size_t expected) const {
        if (size == expected) return true;
        complaints.add(field, fmt::format("has {} values", size), fmt::format("{} values", expected),
                       "is the file complete?");
        return false;
    }

    // Whether there are as many weights as the stage needs; reports it where not.
    bool weighted(const Stage& stage, std::size_t size, std::size_t expected,
                  const std::string& shape) const {
        if (size == expected) return true;
        if (lacks_weights(stage)) {
            if (weights == Weights::required)
                complaints.add("weight", "is absent", fmt::format("{} values", shape),
                               "give the network weights: synfire init");
            return weights == Weights::may_be_absent;
        }
        complaints.add("weight", fmt::format("has {} values", size), fmt::format("{} values", shape),
                       "is the file complete?");
        return false;
    }

    void finite(const char* field, const std::vector<double>& values) const {
        check_values(values, -huge, huge, field, "finite", finite_hint, complaints);
    }

    void bias(const std::vector<double>& values, std::size_t outputs) const {
        if (!values.empty() && values.size() != outputs)
            complaints.add("bias", fmt::format("has {} values", values.size()),
                           fmt::format("{} values", outputs), "one bias per output");
        finite("bias", values);
    }

    bool operator()(const Dense& d) const {
        const bool fit = fits(d.inputs);
        const std::optional<std::size_t> size = element_count({d.outputs, d.inputs});
        weighted(d, d.weight.size(), size.value_or(max_elements),
                 fmt::format("{} x {}", d.outputs, d.inputs));
        bias(d.bias, d.outputs);
        finite("weight", d.weight);
        return fit && size.has_value();
    }

    bool operator()(const Sparse& s) const {
        bool good = fits(s.inputs) && sized("first", s.first.size(), s.outputs + 1) &&
                    weighted(s, s.weight.size(), s.column.size(), std::to_string(s.column.size()));
        if (!good) return false;
        if (s.first.front() != 0 || s.first.back() != s.column.size() ||
            !std::is_sorted(s.first.begin(), s.first.end())) {
            complaints.add("first", "does not divide the synapses among the outputs", "ascending from 0",
                           "is the file complete?");
            return false;
        }
        for (std::size_t o = 0; o < s.outputs && good; ++o)
            for (std::size_t k = s.first[o]; k < s.first[o + 1] && good; ++k)
                good = s.column[k] < s.inputs && (k == s.first[o] || s.column[k - 1] < s.column[k]);
        if (!good)
            complaints.add("column", "an output's inputs are not ascending numbers of inputs",
                           fmt::format("0..{}, each once", s.inputs - 1), "is the file complete?");
        bias(s.bias, s.outputs);
        finite("weight", s.weight);
        return good;
    }

    bool operator()(const Scale& s) const {
        const auto one_or_all = [&](const char* field, std::size_t size) {
            return size == 1 || sized(field, size, arriving);
        };
        const bool good = one_or_all("scale", s.factor.size()) &&
                          (s.offset.empty() || one_or_all("offset", s.offset.size()));
        finite("scale", s.factor);
        finite("offset", s.offset);
        return good;
    }

    bool image(const Shape& input) const {
        const bool usable = input.size() == 3 && element_count(input).value_or(0) == arriving &&
                            input[1] <= longest_side && input[2] <= longest_side;
        if (!usable)
            complaints.add(
                "input shape",
                fmt::format("{} does not hold the {} values that arrive", to_string(input), arriving),
                "[channels, height, width]", "check the input's shape");
        return usable;
    }

    bool window(const Window& w, const Shape& input) const {
        for (std::size_t axis = 0; axis < 2; ++axis) {
            const bool small = w.kernel[axis] <= longest_side && w.stride[axis] <= longest_side &&
                               w.dilation[axis] <= longest_side && w.pad_before[axis] <= longest_side &&
                               w.pad_after[axis] <= longest_side;
            const bool positive = w.kernel[axis] > 0 && w.stride[axis] > 0 && w.dilation[axis] > 0;
            if (small && positive) continue;
            complaints.add("kernel", "kernel, stride and dilation are not usable sizes",
                           fmt::format("1..{}", longest_side), "check the layer's attributes");
            return false;
        }
        for (std::size_t axis = 0; axis < 2; ++axis) {
            const std::size_t padded = input[axis + 1] + w.pad_before[axis] + w.pad_after[axis];
            if (w.dilation[axis] * (w.kernel[axis] - 1) + 1 <= padded) continue;
            complaints.add("kernel", fmt::format("is larger than the padded image of {}", to_string(input)),
                           fmt::format("at most {}", padded), "check the input's shape");
            return false;
        }
        return true;
    }

    bool operator()(const Convolution& c) const {
        if (!image(c.input) || !window(c.window, c.input)) return false;
        if (c.groups == 0 || c.filters == 0 || c.input[0] % c.groups != 0 || c.filters % c.groups != 0) {
            complaints.add("groups",
                           fmt::format("{} groups do not divide {} channels and {} filters", c.groups,
                                       c.input[0], c.filters),
                           "a divisor of both", "check the layer's attributes");
            return false;
        }
        const auto size =
            element_count({c.filters, c.input[0] / c.groups, c.window.kernel[0], c.window.kernel[1]});
        if (!size || !weighted(c, c.weight.size(), *size, std::to_string(*size))) return false;
        bias(c.bias, c.filters);
        finite("weight", c.weight);
        return usable(output_shape(c));
    }

    bool operator()(const Pool& p) const {
        if (!image(p.input) || !window(p.window, p.input)) return false;
        return usable(output_shape(p));
    }

    bool usable(const Shape& shape) const {
        if (element_count(shape)) return true;
        complaints.add("output shape", to_string(shape) + " is too large",
                       fmt::format("at most {} values", max_elements), "check strides and paddings");
        return false;
    }

    bool operator()(const IndexMap& m) const {
        if (!fits(m.inputs)) return false;
        for (std::size_t source : m.source) {
            if (source < m.inputs || source == IndexMap::nothing) continue;
            complaints.add("index", fmt::format("{} names a value that does not arrive", source),
                           fmt::format("0..{}", m.inputs - 1), "is the file complete?");
            return false;
        }
        return true;
    }
};

}  // namespace

bool check_stage(const Stage& stage, std::size_t arriving, Complaints& complaints, Weights weights) {
    return std::visit(Check{complaints, arriving, weights}, stage);
}

}  // namespace synfire
