// "Associated_Data" / "proc_params", as risp.cpp of the framework reads them.
#include "compiler/frontend/json/tennlab/parameters.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace synfire::json {
namespace {

const char* const see_risp = "RISP's parameters are in Associated_Data/proc_params; see docs/json.md";

struct Parameters {
    const Value& values;
    const Place place;

    bool has(const char* name) const { return values.contains(name); }

    void require(const char* name, const char* expected) const {
        if (!has(name)) fail(inside(place, name), "is missing", expected, see_risp);
    }

    bool flag(const char* name, bool otherwise) const {
        if (!has(name)) return otherwise;
        if (!values[name].is_boolean())
            fail(inside(place, name), fmt::format("is {}", shown(values[name])), "true or false", see_risp);
        return values[name].get<bool>();
    }

    double number(const char* name) const { return number_at(values[name], inside(place, name)); }

    std::vector<double> list(const char* name) const {
        if (!has(name)) return {};
        if (!values[name].is_array())
            fail(inside(place, name), fmt::format("is {}", shown(values[name])), "a list of numbers",
                 see_risp);
        std::vector<double> out;
        for (std::size_t i = 0; i < values[name].size(); ++i)
            out.push_back(
                number_at(values[name][i], {place.file, place.node, child(child(place.pointer, name), i)}));
        return out;
    }

    LeakMode leak_mode() const {
        const Value mode = values.value("leak_mode", Value("none"));
        if (mode == "none") return LeakMode::none;
        if (mode == "all") return LeakMode::all;
        if (mode == "configurable") return LeakMode::configurable;
        fail(inside(place, "leak_mode"), fmt::format("{} is not known", shown(mode)),
             "\"none\", \"all\" or \"configurable\"", see_risp);
    }

    void refuse_noise() const {
        if (has("noisy_stddev") && number("noisy_stddev") != 0)
            fail(inside(place, "noisy_stddev"), "adds noise to every synapse; a compiled network has none",
                 "0", "set it to 0");
        if (!list("stds").empty())
            fail(inside(place, "stds"), "adds noise to every synapse; a compiled network has none",
                 "an empty list", "remove it");
    }

    void refuse_unknown() const {
        static const std::vector<std::string> known = {"discrete",
                                                       "fire_like_ravens",
                                                       "inputs_from_weights",
                                                       "leak_mode",
                                                       "log",
                                                       "max_delay",
                                                       "max_threshold",
                                                       "max_weight",
                                                       "min_potential",
                                                       "min_threshold",
                                                       "min_weight",
                                                       "noisy_seed",
                                                       "noisy_stddev",
                                                       "run_time_inclusive",
                                                       "spike_value_factor",
                                                       "stds",
                                                       "threshold_inclusive",
                                                       "weights"};
        for (const auto& [key, value] : values.items())
            if (std::find(known.begin(), known.end(), key) == known.end())
                fail(inside(place, key), "is not a parameter of RISP",
                     fmt::format("{}", fmt::join(known, ", ")),
                     "an old network? the framework's risp_08_2024 names what took its place");
    }

    double input_charge(const RispParameters& p) const {
        if (!p.weights.empty() && flag("inputs_from_weights", false)) return p.weights.back();
        const char* field =
            has("spike_value_factor") || !p.weights.empty() ? "spike_value_factor" : "max_weight";
        require(field, "what an input spike of value 1 adds to its neuron");
        return p.discrete ? std::floor(number(field)) : number(field);
    }
};

void check_processor(const Value& data, const Place& place, Report& report) {
    const Value other = data.value("other", Value::object());
    const Place at = inside(inside(place, "other"), "proc_name");
    const Value name = other.is_object() ? other.value("proc_name", Value()) : Value();
    if (name.is_null()) {
        report.warning(complaint(at, "is not given; \"risp\" was taken", "", "add it: \"risp\""));
        return;
    }
    if (name != "risp")
        fail(at, fmt::format("{} is not read", shown(name)), "\"risp\"",
             "load the network on RISP with the framework's processor_tool and save it from there");
}

}  // namespace

double number_at(const Value& value, const Place& place) {
    const double number = value.is_number() ? value.get<double>() : std::nan("");
    if (!(std::abs(number) <= 1e30))
        fail(place, fmt::format("is {}", shown(value)), "a number", "is the file complete?");
    return number;
}

RispParameters read_risp_parameters(const Value& document, const std::string& file, Report& report) {
    const Place place{file, "", "/Associated_Data"};
    const Value data = document.value("Associated_Data", Value());
    if (!data.is_object() || !data.value("proc_params", Value()).is_object())
        fail(inside(place, "proc_params"), "is missing", "an object with the parameters of RISP", see_risp);
    check_processor(data, place, report);
    const Parameters in{data["proc_params"], inside(place, "proc_params")};
    in.refuse_unknown();
    in.refuse_noise();
    RispParameters p;
    in.require("discrete", "true or false");
    in.require("min_potential", "a number <= 0");
    p.discrete = in.flag("discrete", false);
    p.min_potential = in.number("min_potential");
    if (p.min_potential > 0)
        fail(inside(in.place, "min_potential"), fmt::format("is {}", p.min_potential), "a number <= 0",
             "a neuron rests at 0");
    p.leak_mode = in.leak_mode();
    p.threshold_inclusive = in.flag("threshold_inclusive", true);
    p.fire_like_ravens = in.flag("fire_like_ravens", false);
    p.weights = in.list("weights");
    p.input_charge = in.input_charge(p);
    if (in.flag("run_time_inclusive", false))
        report.note(
            complaint(inside(in.place, "run_time_inclusive"),
                      "a run of RISP takes one step more than it is asked for; here the input's length "
                      "is the number of steps",
                      "", ""));
    return p;
}

}  // namespace synfire::json
