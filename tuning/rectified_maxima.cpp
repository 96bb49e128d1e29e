// A window is a tournament: the two best known so far meet until one is left.
#include "tuning/rectified_maxima.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/network/check.hpp"

namespace synfire {
namespace {

constexpr std::size_t max_window = 256;

// A population seen through a map from outputs of the pool to its neurons.
struct Term {
    std::size_t population = 0;
    IndexMap map;
};
using Contender = std::vector<Term>;  // their sum

// Which value of the image the window's element (ky, kx) is, for every output of the pool.
IndexMap element(const Pool& pool, std::size_t ky, std::size_t kx) {
    const Shape out = output_shape(pool);
    const auto place = [&](std::size_t axis, std::size_t position, std::size_t k) {
        const std::size_t padded = position * pool.window.stride[axis] + k * pool.window.dilation[axis];
        const std::size_t before = pool.window.pad_before[axis];
        return padded < before || padded - before >= pool.input[axis + 1] ? IndexMap::nothing
                                                                          : padded - before;
    };
    IndexMap map{pool.input[0] * pool.input[1] * pool.input[2], {}};
    for (std::size_t c = 0; c < out[0]; ++c)
        for (std::size_t y = 0; y < out[1]; ++y)
            for (std::size_t x = 0; x < out[2]; ++x) {
                const std::size_t iy = place(0, y, ky), ix = place(1, x, kx);
                const bool inside = iy != IndexMap::nothing && ix != IndexMap::nothing;
                map.source.push_back(inside ? (c * pool.input[1] + iy) * pool.input[2] + ix
                                            : IndexMap::nothing);
            }
    return map;
}

Sparse synapses(const IndexMap& map, double weight) {
    Sparse sparse{map.source.size(), map.inputs, {0}, {}, {}, {}};
    for (const std::size_t source : map.source) {
        if (source != IndexMap::nothing) {
            sparse.column.push_back(source);
            sparse.weight.push_back(weight);
        }
        sparse.first.push_back(sparse.column.size());
    }
    return sparse;
}

IndexMap identity(std::size_t count) {
    IndexMap map{count, {}};
    for (std::size_t i = 0; i < count; ++i) map.source.push_back(i);
    return map;
}

std::size_t add_population(Network& network, const std::string& name, const Shape& shape) {
    Population p;
    p.name = name;
    p.shape = shape;
    p.rectifier = Rectifier{};
    network.populations.push_back(std::move(p));
    return network.populations.size() - 1;
}

void connect(Network& network, const Contender& from, std::size_t to, double weight) {
    for (const Term& term : from)
        network.connections.push_back(
            {network.populations[to].name + " from " + network.populations[term.population].name +
                 (weight < 0 ? " (less)" : "") + "#" + std::to_string(network.connections.size()),
             {Presynaptic::Kind::population, term.population},
             to,
             0,
             {synapses(term.map, weight)}});
}

Contender winner(Network& network, const Contender& a, const Contender& b, const std::string& name,
                 const Shape& shape) {
    const std::size_t ahead = add_population(network, name, shape);
    connect(network, b, ahead, 1);
    connect(network, a, ahead, -1);
    Contender result = a;
    result.push_back({ahead, identity(neurons(network.populations[ahead]))});
    return result;
}

// The population that holds the maxima.
std::size_t add_maxima(Network& network, std::size_t source, const Pool& pool, const std::string& name) {
    const Shape shape = output_shape(pool);
    std::vector<Contender> contenders;
    for (std::size_t y = 0; y < pool.window.kernel[0]; ++y)
        for (std::size_t x = 0; x < pool.window.kernel[1]; ++x)
            contenders.push_back({{source, element(pool, y, x)}});
    int pair = 0;
    while (contenders.size() > 1) {
        std::vector<Contender> next;
        for (std::size_t i = 0; i + 1 < contenders.size(); i += 2)
            next.push_back(winner(network, contenders[i], contenders[i + 1],
                                  name + ".pair" + std::to_string(++pair), shape));
        if (contenders.size() % 2 == 1) next.push_back(contenders.back());
        contenders = std::move(next);
    }
    const std::size_t maxima = add_population(network, name, shape);
    connect(network, contenders[0], maxima, 1);
    return maxima;
}

bool is_maximum(const Stage& stage) {
    const Pool* pool = std::get_if<Pool>(&stage);
    return pool != nullptr && pool->kind == Pool::Kind::maximum;
}

bool same_window(const Pool& a, const Pool& b) {
    return a.input == b.input && a.window.kernel == b.window.kernel && a.window.stride == b.window.stride &&
           a.window.dilation == b.window.dilation && a.window.pad_before == b.window.pad_before &&
           a.window.pad_after == b.window.pad_after;
}

// Conv, MaxPool, ReLU is Conv, ReLU, MaxPool: the maximum is then one of ReLUs.
void rectify_before_pool(Network& network, std::size_t connection) {
    Connection& c = network.connections[connection];
    const bool only = std::count_if(network.connections.begin(), network.connections.end(),
                                    [&](const Connection& other) { return other.target == c.target; }) == 1;
    const Population& target = network.populations[c.target];
    if (!only || !target.rectifier || target.bias.size() != 1 || c.stages.size() < 2 ||
        !is_maximum(c.stages.back()))
        return;
    const Pool pool = std::get<Pool>(c.stages.back());
    const std::size_t before = add_population(network, target.name + ".unpooled", pool.input);
    network.populations[before].bias = network.populations[c.target].bias;
    network.populations[before].rectifier = network.populations[c.target].rectifier;
    network.populations[c.target].bias = {0.0};
    Connection pooled = network.connections[connection];
    network.connections[connection].target = before;
    network.connections[connection].stages.pop_back();
    pooled.name += " pooled";
    pooled.source = {Presynaptic::Kind::population, before};
    pooled.stages = {pool};
    network.connections.push_back(std::move(pooled));
}

void warn(const Connection& c, Report& report) {
    Diagnostic d;
    d.node = "'" + c.name + "' (max pool)";
    d.reason = "takes the maximum of currents in every step, which is more than the maximum of their means";
    d.hint = "expect less accuracy; put a ReLU between the layer and its max pool, or use mean pools";
    report.warning(d);
}

}  // namespace

Network rectified_before_pools(Network ann) {
    const std::size_t count = ann.connections.size();
    for (std::size_t i = 0; i < count; ++i)
        if (ann.connections[i].source.kind == Presynaptic::Kind::population) rectify_before_pool(ann, i);
    return sort_populations(ann);
}

RectifiedMaxima with_rectified_maxima(Network ann, Report& report) {
    struct Known {
        std::size_t source;
        Pool pool;
        std::size_t maxima;
    };
    std::vector<Known> known;
    RectifiedMaxima result;
    for (std::size_t p = 0; p < ann.populations.size(); ++p) result.origin.push_back(p);
    const std::size_t count = ann.connections.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (ann.connections[i].source.kind != Presynaptic::Kind::population) continue;
        while (!ann.connections[i].stages.empty() && is_maximum(ann.connections[i].stages.front())) {
            const Pool pool = std::get<Pool>(ann.connections[i].stages.front());
            const std::size_t from = ann.connections[i].source.index;
            if (pool.window.kernel[0] * pool.window.kernel[1] > max_window) break;
            auto found = std::find_if(known.begin(), known.end(), [&](const Known& k) {
                return k.source == from && same_window(k.pool, pool);
            });
            if (found == known.end()) {
                const std::string name =
                    ann.populations[from].name + ".max" + std::to_string(known.size() + 1);
                known.push_back({from, pool, add_maxima(ann, from, pool, name)});
                found = known.end() - 1;
                result.origin.resize(ann.populations.size(), result.origin[from]);
            }
            ann.connections[i].source.index = found->maxima;
            ann.connections[i].stages.erase(ann.connections[i].stages.begin());
        }
        for (const Stage& stage : ann.connections[i].stages)
            if (is_maximum(stage)) warn(ann.connections[i], report);
    }
    result.ann = std::move(ann);
    return result;
}

}  // namespace synfire
