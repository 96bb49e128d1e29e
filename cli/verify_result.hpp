// What verify found, as JSON and as text for the terminal.
#pragma once

#include <string>
#include <vector>

#include "cli/common.hpp"
#include "emulator/certify.hpp"
#include "emulator/compare.hpp"
#include "tuning/attribution.hpp"

namespace synfire::cli {

Json to_json(const LayerAgreement& layer);
Json to_json(const Divergence& divergence, const Network& network);
Json to_json(const std::vector<LayerSpread>& spread);
Json to_json(const CertifiedLayer& layer);
Json to_json(const Attribution& attribution);
Json to_json(const OpenCell& cell, const IntNetwork& network);

// One line per layer and one for all; details adds a second table.
std::string agreement_table(const Agreement& agreement, bool details);
// The first divergence, what differs because of it, and all that differs in its sample.
std::string divergence_text(const Divergence& divergence, const Network& network,
                            const std::vector<LayerSpread>& caused, const std::vector<LayerSpread>& all);
// Agreement with one source of error alone and without it: of all layers, and per layer the source that
// explains most; details: every source of every layer.
std::string attribution_text(const Attribution& attribution, bool details);
// One line per layer, and the first open cells.
std::string certificate_text(const CertificateSummary& summary, const IntNetwork& network,
                             std::size_t most_cells);

}  // namespace synfire::cli
