// Terms are pairs of a source and an age, each once, however many connections read it.
#include "emulator/step_cost.hpp"

#include <Eigen/QR>
#include <algorithm>

#include <fmt/format.h>

#include "compiler/quantize/levels.hpp"
#include "emulator/activity.hpp"

namespace synfire {
namespace {

struct Term {
    Presynaptic source;
    std::size_t age = 0;                      // steps
    const IntConnection* synapses = nullptr;  // of this sparse connection, in place of spikes
    bool values = false;                      // whether any input of values differs from the step before
};

bool same_source(const Presynaptic& a, const Presynaptic& b) {
    return a.kind == b.kind && a.index == b.index;
}

struct Terms {
    const IntNetwork& network;
    std::vector<Term> list{};

    void add(const Presynaptic& source, std::size_t age) {
        const auto same = [&](const Term& t) {
            return t.synapses == nullptr && t.age == age && same_source(t.source, source);
        };
        if (std::none_of(list.begin(), list.end(), same)) list.push_back({source, age});
    }
};

std::vector<Term> terms_of(const IntNetwork& network) {
    Terms terms{network};
    const auto of_values = [&](const Presynaptic& source) {
        return source.kind == Presynaptic::Kind::input && carries_values(network.inputs[source.index]);
    };
    for (std::size_t i = 0; i < network.inputs.size(); ++i)
        if (!carries_values(network.inputs[i])) terms.add({Presynaptic::Kind::input, i}, 0);
    if (std::any_of(network.inputs.begin(), network.inputs.end(), carries_values))
        terms.list.push_back({{}, 0, nullptr, true});
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        const IntPopulation& population = network.populations[p];
        if (!population.spiking) continue;
        terms.add({Presynaptic::Kind::population, p}, 0);
        if (population.reset == rt::Reset::subtract_next_step)
            terms.add({Presynaptic::Kind::population, p}, 1);
    }
    for (const IntConnection& c : network.connections) {
        if (of_values(c.source)) continue;
        terms.add(c.source, static_cast<std::size_t>(c.delay));
        if (is_sparse(c)) terms.list.push_back({c.source, static_cast<std::size_t>(c.delay), &c});
    }
    return terms.list;
}

std::string name_of(const IntNetwork& network, const Term& term) {
    if (term.values) return "new values of inputs";
    std::string name = term.synapses != nullptr
                           ? fmt::format("synapses of '{}'", term.synapses->name)
                           : fmt::format("spikes of '{}'", synfire::name_of(network, term.source));
    if (term.synapses == nullptr && term.age > 0)
        name += fmt::format(", {} {} before", term.age, term.age == 1 ? "step" : "steps");
    return name;
}

// 1 where the products of values are computed anew.
std::vector<double> changes(const IntNetwork& network, const std::vector<Signal>& inputs, std::size_t steps) {
    std::vector<double> changed(steps, 0);
    for (std::size_t k = 0; k < inputs.size(); ++k) {
        if (!carries_values(network.inputs[k])) continue;
        const auto width = static_cast<std::ptrdiff_t>(inputs[k].neurons);
        for (std::size_t t = 0; t < steps; ++t) {
            const auto now = inputs[k].values.begin() + static_cast<std::ptrdiff_t>(t) * width;
            if (t == 0 || !std::equal(now, now + width, now - width)) changed[t] = 1;
        }
    }
    return changed;
}

// What the term adds up to in each step.
std::vector<double> counts_of(const IntNetwork& network, const Term& term, const std::vector<Signal>& inputs,
                              const std::vector<const std::vector<std::uint8_t>*>& spikes,
                              std::size_t steps) {
    if (term.values) return changes(network, inputs, steps);
    const std::vector<std::int64_t> all = sent(network, term.source, inputs, spikes);
    const std::size_t width = all.size() / std::max<std::size_t>(steps, 1);
    std::vector<double> counts(steps, 0);
    if (term.synapses == nullptr) {
        for (std::size_t t = term.age; t < steps; ++t)
            for (std::size_t i = 0; i < width; ++i) counts[t] += all[(t - term.age) * width + i] != 0;
        return counts;
    }
    const FanOut fan = fan_out(*term.synapses);
    IntConnection at_once;
    at_once.source_pool = term.synapses->source_pool;
    for (std::size_t t = term.age; t < steps; ++t) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>((t - term.age) * width);
        const Traffic carried = traffic(at_once, fan, {begin, begin + static_cast<std::ptrdiff_t>(width)}, 1);
        counts[t] = static_cast<double>(carried.operations + carried.zero_operations);
    }
    return counts;
}

}  // namespace

std::vector<std::string> cost_terms(const IntNetwork& network) {
    std::vector<std::string> names;
    for (const Term& term : terms_of(network)) names.push_back(name_of(network, term));
    return names;
}

std::vector<std::vector<double>> term_counts(const IntNetwork& network, const std::vector<Signal>& inputs,
                                             const IntTrace& trace) {
    std::vector<const std::vector<std::uint8_t>*> spikes;
    for (const auto& p : trace.populations) spikes.push_back(&p.s);
    std::vector<std::vector<double>> counts(trace.steps);
    for (const Term& term : terms_of(network)) {
        const std::vector<double> column = counts_of(network, term, inputs, spikes, trace.steps);
        for (std::size_t t = 0; t < trace.steps; ++t) counts[t].push_back(column[t]);
    }
    return counts;
}

StepCost fit_cost(const std::vector<std::string>& terms, const CountedSteps& steps) {
    const auto rows = static_cast<Eigen::Index>(steps.cost.size());
    const auto columns = static_cast<Eigen::Index>(terms.size()) + 2;
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(rows, columns);
    Eigen::VectorXd cost(rows);
    for (Eigen::Index r = 0; r < rows; ++r) {
        const auto step = static_cast<std::size_t>(r);
        cost[r] = steps.cost[step];
        matrix(r, 0) = 1;
        matrix(r, 1) = steps.first[step] ? 1 : 0;
        for (std::size_t k = 0; k < terms.size(); ++k)
            matrix(r, static_cast<Eigen::Index>(k) + 2) = steps.counts[step][k];
    }
    const Eigen::VectorXd each = matrix.completeOrthogonalDecomposition().solve(cost);
    StepCost result;
    result.constant = each[0];
    result.first = each[1];
    for (std::size_t k = 0; k < terms.size(); ++k) {
        const auto column = static_cast<Eigen::Index>(k) + 2;
        result.terms.push_back({terms[k], each[column], matrix.col(column).any()});
    }
    return result;
}

double predicted(const StepCost& cost, const std::vector<double>& counts, bool first) {
    double sum = cost.constant + (first ? cost.first : 0);
    for (std::size_t k = 0; k < counts.size(); ++k) sum += cost.terms[k].each * counts[k];
    return sum;
}

}  // namespace synfire
