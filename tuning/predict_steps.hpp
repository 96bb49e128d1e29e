// Several steps of a network's activity before its weights are drawn: the Gaussian process of
// gaussian_process.hpp for whole networks of dense layers. Only the weights that hear an input are drawn.
#pragma once

#include <optional>
#include <vector>

#include "compiler/init/initialize.hpp"
#include "compiler/network/network.hpp"
#include "emulator/trace.hpp"
#include "tuning/gaussian_process.hpp"

namespace synfire {

// One draw; by population. Nothing where a connection is not one stage of dense weights to be drawn, or where
// later populations drive earlier ones.
std::optional<std::vector<ProcessActivity>> predict_steps(const Network& network,
                                                          const std::vector<PlannedPopulation>& planned,
                                                          const std::vector<Signal>& inputs,
                                                          std::uint64_t seed);

}  // namespace synfire
