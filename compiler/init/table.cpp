#include "compiler/init/table.hpp"

#include "compiler/init/normal.hpp"

namespace synfire {
namespace {

// floor(2^32 Phi(x) + 1/2): the largest t with (t - 1/2) / 2^32 <= Phi(x), found through the inverse of Phi,
// because erfc of two C libraries differs in the last bit.
std::uint64_t cumulative(double x) {
    std::uint64_t low = 0, high = (std::uint64_t{1} << 32) + 1;  // t lies in [low, high)
    while (high - low > 1) {
        const std::uint64_t t = low + (high - low) / 2;
        const bool reached = inverse_normal((static_cast<double>(t) - 0.5) * 0x1p-32) <= x;
        (reached ? low : high) = t;
    }
    return low;
}

}  // namespace

std::vector<std::uint32_t> normal_table(double step, int largest) {
    // An integer that no 32 bits stand for has no entry: 2^32 would not fit into one.
    while (largest > 1 && cumulative((largest - 0.5) * step) >> 32 != 0) --largest;
    std::vector<std::uint32_t> table;
    for (int k = 0; k < 2 * largest; ++k)
        table.push_back(static_cast<std::uint32_t>(cumulative((k - largest + 0.5) * step)));
    return table;
}

std::vector<std::uint32_t> sign_table() {
    return {0x80000000, 0x80000000};
}

double mean_square(const std::vector<std::uint32_t>& table) {
    const auto largest = static_cast<int>(table.size() / 2);
    double sum = 0, below = 0;
    for (int q = -largest; q <= largest; ++q) {
        const auto k = static_cast<std::size_t>(q + largest);
        const double upto = k < table.size() ? static_cast<double>(table[k]) : 0x1p32;
        sum += q * q * (upto - below);
        below = upto;
    }
    return sum * 0x1p-32;
}

}  // namespace synfire
