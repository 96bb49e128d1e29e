// Fit, file and prediction.
#include "cli/step_cost.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "compiler/quantize/fingerprint.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/parallel.hpp"
#include "emulator/emulate.hpp"

namespace synfire::cli {
namespace {

constexpr const char* format = "synfire step cost 1";

[[noreturn]] void fail(const std::string& path, std::string field, std::string reason) {
    Diagnostic d;
    d.file = path;
    d.field = std::move(field);
    d.reason = std::move(reason);
    d.expected = "a file that `synfire hil --costs` wrote for this network";
    d.hint = "synfire hil DIR --qemu BOARD --input X.npy --costs FILE";
    throw InputError(d);
}

std::string fingerprint_of(const IntNetwork& network) {
    return fmt::format("{:016x}", fingerprint(network));
}

// The steps of samples with these numbers modulo 2.
CountedSteps part_of(const MeasuredSteps& measured, std::size_t parity) {
    CountedSteps part;
    for (std::size_t k = 0; k < measured.sample.size(); ++k) {
        if (measured.sample[k] % 2 != parity) continue;
        part.counts.push_back(measured.steps.counts[k]);
        part.first.push_back(measured.steps.first[k]);
        part.cost.push_back(measured.steps.cost[k]);
    }
    return part;
}

struct Errors {
    double mean = 0;   // of the sum over all steps, relative
    double worst = 0;  // of one step, relative
};

Errors errors_of(const StepCost& cost, const CountedSteps& steps) {
    double expected = 0, actual = 0;
    Errors errors;
    for (std::size_t k = 0; k < steps.cost.size(); ++k) {
        const double guess = predicted(cost, steps.counts[k], steps.first[k]);
        expected += guess;
        actual += steps.cost[k];
        errors.worst = std::max(errors.worst, std::abs(guess / steps.cost[k] - 1));
    }
    errors.mean = std::abs(expected / actual - 1);
    return errors;
}

Json to_json(const StepCost& cost, const IntNetwork& network) {
    Json terms = Json::array();
    for (const CostTerm& term : cost.terms)
        terms.push_back({{"name", term.name}, {"each", term.each}, {"seen", term.seen}});
    return {{"format", format},         {"network", network.name}, {"fingerprint", fingerprint_of(network)},
            {"device", cost.device},    {"unit", cost.unit},       {"constant", cost.constant},
            {"first_step", cost.first}, {"terms", terms}};
}

double quantile(std::vector<double> values, double part) {
    const auto rank = static_cast<std::size_t>(part * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank), values.end());
    return values[rank];
}

struct PredictedSample {
    std::vector<double> steps;
    std::vector<bool> unseen;  // of each term: occurs, but not in the steps of the fit
};

PredictedSample predict_sample(const StepCost& cost, const IntNetwork& network,
                               const std::vector<Signal>& inputs) {
    const std::vector<std::vector<double>> counts = term_counts(network, inputs, emulate(network, inputs));
    PredictedSample sample{{}, std::vector<bool>(cost.terms.size(), false)};
    for (std::size_t t = 0; t < counts.size(); ++t) {
        sample.steps.push_back(predicted(cost, counts[t], t == 0));
        for (std::size_t k = 0; k < counts[t].size(); ++k)
            if (counts[t][k] > 0 && !cost.terms[k].seen) sample.unseen[k] = true;
    }
    return sample;
}

}  // namespace

void write_costs(const std::string& path, const IntNetwork& network, const MeasuredSteps& measured,
                 Outcome& outcome) {
    if (measured.steps.cost.empty()) fail(path, "", "the device counts neither cycles nor instructions");
    const std::vector<std::string> names = cost_terms(network);
    const bool several = measured.sample.back() > 0;
    const StepCost half = fit_cost(names, part_of(measured, 0));
    const Errors errors = errors_of(half, part_of(measured, several ? 1 : 0));
    StepCost cost = fit_cost(names, measured.steps);
    cost.device = measured.device;
    cost.unit = measured.unit;
    outcome.text += fmt::format("cost of a step: {:.0f} {}\n", cost.constant, cost.unit);
    for (const CostTerm& term : cost.terms)
        if (term.seen) outcome.text += fmt::format("{:>16.1f} each: {}\n", term.each, term.name);
    outcome.text +=
        fmt::format("fitted to {}, it predicts {} within {:.2f} % together, {:.1f} % in the worst step\n",
                    several ? "every other sample" : "the only sample", several ? "the others" : "itself",
                    100 * errors.mean, 100 * errors.worst);
    outcome.json["costs"] = to_json(cost, network);
    outcome.json["costs"]["error"] = {{"all_steps", errors.mean}, {"worst_step", errors.worst}};
    write_file(path, outcome.json["costs"].dump(2) + "\n");
}

StepCost read_costs(const std::string& path, const IntNetwork& network) {
    const Json file = Json::parse(read_file(path), nullptr, false);
    const auto has = [&](const char* name, Json::value_t type) {
        if (!file.contains(name)) fail(path, name, "is absent");
        const Json& value = file.at(name);
        const bool fits = type == Json::value_t::number_float ? value.is_number() : value.type() == type;
        if (!fits) fail(path, name, "is of another type");
        return value;
    };
    if (!file.is_object() || !file.contains("format") || file["format"] != format)
        fail(path, "format", "is not the cost of steps");
    StepCost cost;
    cost.device = has("device", Json::value_t::string);
    cost.unit = has("unit", Json::value_t::string);
    cost.constant = has("constant", Json::value_t::number_float);
    cost.first = has("first_step", Json::value_t::number_float);
    if (has("fingerprint", Json::value_t::string) != fingerprint_of(network))
        fail(path, "fingerprint", "is of another network");
    const std::vector<std::string> names = cost_terms(network);
    const Json terms = has("terms", Json::value_t::array);
    if (terms.size() != names.size()) fail(path, "terms", "are of another network");
    for (std::size_t k = 0; k < names.size(); ++k) {
        const Json& term = terms[k];
        if (!term.is_object() || !term.contains("each") || !term["each"].is_number() ||
            !term.contains("seen") || !term["seen"].is_boolean())
            fail(path, "terms", "have no 'each' and 'seen'");
        cost.terms.push_back({names[k], term["each"], term["seen"]});
    }
    return cost;
}

void describe_costs(const StepCost& cost, const IntNetwork& network, const DataSet& data, unsigned threads,
                    Outcome& outcome) {
    std::vector<PredictedSample> samples(data.samples);
    for_each_index(data.samples, threads,
                   [&](std::size_t b) { samples[b] = predict_sample(cost, network, sample_of(data, b)); });
    std::vector<double> steps, sums;
    std::vector<bool> unseen_terms(cost.terms.size(), false);
    for (const PredictedSample& sample : samples) {
        steps.insert(steps.end(), sample.steps.begin(), sample.steps.end());
        sums.push_back(std::accumulate(sample.steps.begin(), sample.steps.end(), 0.0));
        for (std::size_t k = 0; k < unseen_terms.size(); ++k)
            unseen_terms[k] = unseen_terms[k] || sample.unseen[k];
    }
    outcome.text += fmt::format(
        "predicted on {}: step: median {:.0f} {}, most {:.0f}; sample: median {:.0f}, most {:.0f}\n",
        cost.device, quantile(steps, 0.5), cost.unit, quantile(steps, 1), quantile(sums, 0.5),
        quantile(sums, 1));
    Json unseen = Json::array();
    for (std::size_t k = 0; k < cost.terms.size(); ++k) {
        if (!unseen_terms[k]) continue;
        outcome.text +=
            fmt::format("not counted, as they did not occur where it was measured: {}\n", cost.terms[k].name);
        unseen.push_back(cost.terms[k].name);
    }
    const auto summary = [](const std::vector<double>& values) {
        return Json{{"median", quantile(values, 0.5)}, {"most", quantile(values, 1)}};
    };
    outcome.json["predicted_cost"] = {{"device", cost.device},
                                      {"unit", cost.unit},
                                      {"step", summary(steps)},
                                      {"sample", summary(sums)},
                                      {"not_counted", unseen}};
}

}  // namespace synfire::cli
