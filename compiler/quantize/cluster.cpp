// Optimal one-dimensional k-means by dynamic programming: the best last cluster of the first m values starts
// at a place that only grows with m, so each row is filled by halving (divide and conquer).
#include "compiler/quantize/cluster.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace synfire {
namespace {

// Sorted values with how many neurons have each, and sums that give the cost of any range at once.
struct Points {
    std::vector<double> x;
    std::vector<double> weight{0}, first{0}, second{0};  // sums of w, w x, w x^2 before each point

    void add(double value, double count) {
        x.push_back(value);
        weight.push_back(weight.back() + count);
        first.push_back(first.back() + count * value);
        second.push_back(second.back() + count * value * value);
    }
    double mean(std::size_t begin, std::size_t end) const {
        return (first[end] - first[begin]) / (weight[end] - weight[begin]);
    }
    // Squared distances from the mean of begin..end-1.
    double cost(std::size_t begin, std::size_t end) const {
        const double sum = first[end] - first[begin];
        return std::max(0.0, second[end] - second[begin] - sum * sum / (weight[end] - weight[begin]));
    }
};

struct Row {
    std::vector<double> cost;        // of the first m points
    std::vector<std::size_t> begin;  // where their last cluster begins
};

void fill(const Points& points, const Row& before, Row& row, std::size_t low, std::size_t high,
          std::size_t from, std::size_t to) {
    if (low > high) return;
    const std::size_t m = low + (high - low) / 2;
    row.cost[m] = std::numeric_limits<double>::infinity();
    for (std::size_t b = from; b <= std::min(to, m - 1); ++b) {
        const double cost = before.cost[b] + points.cost(b, m);
        if (cost >= row.cost[m]) continue;
        row.cost[m] = cost;
        row.begin[m] = b;
    }
    const std::size_t best = row.begin[m];
    fill(points, before, row, low, m - 1, from, best);
    fill(points, before, row, m + 1, high, best, to);
}

// The last point of each of k clusters, one beyond.
std::vector<std::size_t> clusters(const Points& points, std::size_t k) {
    const std::size_t n = points.x.size();
    std::vector<Row> rows(1, Row{std::vector<double>(n + 1, std::numeric_limits<double>::infinity()),
                                 std::vector<std::size_t>(n + 1)});
    rows[0].cost[0] = 0;
    for (std::size_t c = 1; c <= k; ++c) {
        Row row{std::vector<double>(n + 1, std::numeric_limits<double>::infinity()),
                std::vector<std::size_t>(n + 1)};
        fill(points, rows.back(), row, c, n, c - 1, n);
        rows.push_back(std::move(row));
    }
    std::vector<std::size_t> ends;
    for (std::size_t c = k, m = n; c > 0; --c) {
        ends.push_back(m);
        m = rows[c].begin[m];
    }
    std::reverse(ends.begin(), ends.end());
    return ends;
}

using Replacement = std::map<std::int32_t, std::int32_t>;

struct Clustering {
    Replacement value;
    double cost = 0;  // squared change of the logarithms over all neurons
};

// Values below 1 keep their value and are a cluster each.
Clustering clustered(const std::map<std::int32_t, std::size_t>& counts, std::size_t most, std::int32_t grid) {
    Clustering result;
    Points points;
    std::vector<std::int32_t> values;
    for (const auto& [value, count] : counts) {
        if (value < 1) {
            result.value[value] = value;
            continue;
        }
        values.push_back(value);
        points.add(std::log(value), static_cast<double>(count));
    }
    if (values.empty()) return result;
    const std::size_t taken = result.value.size();
    const std::size_t k = std::min(values.size(), most > taken ? most - taken : 1);
    std::size_t begin = 0;
    for (const std::size_t end : clusters(points, k)) {
        const double centre = std::exp(points.mean(begin, end));
        const auto steps = std::max<std::int64_t>(1, std::llround(centre / grid));
        const bool alone = end == begin + 1;
        for (std::size_t i = begin; i < end; ++i)
            result.value[values[i]] = alone ? values[i] : static_cast<std::int32_t>(steps * grid);
        result.cost += points.cost(begin, end);
        begin = end;
    }
    return result;
}

std::map<std::int32_t, std::size_t> counted(const IntPerNeuron& values, std::size_t n) {
    std::map<std::int32_t, std::size_t> counts;
    for (std::size_t j = 0; j < n; ++j) ++counts[at(values, j)];
    return counts;
}

void replace(IntPerNeuron& values, const Replacement& by, std::size_t population,
             const std::string& parameter, std::vector<ClusterChange>& changes) {
    ClusterChange change{population, parameter, by.size(), 0, 0, 0};
    std::set<std::int32_t> after;
    for (std::int32_t& value : values) {
        const std::int32_t now = by.at(value);
        const double moved = value == now ? 0 : std::abs(static_cast<double>(now) / value - 1);
        change.largest = std::max(change.largest, moved);
        change.rms += moved * moved / static_cast<double>(values.size());
        after.insert(value = now);
    }
    change.rms = std::sqrt(change.rms);
    change.after = after.size();
    if (change.largest > 0) changes.push_back(change);
}

void cluster_decays(IntPopulation& p, std::size_t index, std::size_t most,
                    std::vector<ClusterChange>& changes) {
    const std::size_t n = neurons(p);
    std::set<std::pair<std::int32_t, std::int32_t>> pairs;
    for (std::size_t j = 0; j < n; ++j) pairs.emplace(at(p.decay_u, j), at(p.decay_v, j));
    if (pairs.size() <= most) return;
    const auto u = counted(p.decay_u, n), v = counted(p.decay_v, n);
    Clustering best_u, best_v;
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t k = 1; k <= std::min(most, u.size()); ++k) {
        Clustering of_u = clustered(u, k, 1), of_v = clustered(v, most / k, 1);
        std::set<std::pair<std::int32_t, std::int32_t>> left;
        for (const auto& [a, b] : pairs) left.emplace(of_u.value.at(a), of_v.value.at(b));
        if (left.size() > most || of_u.cost + of_v.cost >= best) continue;
        best = of_u.cost + of_v.cost;
        best_u = std::move(of_u);
        best_v = std::move(of_v);
    }
    if (best_u.value.empty()) return;  // too many neurons without any decay; nothing is near
    replace(p.decay_u, best_u.value, index, "decay_u", changes);
    replace(p.decay_v, best_v.value, index, "decay_v", changes);
}

void cluster_thresholds(IntPopulation& p, std::size_t index, const ClusterLimits& limits,
                        std::vector<ClusterChange>& changes) {
    const auto counts = counted(p.threshold, neurons(p));
    if (!p.spiking || counts.size() <= limits.thresholds) return;
    const bool subtracts = p.reset != rt::Reset::to_value && p.reset_amount == p.threshold;
    replace(p.threshold, clustered(counts, limits.thresholds, limits.threshold_grid).value, index,
            "threshold", changes);
    if (subtracts) p.reset_amount = p.threshold;
}

}  // namespace

IntNetwork cluster_parameters(IntNetwork network, const ClusterLimits& limits,
                              std::vector<ClusterChange>& changes) {
    for (std::size_t i = 0; i < network.populations.size(); ++i) {
        IntPopulation& p = network.populations[i];
        // The soma that a soft reset needs has a register set of its own.
        const bool soft = p.reset == rt::Reset::subtract_at_once || p.reset == rt::Reset::subtract_next_step;
        cluster_decays(p, i, limits.decays - (soft ? 1 : 0), changes);
        cluster_thresholds(p, i, limits, changes);
    }
    return network;
}

}  // namespace synfire
