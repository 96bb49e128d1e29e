// Certificates: which spikes of the reference the integers must repeat, proven from the reference's run and
// the integer parameters alone, without running the integer arithmetic.
//
// Equal histories: everything that reached a neuron and everything it sent before is as in the reference.
// Then the integers that arrive are known exactly, and with them the signed error of all weights; the only
// thing not known is how much each decay's truncation takes, between 0 and 1 - 2^-F units. An interval
// carries that through filter, leak, reset and registers (docs/verify.md derives it).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/quantize/int_network.hpp"
#include "emulator/trace.hpp"

namespace synfire {

enum class Verdict : std::uint8_t {
    open,       // the interval holds both decisions
    certified,  // under equal histories the integer neuron does as the reference did
    differs,    // under equal histories it does not
    left,       // the neuron has differed for certain before, so that histories cannot be equal
};

struct PopulationCertificate {
    // [steps x neurons], in integer units: under equal histories low <= v_int <= high as it meets the
    // threshold. Infinite where nothing is known.
    std::vector<double> low, high;
    std::vector<Verdict> verdict;  // [steps x neurons]; empty for readouts
    // Certified, and so is every earlier cell that the cell depends on: the network as it runs agrees here.
    std::vector<std::uint8_t> unconditional;  // likewise
};

using Certificate = std::vector<PopulationCertificate>;  // by population

// reference: the run of the float64 reference on the same inputs.
Certificate certify(const IntNetwork& network, const std::vector<Signal>& inputs,
                    const FloatTrace& reference);

// Largest |v_int / scale - v| that the certificate allows in a cell, in the units of the model file.
double deviation_bound(const PopulationCertificate& certificate, std::size_t cell, double scale, double v);

struct CertifiedLayer {
    std::string name;
    bool spiking = true;
    std::uint64_t cells = 0, certified_cells = 0, unconditional_cells = 0;
    std::uint64_t spikes = 0, certified_spikes = 0, unconditional_spikes = 0;  // of the reference
    std::uint64_t open_cells = 0, differing_cells = 0, left_cells = 0;         // that are not certified
    double largest_bound = 0;  // of |v_int / scale - v|, in the units of the model file, but of cells left
};

// A cell that is open or differs. margin: how far the reference's v is from where the integer neuron decides
// otherwise; at most `bound`, else the cell would be certified.
struct OpenCell {
    std::size_t sample = 0, step = 0, population = 0, neuron = 0;
    int expected_spikes = 0;
    bool differs = false;
    double v = 0;
    double margin = 0;
    double bound = 0;
};

struct CertificateSummary {
    std::vector<CertifiedLayer> layers;  // all populations
    std::vector<OpenCell> listed;        // the first that are open or differ
};

// Samples must be added in ascending order.
void add_sample(CertificateSummary& summary, std::size_t sample, const IntNetwork& network,
                const FloatTrace& reference, const Certificate& certificate, std::size_t most_listed);

}  // namespace synfire
