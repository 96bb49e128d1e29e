// Strings of variable length in an HDF5 file. libhdf5 1.10 follows damaged references to them out of its
// buffers, so these few bytes are read here, every one checked. (HDF5 File Format Specification 2.0, III.E
// "Global Heap".)
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace synfire::hdf5 {

// Reads references of 16 bytes (length, address of a heap collection, index in it) and the text they point
// to.
class GlobalHeap {
  public:
    explicit GlobalHeap(const std::string& file) : file_(file) {}

    // Bytes of one reference.
    static constexpr std::size_t reference_bytes = 16;

    // The strings of all references. Nothing where anything lies outside the file, is no heap collection, or
    // adds up to more than most_text bytes.
    std::optional<std::vector<std::string>> strings(const std::string& references, std::size_t most_text);

  private:
    struct Object {
        std::size_t offset = 0;
        std::size_t size = 0;
    };
    using Collection = std::map<std::uint64_t, Object>;  // by index

    const Collection* collection(std::uint64_t address);

    const std::string& file_;
    std::map<std::uint64_t, Collection> collections_;  // by address
    std::size_t objects_ = 0;                          // read so far, of all collections
};

}  // namespace synfire::hdf5
