// What the library refuses here is our mistake: the values are in memory and have been checked.
#include "compiler/frontend/hdf5/image.hpp"

#include <hdf5.h>

#include "compiler/support/report.hpp"

namespace synfire::hdf5 {
namespace {

constexpr std::size_t growth = std::size_t{1} << 16;  // bytes by which the image grows

hid_t good(hid_t result) {
    if (result < 0) SYNFIRE_BUG("HDF5 refused to write");
    return result;
}

struct Handle {
    hid_t id;
    herr_t (*close)(hid_t);
    Handle(hid_t opened, herr_t (*closing)(hid_t)) : id(good(opened)), close(closing) {}
    ~Handle() { close(id); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
};

}  // namespace

Image::Image() {
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    good(H5Pset_fapl_core(access.id, growth, false));
    file_ = good(H5Fcreate("model", H5F_ACC_TRUNC, H5P_DEFAULT, access.id));
}

Image::~Image() {
    H5Fclose(file_);
}

void Image::write(const std::string& path, const Shape& shape, std::size_t count, std::int64_t file_type,
                  std::int64_t memory_type, const void* data) {
    if (element_count(shape) != count) SYNFIRE_BUG("an array of another size than its shape");
    const std::vector<hsize_t> sizes(shape.begin(), shape.end());
    const Handle space(sizes.empty()
                           ? H5Screate(H5S_SCALAR)
                           : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr),
                       H5Sclose);
    const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose),
        creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    good(H5Pset_create_intermediate_group(links.id, 1));
    good(H5Pset_obj_track_times(creation.id, false));
    const Handle set(H5Dcreate2(file_, path.c_str(), file_type, space.id, links.id, creation.id, H5P_DEFAULT),
                     H5Dclose);
    if (count > 0) good(H5Dwrite(set.id, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
}

void Image::add(const std::string& path, const Shape& shape, const std::vector<double>& values) {
    write(path, shape, values.size(), H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values.data());
}

void Image::add(const std::string& path, const Shape& shape, const std::vector<std::int64_t>& values) {
    write(path, shape, values.size(), H5T_STD_I64LE, H5T_NATIVE_INT64, values.data());
}

void Image::add(const std::string& path, const Shape& shape, const std::vector<std::string>& values) {
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    good(H5Tset_size(type.id, H5T_VARIABLE));
    good(H5Tset_cset(type.id, H5T_CSET_UTF8));
    std::vector<const char*> texts;
    for (const std::string& text : values) texts.push_back(text.c_str());
    write(path, shape, values.size(), type.id, type.id, texts.data());
}

void Image::add_group(const std::string& path) {
    const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
    good(H5Pset_create_intermediate_group(links.id, 1));
    const Handle group(H5Gcreate2(file_, path.c_str(), links.id, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
}

std::string Image::bytes() const {
    good(H5Fflush(file_, H5F_SCOPE_GLOBAL));
    const ssize_t size = H5Fget_file_image(file_, nullptr, 0);
    if (size <= 0) SYNFIRE_BUG("HDF5 wrote nothing");
    std::string image(static_cast<std::size_t>(size), '\0');
    if (H5Fget_file_image(file_, image.data(), image.size()) != size)
        SYNFIRE_BUG("HDF5 wrote something else");
    return image;
}

}  // namespace synfire::hdf5
