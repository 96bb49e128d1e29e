// Little-endian numbers, 8-byte addresses and lengths.
#include "compiler/frontend/hdf5/global_heap.hpp"

#include <algorithm>
#include <utility>

namespace synfire::hdf5 {
namespace {

constexpr std::size_t header_bytes = 16;                    // of a collection, and of each object in it
constexpr std::size_t most_objects = std::size_t{1} << 20;  // collections of a damaged file may overlap

// The caller has checked that the bytes are there.
std::uint64_t number(const std::string& text, std::size_t offset, int bytes) {
    std::uint64_t value = 0;
    for (int b = bytes - 1; b >= 0; --b)
        value = value << 8 | static_cast<unsigned char>(text[offset + static_cast<std::size_t>(b)]);
    return value;
}

}  // namespace

// Null where there is none.
const GlobalHeap::Collection* GlobalHeap::collection(std::uint64_t address) {
    const auto known = collections_.find(address);
    if (known != collections_.end()) return &known->second;
    if (address > file_.size() || file_.size() - address < header_bytes ||
        file_.compare(address, 5, "GCOL\x01") != 0)
        return nullptr;
    const std::uint64_t size = number(file_, address + 8, 8);
    if (size < header_bytes || size > file_.size() - address) return nullptr;
    Collection found;
    const std::size_t end = address + size;
    for (std::size_t at = address + header_bytes; end - at >= header_bytes;) {
        const std::uint64_t index = number(file_, at, 2), length = number(file_, at + 8, 8);
        if (index == 0) break;  // the free space at the end
        at += header_bytes;
        if (length > end - at || ++objects_ > most_objects) return nullptr;
        found[index] = {at, length};
        const std::uint64_t padded = (length + 7) / 8 * 8;
        if (padded > end - at) break;
        at += padded;
    }
    return &collections_.emplace(address, std::move(found)).first->second;
}

std::optional<std::vector<std::string>> GlobalHeap::strings(const std::string& references,
                                                            std::size_t most_text) {
    std::vector<std::string> texts;
    for (std::size_t at = 0; at + reference_bytes <= references.size(); at += reference_bytes) {
        const std::uint64_t length = number(references, at, 4), address = number(references, at + 4, 8),
                            index = number(references, at + 12, 4);
        if (length == 0) {
            texts.emplace_back();
            continue;
        }
        const Collection* heap = collection(address);
        if (heap == nullptr) return std::nullopt;
        const auto object = heap->find(index);
        if (object == heap->end() || length > object->second.size || length > most_text) return std::nullopt;
        most_text -= length;
        std::string text = file_.substr(object->second.offset, length);
        text.erase(std::min(text.find('\0'), text.size()));
        texts.push_back(std::move(text));
    }
    return texts;
}

}  // namespace synfire::hdf5
