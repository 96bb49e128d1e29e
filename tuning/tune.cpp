#include "tuning/tune.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "tuning/calibrate.hpp"

namespace synfire {
namespace {

// A network that differs more often than this will not be repaired weight by weight.
constexpr double repairable = 0.98;

struct Search {
    const Network& network;
    const TuneData& calibration;
    const TuneData& validation;
    const TuneOptions& options;
    const std::function<double(const IntNetwork&)>& cost;
    Report& report;
    std::vector<CalibrationSample> runs;
    std::vector<Candidate> tried;

    Evaluation judged(const IntNetwork& integers, const TuneData& data) const {
        if (data.samples.empty()) return {};
        return evaluate(network, integers, data.samples.size(), data.samples[0].at(0).steps,
                        [&](std::size_t b) { return data.samples[b]; }, data.labels,
                        {options.rule, options.threads, {}});
    }

    QuantizeOptions with(const std::vector<int>& bits) const {
        QuantizeOptions o = options.quantize;
        o.weight_bits = *std::max_element(bits.begin(), bits.end());
        for (std::size_t p = 0; p < bits.size(); ++p)
            if (bits[p] != o.weight_bits) o.weight_bits_of[network.populations[p].name] = bits[p];
        return o;
    }

    // Returns the place of the candidate among those tried, or none where it cannot be deployed.
    std::optional<std::size_t> attempt(const std::vector<int>& bits) {
        for (std::size_t i = 0; i < tried.size(); ++i)
            if (tried[i].weight_bits == bits) return i;
        const QuantizeOptions o = with(bits);
        Report quiet;
        Calibration by = calibrate(network, o, runs, {Rounding::spikes, 0, options.threads}, report);
        Candidate c;
        c.weight_bits = bits;
        c.integers = quantize(network, o, quiet, &by);
        c.calibration = judged(c.integers, calibration);
        if (options.goal.every_spike() && least_agreement(c.calibration) >= repairable) {
            c.repaired = true;
            c.repair = repair(network, o, runs, repair_rounds, options.threads, by);
            c.integers = quantize(network, o, quiet, &by);
            c.calibration = judged(c.integers, calibration);
        }
        if (cost(c.integers) < 0) return std::nullopt;
        c.validation = judged(c.integers, validation);
        tried.push_back(std::move(c));
        if (options.progress) options.progress(tried.back());
        return tried.size() - 1;
    }

    std::size_t weights_into(std::size_t population) const {
        std::size_t count = 0;
        for (const Connection& c : network.connections)
            if (c.target == population) count += stored_weights(c);
        return count;
    }

    void narrow(std::vector<int> bits) {
        std::vector<std::size_t> order(bits.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return weights_into(a) > weights_into(b); });
        for (const std::size_t p : order) {
            if (weights_into(p) == 0) continue;
            for (auto width = options.widths.rbegin(); width != options.widths.rend(); ++width) {
                if (*width >= bits[p]) continue;
                std::vector<int> narrower = bits;
                narrower[p] = *width;
                const auto at = attempt(narrower);
                if (!at || !reaches(options.goal, tried[*at])) break;
                bits = std::move(narrower);
            }
        }
    }
};

}  // namespace

double least_agreement(const Evaluation& e) {
    double least = 1;
    for (const LayerAgreement& l : e.agreement.layers) least = std::min(least, l.propagated.value());
    return least;
}

double accuracy_loss(const Evaluation& e) {
    if (e.answers.labelled == 0) return 0;
    const auto right = [&](std::uint64_t n) {
        return static_cast<double>(n) / static_cast<double>(e.answers.labelled);
    };
    return right(e.answers.right.reference) - right(e.answers.right.emulator);
}

bool reaches(const TuneGoal& goal, const Evaluation& e) {
    return least_agreement(e) >= goal.agree && accuracy_loss(e) <= goal.accuracy_loss + 1e-12;
}

bool reaches(const TuneGoal& goal, const Candidate& c) {
    return reaches(goal, c.calibration) && (c.validation.samples == 0 || reaches(goal, c.validation));
}

std::vector<Candidate> tune(const Network& network, const TuneData& calibration, const TuneData& validation,
                            const TuneOptions& options, const std::function<double(const IntNetwork&)>& cost,
                            Report& report) {
    Search search{network, calibration, validation, options, cost, report, {}, {}};
    search.runs = reference_runs(network, calibration.samples, options.threads);
    std::vector<int> best;
    double least = 0;
    for (const int width : options.widths) {
        const std::vector<int> bits(network.populations.size(), width);
        const auto at = search.attempt(bits);
        if (!at || !reaches(options.goal, search.tried[*at])) continue;
        const double price = cost(search.tried[*at].integers);
        if (!best.empty() && price >= least) continue;
        best = bits;
        least = price;
    }
    if (!best.empty()) search.narrow(best);
    return std::move(search.tried);
}

}  // namespace synfire
