// Only operations that IEEE 754 rounds correctly are used: +, -, *, / and sqrt.
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

    std::vector<double> uniform(double low, double high) const {
        std::vector<double> values(count());
        Uniform next{seed()};
        for (double& value : values) value = low + (high - low) * next();
        return values;
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
    if (init.contains("density"))
        fail(inside(place, "density"), "sparse initialisers are not supported yet by this version", "",
             "give the weights in an .npz file, with zeros");
    if (i.type == "constant") {
        i.allow({"value"});
        return std::vector<double>(i.count(), i.number("value"));
    }
    if (i.type == "uniform") {
        i.allow({"low", "high", "seed"});
        const double low = i.number("low");
        const double high = i.number("high");
        if (!(low <= high))
            fail(inside(place, "high"), fmt::format("{} is below low, {}", high, low), "", "swap them");
        return i.uniform(low, high);
    }
    if (i.type == "kaiming_uniform") {
        i.allow({"gain", "seed"});
        if (shape.size() != 2)
            fail(place, fmt::format("type \"{}\" does not fill shape {}", i.type, to_string(shape)),
                 "a matrix [units, inputs]", "use \"uniform\" or \"constant\"");
        const double gain = init.contains("gain") ? i.number("gain") : std::sqrt(2.0);
        const double bound = std::abs(gain) * std::sqrt(3.0 / static_cast<double>(shape[1]));
        return i.uniform(-bound, bound);
    }
    if (i.type == "identity" || i.type == "diagonal") {
        const bool valued = i.type == "diagonal";
        i.allow(valued ? std::vector<std::string>{"value"} : std::vector<std::string>{});
        return i.diagonal(valued ? i.number("value") : 1.0);
    }
    fail(inside(place, "type"),
         fmt::format("initialiser \"{}\" is not supported yet by this version", i.type),
         "\"constant\", \"uniform\", \"kaiming_uniform\", \"identity\" or \"diagonal\"",
         "uniform from -sqrt(3) std to sqrt(3) std has the same variance");
}

}  // namespace synfire::json
