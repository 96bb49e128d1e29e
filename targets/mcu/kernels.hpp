// Which layers kernels step, and in which order those want the weights.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "targets/mcu/lower.hpp"

namespace synfire::mcu {

struct KernelFamily {
    std::vector<std::string> cores;  // of --core
    std::string source;              // the file of an emitted directory that has the kernels
    rt::RowOrder order;
    bool long_product;  // the update multiplies to 64 bits and takes |v| < 2^(32 - F), else half of that
    std::size_t parameter_group;  // rt::LaneLayer::group
    bool nibbles;                 // adds rows of 4-bit weights
    bool byte_sums;               // adds rows of small weights in bytes
    bool resets;                  // subtracts where all neurons subtract the same at once
    std::string fused_source;     // the file that steps whole layers of 16-bit membranes, or none
};

const std::vector<KernelFamily>& kernel_families();

// All cores, for messages and options.
std::vector<std::string> cores();

// Null: the empty name, portable C++. Throws InputError for an unknown core.
const KernelFamily* find_family(const std::string& core);

// Sums and states of 32 bits that saturate.
bool plain_rules(const rt::Rules& rules);

// Whether a file of an emitted directory belongs to one family.
bool is_kernel(std::string_view path);

// Marks the populations and connections that kernels step and lays out their lists; where only the sums are
// portable, a kernel still updates the neurons. tables: lower(network).
void use_kernels(const IntNetwork& network, const KernelFamily& family, Tables& tables);

// Lets the populations with one source that lists their rows take the weights of its silent neurons off the
// sum of all where more than half of them spike. tables: after use_kernels.
void add_complements(Tables& tables);

}  // namespace synfire::mcu
