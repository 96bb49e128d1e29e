#include "compiler/frontend/netx/fields.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace synfire::netx {
namespace {

// Larger layers are damage: a Loihi 2 chip has a million neurons.
constexpr std::size_t most_neurons = std::size_t{1} << 24;

const char* const complete = "is the file complete? lava-dl's export_hdf5 writes it";

}  // namespace

Diagnostic Fields::about(const std::string& field, const std::string& reason, const std::string& expected,
                         const std::string& hint) const {
    Diagnostic d;
    d.file = file;
    d.node = node;
    d.field = field.empty() ? "" : prefix + field;
    d.reason = reason;
    d.expected = expected;
    d.hint = hint;
    return d;
}

void Fields::refuse(const std::string& field, const std::string& reason, const std::string& expected,
                    const std::string& hint) const {
    throw InputError(about(field, reason, expected, hint));
}

const hdf5::Data& Fields::numbers(const std::string& field) const {
    const auto found = group.data.find(field);
    if (found == group.data.end()) refuse(field, "is missing", "an array of numbers", complete);
    const hdf5::Data& data = found->second;
    if (data.kind != hdf5::Data::Kind::numbers || data.numbers.empty())
        refuse(field, "holds no numbers", "an array of numbers", complete);
    for (std::size_t i = 0; i < data.numbers.size(); ++i)
        if (!std::isfinite(data.numbers[i]))
            refuse(field, fmt::format("value {} at index {}", data.numbers[i], i), "finite",
                   "train and export the network again");
    return data;
}

const hdf5::Data& Fields::integers(const std::string& field, double low, double high) const {
    const hdf5::Data& data = numbers(field);
    for (std::size_t i = 0; i < data.numbers.size(); ++i) {
        const double value = data.numbers[i];
        if (value >= low && value <= high && value == std::trunc(value)) continue;
        refuse(field, fmt::format("value {} at index {}", value, i),
               fmt::format("a whole number from {} to {}", low, high),
               "is it a parameter of the float model? .net files hold Loihi's integers");
    }
    return data;
}

std::int64_t Fields::integer(const std::string& field, std::int64_t low, std::int64_t high) const {
    const hdf5::Data& data = integers(field, static_cast<double>(low), static_cast<double>(high));
    if (data.numbers.size() != 1) refuse(field, "has shape " + to_string(data.shape), "one number", complete);
    return static_cast<std::int64_t>(data.numbers.front());
}

std::string Fields::text(const std::string& field) const {
    const auto found = group.data.find(field);
    if (found == group.data.end()) refuse(field, "is missing", "a text", complete);
    if (found->second.kind != hdf5::Data::Kind::strings || found->second.strings.empty())
        refuse(field, "holds no text", "a text", complete);
    return found->second.strings.front();
}

std::array<std::size_t, 2> Fields::pair(const std::string& field, std::int64_t low, std::int64_t high) const {
    const hdf5::Data& data = integers(field, static_cast<double>(low), static_cast<double>(high));
    if (data.numbers.size() > 2)
        refuse(field, "has shape " + to_string(data.shape), "one number, or height and width", complete);
    return {static_cast<std::size_t>(data.numbers.front()), static_cast<std::size_t>(data.numbers.back())};
}

Shape Fields::shape(const std::string& field) const {
    const hdf5::Data& data = integers(field, 1, static_cast<double>(most_neurons));
    Shape shape;
    for (double side : data.numbers) shape.push_back(static_cast<std::size_t>(side));
    if (shape.size() > 3 || element_count(shape).value_or(most_neurons + 1) > most_neurons)
        refuse(field, "holds " + to_string(shape),
               fmt::format("[channels, height, width] or [neurons], at most {} neurons", most_neurons),
               complete);
    return shape;
}

std::vector<double> Fields::truncated(const std::string& field, Report& report) const {
    std::vector<double> values = numbers(field).numbers;
    std::size_t changed = 0;
    for (double& value : values) {
        const double whole = std::trunc(value) + 0.0;  // no -0
        changed += whole != value;
        value = whole;
    }
    if (changed != 0)
        report.warning(about(field,
                             fmt::format("{} of {} values are not whole numbers; their fractions are "
                                         "dropped, as netx drops them",
                                         changed, values.size()),
                             "Loihi's integers", "export the quantized network"));
    return values;
}

PerNeuron Fields::per_neuron(const std::string& field, const std::vector<double>& values,
                             const Shape& shape) const {
    if (values.size() == 1) return {values.front()};
    const Shape& have = numbers(field).shape;  // its last axis is Lava's last: the channels
    bool fits = have.size() <= shape.size();
    for (std::size_t a = 0; a < have.size() && fits; ++a) {
        const std::size_t side = have[have.size() - 1 - a];
        fits = side == 1 || side == shape[a];
    }
    if (!fits)
        refuse(field, fmt::format("has shape {}", to_string(have)),
               shape.size() == 1 ? fmt::format("one value, or [{}]", shape[0])
                                 : fmt::format("one value, [{}] for the channels, or [{}, {}, {}]", shape[0],
                                               shape[2], shape[1], shape[0]),
               "give one value per layer, channel or neuron");
    PerNeuron all(*element_count(shape));
    for (std::size_t n = 0; n < all.size(); ++n) {
        std::size_t rest = n, from = 0;
        Shape at(shape.size());
        for (std::size_t a = shape.size(); a-- > 0; rest /= shape[a]) at[a] = rest % shape[a];
        for (std::size_t a = have.size(); a-- > 0;) {
            const std::size_t side = have[have.size() - 1 - a];
            from = from * side + (side == 1 ? 0 : at[a]);
        }
        all[n] = values[from];
    }
    return all;
}

}  // namespace synfire::netx
