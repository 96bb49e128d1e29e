// Functions that a file defines for itself (as torch's dynamo exporter does), put in place of their calls.
#pragma once

#include <string>

namespace onnx {
class ModelProto;
}

namespace synfire::onnx {

// Leaves no call and no function. file: for messages. Throws InputError where functions call each other
// without end, or unfold to far more nodes than the file holds.
void inline_functions(::onnx::ModelProto& model, const std::string& file);

}  // namespace synfire::onnx
