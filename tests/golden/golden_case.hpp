// A golden vector: a network of integers, what goes in, and the s, u and v that another simulator recorded at
// every step. Read from the JSON formats lava-golden-1 (Lava's fixed-point processes) and loihi-golden-1
// (brian2_loihi); tests/golden/README.md describes both.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "compiler/quantize/int_network.hpp"
#include "emulator/emulate.hpp"

namespace synfire::golden {

struct GoldenCase {
    IntNetwork network;
    std::vector<Signal> inputs;
    IntTrace expected;
    // Non-empty: public sources disagree about what this vector tests, so a difference is shown, not counted.
    std::string ambiguous;
};

// The vector uses something that the runtime does not have; not a failure.
struct Unsupported : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// All throw Unsupported, or another std::exception where the file is damaged.
GoldenCase parse_case(const std::string& text);
GoldenCase lava_case(const nlohmann::json& file);
GoldenCase loihi_case(const nlohmann::json& file);

// The first difference between the runtime and the vector, for the person at the keyboard.
std::optional<std::string> first_difference(const GoldenCase& vector);

}  // namespace synfire::golden
