// Only operations that IEEE 754 rounds correctly are used: +, -, *, / and sqrt. The logarithm and the cosine
// of normal numbers are therefore written out; those of two C libraries may differ in the last bit.
#include "compiler/frontend/json/initialise.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace synfire::json {
namespace {

// splitmix64 (Steele, Lea and Flood 2014); uniform in [0, 1) with 53 bits.
struct Uniform {
    std::uint64_t state;

    double operator()() {
        state += 0x9e3779b97f4a7c15u;
        std::uint64_t z = state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        return static_cast<double>(z >> 11) * 0x1p-53;
    }
};

// ln x for x in (0, 1]: x = 2^e m with m in [sqrt(1/2), sqrt 2), ln m = 2 atanh((m - 1) / (m + 1)).
double natural_logarithm(double x) {
    int e = 0;
    double m = std::frexp(x, &e);
    if (m < 0.70710678118654752) {
        m *= 2;
        --e;
    }
    const double z = (m - 1) / (m + 1), square = z * z;
    double sum = 0;
    for (int k = 23; k > 0; k -= 2) sum = sum * square + 1.0 / k;
    return e * 0.69314718055994531 + 2 * z * sum;
}

// cos(2 pi u) for u in [0, 1), from the nearest quarter turn.
double cosine_of_turn(double u) {
    const double quarter = std::floor(4 * u + 0.5);
    const double angle = (4 * u - quarter) * 1.5707963267948966, square = angle * angle;
    double cosine = 0, sine = 0;
    for (int k = 18; k > 0; k -= 2) {
        cosine = 1 - cosine * square / (k * (k - 1));
        sine = 1 - sine * square / (k * (k + 1));
    }
    sine *= angle;
    const int turn = static_cast<int>(quarter) % 4;
    return turn == 0 ? cosine : turn == 1 ? -sine : turn == 2 ? -cosine : sine;
}

struct Initialiser {
    const Value& init;
    const Shape& shape;
    const Place& place;
    std::string type;

    // Each type takes its own parameters and no others: a parameter without effect is a mistake.
    void allow(const std::vector<std::string>& names) const {
        for (const auto& [key, value] : init.items())
            if (key != "type" && std::find(names.begin(), names.end(), key) == names.end())
                fail(inside(place, key), fmt::format("'{}' has no effect on type \"{}\"", key, type),
                     names.empty() ? "" : fmt::format("one of: {}", fmt::join(names, ", ")), "remove it");
    }

    double number(const char* name) const {
        if (!init.contains(name))
            fail(inside(place, name), fmt::format("type \"{}\" needs '{}'", type, name), "a number",
                 fmt::format("add \"{}\"", name));
        return init[name].get<double>();
    }

    std::uint64_t seed() const {
        if (!init.contains("seed"))
            fail(inside(place, "seed"), fmt::format("type \"{}\" needs 'seed'", type), "a whole number >= 0",
                 "add \"seed\": the same seed gives the same weights everywhere");
        return init["seed"].get<std::uint64_t>();
    }

    std::size_t count() const { return *element_count(shape); }

    // Sets each element to 0 with a probability of 1 - density, with numbers drawn after all values.
    void thin_out(std::vector<double>& values, Uniform& next) const {
        if (!init.contains("density")) return;
        const double density = number("density");
        for (double& value : values)
            if (next() >= density) value = 0;
    }

    std::vector<double> uniform(double low, double high) const {
        std::vector<double> values(count());
        Uniform next{seed()};
        for (double& value : values) value = low + (high - low) * next();
        thin_out(values, next);
        return values;
    }

    // Box and Muller, cosine branch.
    std::vector<double> normal(double mean, double std) const {
        std::vector<double> values(count());
        Uniform next{seed()};
        for (double& value : values) {
            const double radius = std::sqrt(-2 * natural_logarithm(1 - next()));
            value = mean + std * (radius * cosine_of_turn(next()));
        }
        thin_out(values, next);
        return values;
    }

    // What is summed into one output: all axes but the first.
    double fan_in() const {
        if (shape.size() < 2)
            fail(place, fmt::format("type \"{}\" does not fill shape {}", type, to_string(shape)),
                 "a matrix or the filters of a convolution", "use \"uniform\", \"normal\" or \"constant\"");
        return static_cast<double>(count()) / static_cast<double>(shape[0]);
    }

    std::vector<double> diagonal(double value) const {
        if (shape.size() != 2 || shape[0] != shape[1])
            fail(place, fmt::format("type \"{}\" does not fill shape {}", type, to_string(shape)),
                 "a square matrix", "use another type, or as many units as inputs");
        std::vector<double> values(count(), 0.0);
        for (std::size_t i = 0; i < shape[0]; ++i) values[i * shape[0] + i] = value;
        return values;
    }
};

}  // namespace

std::vector<double> initialise(const Value& init, const Shape& shape, const Place& place) {
    const Initialiser i{init, shape, place, init["type"].get<std::string>()};
    if (i.type == "constant") {
        i.allow({"value"});
        return std::vector<double>(i.count(), i.number("value"));
    }
    if (i.type == "uniform") {
        i.allow({"low", "high", "seed", "density"});
        const double low = i.number("low");
        const double high = i.number("high");
        if (!(low <= high))
            fail(inside(place, "high"), fmt::format("{} is below low, {}", high, low), "", "swap them");
        return i.uniform(low, high);
    }
    if (i.type == "normal") {
        i.allow({"mean", "std", "seed", "density"});
        return i.normal(i.number("mean"), i.number("std"));
    }
    if (i.type == "kaiming_uniform") {
        i.allow({"gain", "seed", "density"});
        const double gain = init.contains("gain") ? i.number("gain") : std::sqrt(2.0);
        const double bound = std::abs(gain) * std::sqrt(3.0 / i.fan_in());
        return i.uniform(-bound, bound);
    }
    if (i.type == "drawn") return draw(*drawn_tensor({{"init", init}}, place), i.count());
    // Nothing else gets past the schema.
    const bool valued = i.type == "diagonal";
    i.allow(valued ? std::vector<std::string>{"value"} : std::vector<std::string>{});
    return i.diagonal(valued ? i.number("value") : 1.0);
}

std::optional<DrawnWeights> drawn_tensor(const Value& tensor, const Place& place) {
    if (!tensor.is_object() || !tensor.contains("init") || tensor["init"]["type"] != "drawn")
        return std::nullopt;
    const Value& init = tensor["init"];
    const Initialiser i{init, {}, place, "drawn"};
    i.allow({"seed", "stream", "table", "unit"});
    for (const char* name : {"stream", "table"})
        if (!init.contains(name))
            fail(inside(place, name), fmt::format("type \"drawn\" needs '{}'", name), "",
                 fmt::format("add \"{}\", as synfire init writes it", name));
    DrawnWeights drawn{i.seed(), init["stream"].get<std::uint64_t>(),
                       init["table"].get<std::vector<std::uint32_t>>(), i.number("unit")};
    if (drawn.table.size() % 2 != 0 || !std::is_sorted(drawn.table.begin(), drawn.table.end()))
        fail(inside(place, "table"), "is not the distribution of integers from -M to M",
             "an even number of ascending values", "take the table that synfire init wrote");
    return drawn;
}

}  // namespace synfire::json
