// Synaptic memory of one core: how each list is encoded, which lists are one and the same, and how many
// 64-bit words all of them take. The rules are those of NxTF's mapper:
//
//   a list is a sequence of entries of up to 60 synapses; an entry has 4 bits that name a synapse format and
//   6 that count its synapses, then
//     dense       the index of the first target, and a weight for each of the following compartments
//     run length  the index of the first target, and with each weight how many compartments are skipped
//     sparse      with each weight the index of its target
//   and a weight comes with its delay where its format has one. A list ends at a word's end, one word later
//   where fewer than 6 bits (or none) would be left.
//
// Sources whose lists are equal up to a shift of all targets share one: the axon of each names the shift
// (cxBase, 8 bits).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "targets/loihi/partition/lists.hpp"

namespace synfire::loihi {

enum class Encoding { dense, sparse, run_length };

struct SynapseFormat {
    WeightFormat weight;
    Encoding encoding = Encoding::dense;
    int skip_bits = 0;  // of run length
    int index_bits = 6;
    int delay_bits = 0;
    int stride = 1;  // compartments from one target to the next (cIdxMult)

    friend auto operator<=>(const SynapseFormat&, const SynapseFormat&) = default;
};

struct Entry {
    std::size_t connection = 0;
    std::size_t format = 0;   // place in CoreMemory::formats
    std::uint32_t index = 0;  // compartment of the first synapse, less the list's base
    std::uint32_t count = 0;  // dense: compartments, else synapses
};

struct StoredList {
    std::uint32_t pointer = 0;  // word
    std::uint32_t words = 0;
    std::uint32_t list = 0;        // the first that it stands for
    std::vector<Entry> entries{};  // where they were asked for
};

struct CoreMemory {
    std::vector<SynapseFormat> formats;  // sorted
    std::vector<StoredList> stored;
    std::vector<std::uint32_t> list_of;  // per list: its place in stored
    std::vector<std::uint8_t> base;      // per list: cxBase
    std::size_t words = 0;
    std::size_t longest = 0;   // words of one list
    std::size_t synapses = 0;  // stored, each shared one once
};

struct EncodeOptions {
    std::size_t index_top = 0;     // the largest compartment on the core
    std::size_t most_formats = 0;  // where the cheapest encodings need more, each connection gets one
    bool entries = false;
};

CoreMemory encode(const Wiring& wiring, const Lists& lists, const EncodeOptions& options);

int index_bits(std::size_t index_top);
std::size_t words_of_bits(std::size_t bits);

}  // namespace synfire::loihi
