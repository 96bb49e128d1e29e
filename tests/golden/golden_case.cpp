#include "tests/golden/golden_case.hpp"

#include "emulator/compare.hpp"

namespace synfire::golden {

GoldenCase parse_case(const std::string& text) {
    const nlohmann::json file = nlohmann::json::parse(text);
    if (!file.is_object()) throw Unsupported("not a golden vector: no JSON object");
    const std::string format = file.value("format", "");
    if (format == "lava-golden-1") return lava_case(file);
    if (format == "loihi-golden-1") return loihi_case(file);
    throw Unsupported(format.empty() ? "it names no format" : "format '" + format + "' is not run here");
}

std::optional<std::string> first_difference(const GoldenCase& vector) {
    const IntTrace actual = emulate(vector.network, vector.inputs);
    const auto mismatch = first_mismatch(0, vector.expected, actual);
    if (!mismatch) return std::nullopt;
    return "first difference: step " + std::to_string(mismatch->step) + ", " +
           vector.network.populations.at(mismatch->population).name + ", neuron " +
           std::to_string(mismatch->neuron) + ": " + mismatch->variable + " is " +
           std::to_string(mismatch->actual) + ", expected " + std::to_string(mismatch->expected);
}

}  // namespace synfire::golden
