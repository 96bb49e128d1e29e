// Reads protobuf tensors; included by parse.cpp alone, so that protobuf stays there.
#pragma once

#include <onnx/onnx_pb.h>

#include "compiler/frontend/onnx/tensor.hpp"

namespace synfire::onnx {

// The values as float64. Throws OperatorError: external data, a type without a rule, sizes that disagree,
// values that are not finite.
Tensor read_tensor(const ::onnx::TensorProto& proto);

}  // namespace synfire::onnx
