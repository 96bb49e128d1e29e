// What the quantizer refuses, with the way out, and what it tells about its choices.
#pragma once

#include "compiler/quantize/quantize.hpp"
#include "compiler/quantize/scale.hpp"

namespace synfire {

// Errors: real-valued inputs without a range; chains of layers too large to multiply, or not to be
// multiplied.
void refuse_inputs(const Network& network, Report& report);
// Errors: a bias that a synaptic filter would shape, in a profile that adds biases to v only; biases that
// differ within the window of a maximum pool.
void refuse_biases(const Network& network, const Connection& c, const Folded& folded, const Profile& profile,
                   Report& report);
// Errors: resets that the profile or the runtime cannot hold.
void refuse_reset(const Population& p, const Profile& profile, Report& report);
// Error: a threshold that became smaller than the profile's grid.
void check_thresholds(const IntPopulation& p, const Profile& profile, Report& report);

// Error: bits for the weights of a population that the network does not have.
void refuse_unknown_widths(const Network& network, const QuantizeOptions& options, Report& report);
// Warning: data asks for integers that no exponent keeps from overflowing.
void note_uncalibrated(const Population& p, Report& report);
// Note: scale and membrane shift. Warnings: weight bits given up, leak truncation above leak_loss. least: the
// exponent that the leak asks for.
void note_scale(const Fan& fan, const Profile& profile, const Choice& choice, int least, Report& report);
// Note: effective beta. Warnings: decays that the profile turns into 0 or 1.
void note_decays(const Population& p, const Profile& profile, Report& report);
// Warning: neurons whose weights are all rounded to 0.
void warn_lost_weights(const Matrix& matrix, const IntConnection& c, Report& report);

}  // namespace synfire
