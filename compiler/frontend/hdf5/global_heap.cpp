// Little-endian numbers, 8-byte addresses and lengths.
#include "compiler/frontend/hdf5/global_heap.hpp"

#include <algorithm>
#include <utility>

namespace synfire::hdf5 {
namespace {

constexpr std::size_t reference_bytes = 16;
constexpr std::size_t header_bytes = 16;                    // of a collection, and of each object in it
constexpr std::size_t most_objects = std::size_t{1} << 20;  // collections of a damaged file may overlap

}  // namespace

// The caller has checked that the bytes are inside the file.
std::uint64_t GlobalHeap::number(std::size_t offset, int bytes) const {
    std::uint64_t value = 0;
    for (int b = bytes - 1; b >= 0; --b)
        value = value << 8 | static_cast<unsigned char>(file_[offset + static_cast<std::size_t>(b)]);
    return value;
}

// Null where there is none.
const GlobalHeap::Collection* GlobalHeap::collection(std::uint64_t address) {
    const auto known = collections_.find(address);
    if (known != collections_.end()) return &known->second;
    if (address > file_.size() || file_.size() - address < header_bytes ||
        file_.compare(address, 5, "GCOL\x01") != 0)
        return nullptr;
    const std::uint64_t size = number(address + 8, 8);
    if (size < header_bytes || size > file_.size() - address) return nullptr;
    Collection found;
    const std::size_t end = address + size;
    for (std::size_t at = address + header_bytes; end - at >= header_bytes;) {
        const std::uint64_t index = number(at, 2), length = number(at + 8, 8);
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

std::optional<std::vector<std::string>> GlobalHeap::strings(std::uint64_t offset, std::size_t count,
                                                            std::size_t most_text) {
    if (offset > file_.size() || count > (file_.size() - offset) / reference_bytes) return std::nullopt;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = offset + i * reference_bytes;
        const std::uint64_t length = number(at, 4), address = number(at + 4, 8), index = number(at + 12, 4);
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
