#include "targets/loihi/hdf5_image.hpp"

#include <hdf5.h>

#include "compiler/support/report.hpp"

namespace synfire::loihi {
namespace {

static_assert(sizeof(hid_t) == sizeof(std::int64_t));

// Memory is the only thing that can fail here.
hid_t good(hid_t id) {
    if (id < 0) SYNFIRE_BUG("HDF5 refused a call");
    return id;
}

struct Handle {
    hid_t id;
    herr_t (*close)(hid_t);

    Handle(hid_t opened, herr_t (*closer)(hid_t)) : id(good(opened)), close(closer) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { close(id); }
};

void write(hid_t file, const std::string& path, hid_t space, hid_t file_type, hid_t memory_type,
           const void* data) {
    const Handle links{H5Pcreate(H5P_LINK_CREATE), H5Pclose};
    good(H5Pset_create_intermediate_group(links.id, 1));
    const Handle creation{H5Pcreate(H5P_DATASET_CREATE), H5Pclose};
    good(H5Pset_obj_track_times(creation.id, false));
    const Handle set{H5Dcreate2(file, path.c_str(), file_type, space, links.id, creation.id, H5P_DEFAULT),
                     H5Dclose};
    good(H5Dwrite(set.id, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
}

}  // namespace

Hdf5Image::Hdf5Image() {
    const Handle access{H5Pcreate(H5P_FILE_ACCESS), H5Pclose};
    constexpr std::size_t growth = std::size_t{1} << 20;
    good(H5Pset_fapl_core(access.id, growth, false));
    // The name is needed and never used: nothing is written to disk.
    file_ = good(H5Fcreate("network.net", H5F_ACC_TRUNC, H5P_DEFAULT, access.id));
}

Hdf5Image::~Hdf5Image() {
    H5Fclose(file_);
}

void Hdf5Image::add(const std::string& path, const Shape& shape, const std::vector<std::int32_t>& values) {
    const std::vector<hsize_t> sizes(shape.begin(), shape.end());
    const Handle space{sizes.empty()
                           ? H5Screate(H5S_SCALAR)
                           : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr),
                       H5Sclose};
    if (static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.id)) != values.size())
        SYNFIRE_BUG("shape and values of " + path + " disagree");
    write(file_, path, space.id, H5T_STD_I32LE, H5T_NATIVE_INT32, values.data());
}

void Hdf5Image::add_text(const std::string& path, const std::string& text) {
    const Handle type{H5Tcopy(H5T_C_S1), H5Tclose};
    good(H5Tset_size(type.id, text.size()));
    good(H5Tset_strpad(type.id, H5T_STR_NULLPAD));
    const hsize_t one = 1;
    const Handle space{H5Screate_simple(1, &one, nullptr), H5Sclose};
    write(file_, path, space.id, type.id, type.id, text.data());
}

std::string Hdf5Image::bytes() {
    good(H5Fflush(file_, H5F_SCOPE_GLOBAL));
    const ssize_t size = H5Fget_file_image(file_, nullptr, 0);
    good(size);
    std::string image(static_cast<std::size_t>(size), '\0');
    good(H5Fget_file_image(file_, image.data(), image.size()));
    return image;
}

}  // namespace synfire::loihi
