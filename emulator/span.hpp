// Intervals of real numbers, rounded outward, that enclose what the integer arithmetic does with whole
// numbers from within them.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/arithmetic.hpp"

namespace synfire {

struct Span {
    double low = 0;
    double high = 0;
};

inline double down(double x) {
    return std::nextafter(x, -std::numeric_limits<double>::infinity());
}

inline double up(double x) {
    return std::nextafter(x, std::numeric_limits<double>::infinity());
}

inline Span point(double x) {
    return {x, x};
}

inline Span hull(Span a, Span b) {
    return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

// x + y rounded down or up; exact sums stay as they are (the error of a sum by Knuth's two-sum).
inline double sum_error(double x, double y, double s) {
    const double part = s - x;
    return (x - (s - part)) + (y - part);
}

inline double sum_down(double x, double y) {
    const double s = x + y;
    return sum_error(x, y, s) < 0 ? down(s) : s;
}

inline double sum_up(double x, double y) {
    return -sum_down(-x, -y);
}

inline Span sum(Span x, Span y) {
    return {sum_down(x.low, y.low), sum_up(x.high, y.high)};
}

// What rt::decay_toward_zero leaves of a whole number within x: the kept part, less a loss towards zero of
// at most 1 - 2^-fraction_bits.
inline Span decayed(Span x, std::int32_t d, int fraction_bits) {
    const double whole = std::ldexp(1.0, fraction_bits);
    if (d == 0) return x;
    if (d == whole) return point(0);
    const double kept = (whole - d) / whole, loss = 1 - 1 / whole;
    const auto toward_low = [&](double y) {  // the least that y may become
        return y == 0 ? 0.0 : y > 0 ? std::max(0.0, sum_down(down(kept * y), -loss)) : down(kept * y);
    };
    return {toward_low(x.low), -toward_low(-x.high)};
}

// What a register holds.
inline Span limits_of(rt::Register r) {
    const double half = std::ldexp(1.0, r.bits - 1);
    switch (r.overflow) {
        case rt::Overflow::wrap:
        case rt::Overflow::saturate:
            return {-half, half - 1};
        case rt::Overflow::wrap_once:
            return {-half + 1, half};
        case rt::Overflow::clamp:
            break;
    }
    return {-half + 1, half - 1};
}

// What a register holds once a whole number within x was written to it.
inline Span stored(Span x, rt::Register r) {
    const Span limit = limits_of(r);
    if (x.low >= limit.low && x.high <= limit.high) return x;
    if (r.overflow == rt::Overflow::wrap) return limit;
    if (r.overflow == rt::Overflow::wrap_once) return {-0x1p31, 0x1p31};  // one turn may not be enough
    return {std::clamp(x.low, limit.low, limit.high), std::clamp(x.high, limit.low, limit.high)};
}

}  // namespace synfire
