#include "cli/report_proof.hpp"

#include <algorithm>

#include "cli/verify_result.hpp"
#include "compiler/support/parallel.hpp"
#include "emulator/reference.hpp"

namespace synfire::cli {
namespace {

struct Detail {
    FloatTrace reference;
    Certificate certificate;
    Attribution attribution;
};

}  // namespace

Json detail_json(const Network& network, const IntNetwork& integers, const DataSet& data, std::size_t samples,
                 unsigned threads) {
    constexpr std::size_t block = 4;  // runs of so many samples stand in memory
    const HybridModel hybrid(network, integers);
    const std::size_t count = std::min(samples, data.samples);
    Attribution attribution;
    CertificateSummary certificate;
    for (std::size_t begin = 0; begin < count; begin += block) {
        std::vector<Detail> details(std::min(block, count - begin));
        for_each_index(details.size(), threads, [&](std::size_t i) {
            const std::vector<Signal> inputs = sample_of(data, begin + i);
            Detail& d = details[i];
            d.reference = simulate(network, inputs);
            d.certificate = certify(integers, inputs, d.reference);
            d.attribution = attribute(hybrid, inputs, d.reference);
        });
        for (std::size_t i = 0; i < details.size(); ++i) {
            add(attribution, details[i].attribution);
            add_sample(certificate, begin + i, integers, details[i].reference, details[i].certificate, 0);
        }
    }
    Json layers = Json::array();
    for (const CertifiedLayer& layer : certificate.layers) layers.push_back(to_json(layer));
    return {{"samples", count}, {"attribution", to_json(attribution)}, {"certificate", layers}};
}

}  // namespace synfire::cli
