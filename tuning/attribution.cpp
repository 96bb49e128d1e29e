// Two runs for each source and each of the two agreements, and the two ends.
#include "tuning/attribution.hpp"

#include "compiler/support/report.hpp"

namespace synfire {
namespace {

void add(SpikeAgreement& total, const SpikeAgreement& x) {
    total.both += x.both;
    total.either += x.either;
}

void add(std::vector<BothAgreements>& total, const std::vector<BothAgreements>& x) {
    if (total.empty()) total.resize(x.size());
    if (total.size() != x.size()) SYNFIRE_BUG("attributions of different networks");
    for (std::size_t l = 0; l < x.size(); ++l) {
        add(total[l].propagated, x[l].propagated);
        add(total[l].local, x[l].local);
    }
}

std::vector<BothAgreements> agreements(HybridSample& sample, ErrorSources integer) {
    const Network& network = sample.model.network;
    const ForcedSpikes propagated = sample.run(integer, false), local = sample.run(integer, true);
    std::vector<BothAgreements> layers;
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
        if (!network.populations[p].spiking) continue;
        const std::size_t n = neurons(network.populations[p]);
        layers.emplace_back();
        add_agreement(*sample.reference_spikes[p], propagated[p], n, 0, layers.back().propagated);
        add_agreement(*sample.reference_spikes[p], local[p], n, 0, layers.back().local);
    }
    return layers;
}

}  // namespace

Attribution attribute(const HybridModel& model, const std::vector<Signal>& inputs,
                      const FloatTrace& reference) {
    SpikeViews spikes;
    for (const auto& p : reference.populations) spikes.push_back(&p.s);
    HybridSample sample(model, inputs, spikes);
    Attribution a;
    for (const Population& p : model.network.populations)
        if (p.spiking) a.layers.push_back(p.name);
    const ErrorSources all = ErrorSources().set();
    a.none = agreements(sample, {});
    a.all = agreements(sample, all);
    for (std::size_t s = 0; s < error_sources; ++s) {
        const auto source = static_cast<ErrorSource>(s);
        if (source == ErrorSource::input && !model.real_input) continue;
        a.sources.push_back({source, agreements(sample, ErrorSources().set(s)),
                             agreements(sample, ErrorSources(all).reset(s))});
    }
    return a;
}

void add(Attribution& total, const Attribution& sample) {
    if (total.layers.empty()) {
        total = sample;
        return;
    }
    add(total.none, sample.none);
    add(total.all, sample.all);
    for (std::size_t s = 0; s < total.sources.size(); ++s) {
        add(total.sources[s].alone, sample.sources[s].alone);
        add(total.sources[s].without, sample.sources[s].without);
    }
}

BothAgreements overall(const std::vector<BothAgreements>& layers) {
    BothAgreements all;
    for (const BothAgreements& l : layers) {
        add(all.propagated, l.propagated);
        add(all.local, l.local);
    }
    return all;
}

}  // namespace synfire
