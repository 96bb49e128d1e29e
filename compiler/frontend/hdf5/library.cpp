// The file is opened from memory, read only.
#include "compiler/frontend/hdf5/library.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <hdf5.h>

#include "compiler/frontend/hdf5/global_heap.hpp"
#include "compiler/support/report.hpp"

namespace synfire::hdf5 {
namespace {

constexpr std::size_t small_chunk = std::size_t{1} << 20;  // bytes that any chunk may take

[[noreturn]] void fail(const std::string& file, const std::string& path, const std::string& reason,
                       const std::string& hint) {
    Diagnostic d;
    d.file = file;
    d.field = path;
    d.reason = reason;
    d.hint = hint;
    throw InputError(d);
}

// An HDF5 identifier that is closed at the end of its scope.
class Handle {
  public:
    Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
    ~Handle() {
        if (id_ >= 0) close_(id_);
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    operator hid_t() const { return id_; }
    bool good() const { return id_ >= 0; }

  private:
    hid_t id_;
    herr_t (*close_)(hid_t);
};

struct Names {
    const std::size_t most = 0;
    std::vector<std::string> names{};
    bool foreign = false;  // a soft or external link
    bool too_many = false;
};

// Runs inside the C library, so nothing may be thrown.
herr_t collect(hid_t, const char* name, const H5L_info_t* info, void* data) noexcept {
    Names& names = *static_cast<Names*>(data);
    names.foreign = names.foreign || info->type != H5L_TYPE_HARD;
    names.too_many = names.names.size() >= names.most;
    if (names.foreign || names.too_many) return 1;
    names.names.emplace_back(name);
    return 0;
}

struct Reader {
    const Source& source;
    const Format& format;
    const Limits& limits;
    std::size_t objects = 0;
    std::size_t values = 0;
    std::size_t text = 0;

    std::string write_again() const { return "write the file with " + format.writer; }

    [[noreturn]] void damaged(const std::string& path) const {
        fail(source.path, path, "cannot be read: the HDF5 file is damaged or cut short",
             "export or copy the file again");
    }

    [[noreturn]] void too_large(const std::string& path, const std::string& what) const {
        fail(source.path, path, what, "is this the file that you meant?");
    }

    Shape shape_of(hid_t space, const std::string& path) const {
        if (H5Sget_simple_extent_type(space) == H5S_SCALAR) return {};
        const int rank = H5Sget_simple_extent_ndims(space);
        if (H5Sget_simple_extent_type(space) != H5S_SIMPLE || rank < 0 || rank > H5S_MAX_RANK) damaged(path);
        std::vector<hsize_t> dims(static_cast<std::size_t>(rank));
        if (H5Sget_simple_extent_dims(space, dims.data(), nullptr) < 0) damaged(path);
        return Shape(dims.begin(), dims.end());
    }

    // What is stored must be able to become `bytes`, and reading it must not need more memory than that.
    void check_storage(hid_t set, std::size_t bytes, std::size_t type_size, const std::string& path) const {
        const Handle creation(H5Dget_create_plist(set), H5Pclose);
        if (!creation.good()) damaged(path);
        const H5D_layout_t layout = H5Pget_layout(creation);
        const int filters = H5Pget_nfilters(creation);
        if ((layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) ||
            H5Pget_external_count(creation) != 0)
            fail(source.path, path, "keeps its values in other files", write_again());
        if (filters < 0 || filters > 8) damaged(path);
        for (unsigned f = 0; f < static_cast<unsigned>(filters); ++f) {
            unsigned flags = 0, config = 0;
            std::size_t parameters = 0;
            const H5Z_filter_t filter =
                H5Pget_filter2(creation, f, &flags, &parameters, nullptr, 0, nullptr, &config);
            if (filter < 0) damaged(path);
            if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
                filter != H5Z_FILTER_FLETCHER32)
                fail(source.path, path, fmt::format("is compressed with filter {}", static_cast<int>(filter)),
                     write_again() + ": it uses gzip (deflate)");
        }
        const std::size_t stored = std::min<std::size_t>(H5Dget_storage_size(set), source.bytes.size());
        if (bytes > stored * (filters > 0 ? deflate_ratio : 1)) damaged(path);
        if (layout != H5D_CHUNKED) return;
        hsize_t chunk[H5S_MAX_RANK], most[H5S_MAX_RANK];
        const int rank = H5Pget_chunk(creation, H5S_MAX_RANK, chunk);
        const Handle space(H5Dget_space(set), H5Sclose);
        if (rank < 0 || !space.good() || H5Sget_simple_extent_dims(space, nullptr, most) != rank)
            damaged(path);
        // libhdf5 writes no chunks beyond the end of an axis, but would read such out of its buffers.
        for (int axis = 0; axis < rank; ++axis)
            if (chunk[axis] > most[axis]) damaged(path);  // H5S_UNLIMITED is the greatest number
        const std::optional<std::size_t> elements = element_count(Shape(chunk, chunk + rank));
        if (!elements || *elements > std::max(small_chunk, 4 * bytes) / type_size) damaged(path);
    }

    Data numbers(hid_t set, Data data, std::size_t count, const std::string& path) const {
        data.kind = Data::Kind::numbers;
        data.numbers.resize(count);
        if (count > 0 &&
            H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data.numbers.data()) < 0)
            damaged(path);
        return data;
    }

    std::string contiguous_references(hid_t set, std::size_t count, const std::string& path) const {
        const haddr_t offset = H5Dget_offset(set);
        if (offset == HADDR_UNDEF || offset > source.bytes.size() ||
            count > (source.bytes.size() - offset) / GlobalHeap::reference_bytes)
            damaged(path);
        return source.bytes.substr(offset, count * GlobalHeap::reference_bytes);
    }

    // The library would follow the references while it reads, so their chunks are handed to a second dataset
    // of the same layout in which they are bytes.
    std::string chunked_references(hid_t set, hid_t space, hid_t creation, std::size_t count,
                                   const std::string& path) const {
        hsize_t chunk[H5S_MAX_RANK], chunks = 0;
        const int rank = H5Pget_chunk(creation, H5S_MAX_RANK, chunk);
        const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose),
            copy(H5Pcreate(H5P_DATASET_CREATE), H5Pclose),
            type(H5Tcreate(H5T_OPAQUE, GlobalHeap::reference_bytes), H5Tclose);
        if (rank < 1 || H5Pset_chunk(copy, rank, chunk) < 0 || H5Pset_fapl_core(access, 1 << 16, false) < 0)
            damaged(path);
        for (unsigned f = 0; f < static_cast<unsigned>(H5Pget_nfilters(creation)); ++f) {
            unsigned flags = 0, config = 0;
            std::size_t parameters = 0;
            const H5Z_filter_t filter =
                H5Pget_filter2(creation, f, &flags, &parameters, nullptr, 0, nullptr, &config);
            const herr_t set_filter = filter == H5Z_FILTER_DEFLATE   ? H5Pset_deflate(copy, 4)
                                      : filter == H5Z_FILTER_SHUFFLE ? H5Pset_shuffle(copy)
                                                                     : H5Pset_fletcher32(copy);
            if (set_filter < 0) damaged(path);
        }
        const Handle file(H5Fcreate("references", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose);
        const Handle bytes(H5Dcreate2(file, "r", type, space, H5P_DEFAULT, copy, H5P_DEFAULT), H5Dclose);
        if (!bytes.good() || H5Dget_num_chunks(set, space, &chunks) < 0 || chunks > count) damaged(path);
        for (hsize_t c = 0; c < chunks; ++c) {
            hsize_t corner[H5S_MAX_RANK], size = 0;
            unsigned mask = 0;
            haddr_t address = 0;
            if (H5Dget_chunk_info(set, space, c, corner, &mask, &address, &size) < 0 ||
                address > source.bytes.size() || size > source.bytes.size() - address ||
                H5Dwrite_chunk(bytes, H5P_DEFAULT, mask, corner, size, source.bytes.data() + address) < 0)
                damaged(path);
        }
        std::string references(count * GlobalHeap::reference_bytes, '\0');
        if (H5Dread(bytes, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, references.data()) < 0) damaged(path);
        return references;
    }

    Data variable_strings(hid_t set, hid_t space, Data data, std::size_t count, const std::string& path) {
        const Handle creation(H5Dget_create_plist(set), H5Pclose);
        if (!creation.good()) damaged(path);
        const H5D_layout_t layout = H5Pget_layout(creation);
        check_storage(set, count * GlobalHeap::reference_bytes, GlobalHeap::reference_bytes, path);
        if (layout == H5D_COMPACT) fail(source.path, path, "keeps its strings in its header", write_again());
        const std::string references = layout == H5D_CHUNKED
                                           ? chunked_references(set, space, creation, count, path)
                                           : contiguous_references(set, count, path);
        GlobalHeap heap(source.bytes);
        std::optional<std::vector<std::string>> strings = heap.strings(references, limits.text - text);
        if (!strings) damaged(path);
        for (const std::string& string : *strings) text += string.size();
        data.strings = std::move(*strings);
        return data;
    }

    Data fixed_strings(hid_t set, std::size_t size, Data data, std::size_t count, const std::string& path) {
        if (count * size > limits.text - text) too_large(path, "holds too much text");
        text += count * size;
        const Handle type(H5Dget_type(set), H5Tclose);
        std::vector<char> bytes(count * size);
        if (H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0) damaged(path);
        for (std::size_t i = 0; i < count; ++i) {
            const char* begin = bytes.data() + i * size;
            data.strings.emplace_back(begin, std::find(begin, begin + size, '\0'));
        }
        return data;
    }

    // libhdf5 copies the bits of a number without looking whether they lie within its bytes.
    static bool fills_its_bytes(hid_t type, H5T_class_t kind, std::size_t size) {
        const std::size_t bits = 8 * size;
        if (H5Tget_precision(type) != bits || H5Tget_offset(type) != 0) return false;
        if (kind == H5T_INTEGER) return true;
        std::size_t sign = 0, exponent = 0, exponent_bits = 0, mantissa = 0, mantissa_bits = 0;
        if (H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) < 0)
            return false;
        return sign < bits && exponent <= bits && exponent_bits <= bits - exponent && mantissa <= bits &&
               mantissa_bits <= bits - mantissa;
    }

    Data dataset(hid_t set, const std::string& path) {
        const Handle space(H5Dget_space(set), H5Sclose), type(H5Dget_type(set), H5Tclose);
        if (!space.good() || !type.good()) damaged(path);
        Data data;
        data.shape = shape_of(space, path);
        const std::optional<std::size_t> count = element_count(data.shape);
        const std::size_t size = H5Tget_size(type);
        if (!count || *count > limits.values - values)
            too_large(path, fmt::format("has shape {}: more values than a network can have",
                                        to_string(data.shape)));
        if (size == 0 || size > limits.text) damaged(path);
        values += *count;
        const H5T_class_t kind = H5Tget_class(type);
        const bool number = (kind == H5T_FLOAT || kind == H5T_INTEGER) && size <= 8;
        if (!number && kind != H5T_STRING) return data;
        const bool variable = kind == H5T_STRING && H5Tis_variable_str(type) > 0;
        if (*count > 0 && !variable) check_storage(set, *count * size, size, path);
        if (number && !fills_its_bytes(type, kind, size)) damaged(path);
        if (number) return numbers(set, std::move(data), *count, path);
        if (*count > limits.strings) too_large(path, fmt::format("holds {} strings", *count));
        data.kind = Data::Kind::strings;
        if (*count == 0) return data;
        if (variable) return variable_strings(set, space, std::move(data), *count, path);
        return fixed_strings(set, size, std::move(data), *count, path);
    }

    std::vector<std::string> members(hid_t group, const std::string& path) const {
        Names names{limits.objects};
        if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names) < 0) damaged(path);
        if (names.foreign)
            fail(source.path, path, "holds a link to another place or file",
                 write_again() + ": it links nothing");
        if (names.too_many) too_large(path, "has more members than a network can have");
        return names.names;
    }

    // What cannot be read is left out: metadata may be anything.
    std::map<std::string, Data> single_values(hid_t id, const std::string& path) {
        std::map<std::string, Data> values_by_name;
        try {
            for (const std::string& name : members(id, path)) {
                if (++objects > limits.objects || !is_plain(name, limits.name)) break;
                const Handle object(H5Oopen(id, name.c_str(), H5P_DEFAULT), H5Oclose);
                if (!object.good() || H5Iget_type(object) != H5I_DATASET) continue;
                const Handle space(H5Dget_space(object), H5Sclose);
                if (space.good() && H5Sget_simple_extent_npoints(space) == 1)
                    values_by_name.emplace(name, dataset(object, path + "/" + name));
            }
        } catch (const InputError&) {
        }
        return values_by_name;
    }

    Group group(hid_t id, const std::string& path, int depth) {
        if (depth > limits.depth)
            too_large(path, fmt::format("groups are nested deeper than {} levels", limits.depth));
        Group out;
        for (const std::string& name : members(id, path)) {
            const std::string inner = path + "/" + name;
            if (!is_plain(name, limits.name))
                fail(source.path, path, "holds a name that is no text of 1 to 200 bytes", "rename the node");
            if (++objects > limits.objects)
                too_large(inner, "the file has more parts than a network can have");
            const Handle object(H5Oopen(id, name.c_str(), H5P_DEFAULT), H5Oclose);
            if (!object.good()) damaged(inner);
            const H5I_type_t type = H5Iget_type(object);
            if (name == "metadata") {
                if (type == H5I_GROUP) out.metadata = single_values(object, inner);
                continue;
            }
            if (type == H5I_GROUP)
                out.groups.emplace(name, group(object, inner, depth + 1));
            else if (type == H5I_DATASET)
                out.data.emplace(name, dataset(object, inner));
        }
        return out;
    }
};

}  // namespace

Tree read_with_library(const Source& source, const Format& format, const Limits& limits) {
    Reader reader{source, format, limits};
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    std::string image = source.bytes;  // the library wants to be able to write to it
    if (!access.good() || H5Pset_fapl_core(access, 1 << 16, false) < 0 ||
        H5Pset_file_image(access, image.data(), image.size()) < 0)
        SYNFIRE_BUG("HDF5 does not open files in memory");
    image = {};
    const Handle file(H5Fopen("model", H5F_ACC_RDONLY, access), H5Fclose);
    if (!file.good()) reader.damaged("");
    const Handle creation(H5Fget_create_plist(file), H5Pclose);
    std::size_t address_bytes = 0, length_bytes = 0;
    if (!creation.good() || H5Pget_sizes(creation, &address_bytes, &length_bytes) < 0) reader.damaged("");
    if (address_bytes != 8 || length_bytes != 8)
        fail(source.path, "", fmt::format("has addresses of {} bytes", address_bytes),
             reader.write_again() + ": it uses 8 bytes");
    const Handle root(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose);
    if (!root.good()) reader.damaged("/");
    Tree tree;
    tree.is_typed = H5Aexists(root, "__type__") > 0;
    if (!tree.is_typed) tree.root = reader.group(root, "", 0);
    return tree;
}

}  // namespace synfire::hdf5
