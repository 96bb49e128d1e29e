// Numbers are made in blocks, each step a loop over arrays that the compiler turns into vector instructions;
// the few in the tails of the distribution are gathered and done together.
#include "compiler/init/normal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "runtime/philox.hpp"

// The same code twice, chosen when the program starts; contraction is off, so that both round alike.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define SYNFIRE_WITH_AVX2 [[gnu::target_clones("avx2", "default")]]
#else
#define SYNFIRE_WITH_AVX2
#endif

namespace synfire {
namespace {

constexpr std::size_t block = 256;  // numbers at a time
using Words = std::array<std::uint32_t, block>;
using Numbers = std::array<double, block>;

// Coefficients of AS 241, highest power first: numerator and denominator near the middle, in the tails, and
// far out.
using Polynomial = std::array<double, 8>;
constexpr Polynomial middle_above{2.5090809287301226727e3,  3.3430575583588128105e4, 6.7265770927008700853e4,
                                  4.5921953931549871457e4,  1.3731693765509461125e4, 1.9715909503065514427e3,
                                  1.3314166789178437745e+2, 3.3871328727963666080e0};
constexpr Polynomial middle_below{
    5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,  2.1213794301586595867e4,
    5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e+1, 1.0};
constexpr Polynomial tail_above{7.74545014278341407640e-4, 2.27238449892691845833e-2,
                                2.41780725177450611770e-1, 1.27045825245236838258e0,
                                3.64784832476320460504e0,  5.76949722146069140550e0,
                                4.63033784615654529590e0,  1.42343711074968357734e0};
constexpr Polynomial tail_below{1.05075007164441684324e-9, 5.47593808499534494600e-4,
                                1.51986665636164571966e-2, 1.48103976427480074590e-1,
                                6.89767334985100004550e-1, 1.67638483018380384940e0,
                                2.05319162663775882187e0,  1.0};
constexpr Polynomial far_above{2.01033439929228813265e-7, 2.71155556874348757815e-5,
                               1.24266094738807843860e-3, 2.65321895265761230930e-2,
                               2.96560571828504891230e-1, 1.78482653991729133580e0,
                               5.46378491116411436990e0,  6.65790464350110377720e0};
constexpr Polynomial far_below{2.04426310338993978564e-15, 1.42151175831644588870e-7,
                               1.84631831751005468180e-5,  7.86869131145613259100e-4,
                               1.48753612908506148525e-2,  1.36929880922735805310e-1,
                               5.99832206555887937690e-1,  1.0};

inline double value(const Polynomial& c, double x) {
    double sum = c[0];
    for (std::size_t k = 1; k < c.size(); ++k) sum = sum * x + c[k];
    return sum;
}

// ln x for normal numbers: x = 2^e m with m in [sqrt(1/2), sqrt 2), ln m = 2 atanh((m - 1) / (m + 1)).
inline double logarithm(double x) {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const double half = std::bit_cast<double>((bits & 0x000fffffffffffff) | 0x3fe0000000000000);
    // The exponent as a double, through the bits of 2^52 + e.
    const double exponent = std::bit_cast<double>(bits >> 52 | 0x4330000000000000) - (0x1p52 + 1022);
    const bool low = half < 0.70710678118654752440;
    const double m = low ? half * 2.0 : half;
    const double e = low ? exponent - 1.0 : exponent;
    const double s = (m - 1.0) / (m + 1.0), z = s * s;
    double sum = 1.0 / 23.0;
    for (int k = 21; k >= 3; k -= 2) sum = sum * z + 1.0 / k;
    sum = sum * z + 1.0;
    constexpr double ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;
    return e * ln2_high + (2.0 * s * sum + e * ln2_low);
}

constexpr double middle = 0.425;  // |p - 1/2| up to which one rational function serves
constexpr double far_out = 5.0;   // sqrt(-ln p) from which the last one does

inline double middle_value(double p) {
    const double q = p - 0.5;
    const double r = 0.180625 - q * q;
    return q * value(middle_above, r) / value(middle_below, r);
}

// sqrt(-ln of the smaller of p and 1 - p).
inline double distance(double p) {
    return std::sqrt(-logarithm(p < 0.5 ? p : 1.0 - p));
}

inline double tail_value(double distance) {
    const double x = distance - 1.6;
    return value(tail_above, x) / value(tail_below, x);
}

inline double far_value(double distance) {
    const double x = distance - 5.0;
    return value(far_above, x) / value(far_below, x);
}

// The upper 53 of 64 bits as a whole number: both halves are exact, and so is their sum.
inline double whole(std::uint64_t bits) {
    const std::uint64_t x = bits >> 11;
    const double high = std::bit_cast<double>(x >> 32 | 0x4530000000000000) - (0x1p84 + 0x1p52);
    return high + std::bit_cast<double>((x & 0xffffffff) | 0x4330000000000000);
}

inline double uniform(std::uint64_t bits) {
    return (whole(bits) + 0.5) * 0x1p-53;
}

// The four words of philox at counters (low, high, stream).
SYNFIRE_WITH_AVX2
void random_words(std::uint64_t seed, std::uint64_t stream, Words& a, Words& b, Words& c, Words& d) {
    c.fill(static_cast<std::uint32_t>(stream));
    d.fill(static_cast<std::uint32_t>(stream >> 32));
    auto key0 = static_cast<std::uint32_t>(seed), key1 = static_cast<std::uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
        for (std::size_t i = 0; i < block; ++i) {
            const std::uint64_t x = std::uint64_t{0xd2511f53} * a[i];
            const std::uint64_t y = std::uint64_t{0xcd9e8d57} * c[i];
            a[i] = static_cast<std::uint32_t>(y >> 32) ^ b[i] ^ key0;
            b[i] = static_cast<std::uint32_t>(y);
            c[i] = static_cast<std::uint32_t>(x >> 32) ^ d[i] ^ key1;
            d[i] = static_cast<std::uint32_t>(x);
        }
        key0 += 0x9e3779b9U;
        key1 += 0xbb67ae85U;
    }
}

SYNFIRE_WITH_AVX2
void to_uniform(const Words& low, const Words& high, Numbers& out) {
    for (std::size_t i = 0; i < block; ++i) out[i] = uniform(low[i] | std::uint64_t{high[i]} << 32);
}

SYNFIRE_WITH_AVX2
void all_as_middle(const Numbers& p, Numbers& out) {
    for (std::size_t i = 0; i < block; ++i) out[i] = middle_value(p[i]);
}

SYNFIRE_WITH_AVX2
void all_as_tail(const Numbers& p, std::size_t count, Numbers& distances, Numbers& out) {
    for (std::size_t i = 0; i < count; ++i) {
        distances[i] = distance(p[i]);
        out[i] = tail_value(distances[i]);
    }
}

void to_normal(const Numbers& p, Numbers& out) {
    all_as_middle(p, out);
    Numbers tail, distances, values;
    std::array<std::size_t, block> place;
    std::size_t count = 0;
    for (std::size_t i = 0; i < block; ++i) {
        tail[count] = p[i];
        place[count] = i;
        count += std::abs(p[i] - 0.5) > middle ? 1 : 0;
    }
    all_as_tail(tail, count, distances, values);
    for (std::size_t k = 0; k < count; ++k) {
        const double z = distances[k] <= far_out ? values[k] : far_value(distances[k]);
        out[place[k]] = tail[k] < 0.5 ? -z : z;
    }
}

// Both values of the blocks first / 2, first / 2 + 1, ...; values 2 i and 2 i + 1 of the result are even[i]
// and odd[i].
void uniform_pairs(std::uint64_t seed, std::uint64_t stream, std::uint64_t first_block, Numbers& even,
                   Numbers& odd) {
    Words a, b, c, d;
    for (std::size_t i = 0; i < block; ++i) {
        a[i] = static_cast<std::uint32_t>(first_block + i);
        b[i] = static_cast<std::uint32_t>((first_block + i) >> 32);
    }
    random_words(seed, stream, a, b, c, d);
    to_uniform(a, b, even);
    to_uniform(c, d, odd);
}

void uniform_at(std::uint64_t seed, std::uint64_t stream, std::span<const std::uint64_t> index,
                Numbers& out) {
    Words a{}, b{}, c, d;
    for (std::size_t i = 0; i < index.size(); ++i) {
        a[i] = static_cast<std::uint32_t>(index[i] / 2);
        b[i] = static_cast<std::uint32_t>(index[i] / 2 >> 32);
    }
    random_words(seed, stream, a, b, c, d);
    for (std::size_t i = 0; i < index.size(); ++i) {
        if (index[i] % 2 == 0) continue;
        a[i] = c[i];
        b[i] = d[i];
    }
    to_uniform(a, b, out);
}

using Transform = void (*)(const Numbers& p, Numbers& out);

void keep(const Numbers& p, Numbers& out) {
    out = p;
}

void fill(std::uint64_t seed, std::uint64_t stream, std::uint64_t first, std::span<double> out,
          Transform transform) {
    Numbers pairs[2], values[2];
    for (std::size_t done = 0; done < out.size();) {
        const std::uint64_t from = first + done;
        uniform_pairs(seed, stream, from / 2, pairs[0], pairs[1]);
        transform(pairs[0], values[0]);
        transform(pairs[1], values[1]);
        const std::size_t skipped = from % 2;
        const std::size_t count = std::min(out.size() - done, 2 * block - skipped);
        for (std::size_t k = 0; k < count; ++k) out[done + k] = values[(skipped + k) % 2][(skipped + k) / 2];
        done += count;
    }
}

void gather(std::uint64_t seed, std::uint64_t stream, std::span<const std::uint64_t> index,
            std::span<double> out, Transform transform) {
    Numbers p, values;
    for (std::size_t done = 0; done < out.size(); done += block) {
        const std::size_t count = std::min(out.size() - done, block);
        uniform_at(seed, stream, index.subspan(done, count), p);
        transform(p, values);
        std::copy_n(values.begin(), count, out.begin() + static_cast<std::ptrdiff_t>(done));
    }
}

}  // namespace

double inverse_normal(double p) {
    if (std::abs(p - 0.5) <= middle) return middle_value(p);
    const double t = distance(p);
    const double z = t <= far_out ? tail_value(t) : far_value(t);
    return p < 0.5 ? -z : z;
}

double natural_logarithm(double x) {
    return logarithm(x);
}

double uniform_of(std::uint64_t bits) {
    return uniform(bits);
}

void draw_normal(std::uint64_t seed, std::uint64_t stream, std::uint64_t first, std::span<double> out) {
    fill(seed, stream, first, out, to_normal);
}

void draw_uniform(std::uint64_t seed, std::uint64_t stream, std::uint64_t first, std::span<double> out) {
    fill(seed, stream, first, out, keep);
}

void draw_normal(std::uint64_t seed, std::uint64_t stream, std::span<const std::uint64_t> index,
                 std::span<double> out) {
    gather(seed, stream, index, out, to_normal);
}

void draw_uniform(std::uint64_t seed, std::uint64_t stream, std::span<const std::uint64_t> index,
                  std::span<double> out) {
    gather(seed, stream, index, out, keep);
}

}  // namespace synfire
