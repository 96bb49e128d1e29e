// The words that network.json uses for enumerated values; one list for writing and reading.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "compiler/quantize/int_network.hpp"

namespace synfire::compiled {

template <class Value, std::size_t n>
using Words = std::array<std::pair<Value, std::string_view>, n>;

inline constexpr Words<SignalKind, 3> signal_kinds{
    {{SignalKind::spikes, "spikes"}, {SignalKind::counts, "counts"}, {SignalKind::real, "real"}}};
inline constexpr Words<Compare, 2> compares{
    {{Compare::greater, "greater"}, {Compare::greater_equal, "greater_equal"}}};
inline constexpr Words<Presynaptic::Kind, 2> source_kinds{
    {{Presynaptic::Kind::input, "input"}, {Presynaptic::Kind::population, "population"}}};
inline constexpr Words<rt::Overflow, 4> overflows{{{rt::Overflow::wrap, "wrap"},
                                                   {rt::Overflow::wrap_once, "wrap_once"},
                                                   {rt::Overflow::clamp, "clamp"},
                                                   {rt::Overflow::saturate, "saturate"}}};
inline constexpr Words<rt::Reset, 6> resets{{{rt::Reset::none, "none"},
                                             {rt::Reset::to_value, "to_value"},
                                             {rt::Reset::subtract_at_once, "subtract_at_once"},
                                             {rt::Reset::subtract_next_step, "subtract_next_step"},
                                             {rt::Reset::subtract_no_delay, "subtract_no_delay"},
                                             {rt::Reset::to_zero_no_delay, "to_zero_no_delay"}}};

inline constexpr Words<Pool::Kind, 3> pool_kinds{
    {{Pool::Kind::sum, "sum"}, {Pool::Kind::average, "average"}, {Pool::Kind::maximum, "maximum"}}};

inline constexpr std::string_view format_name = "synfire-compiled";
// Version 3 lets a seed stand for weights, version 4 names the convolutions among the integers; older files
// hold nothing else that is different.
inline constexpr int format_version = 4;
inline constexpr int oldest_version = 2;

}  // namespace synfire::compiled
