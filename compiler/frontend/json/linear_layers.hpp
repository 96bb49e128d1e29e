// Layers between populations: what each adds to a Flow.
#pragma once

#include "compiler/frontend/json/flow.hpp"
#include "compiler/frontend/json/layers.hpp"
#include "compiler/frontend/json/parse.hpp"
#include "compiler/frontend/json/tensor.hpp"
#include "compiler/support/report.hpp"

namespace synfire::json {

struct LayerReader {
    const Value& layer;  // fits the schema
    const LayerNode& node;
    TensorSource& source;
    Report& report;
};

// Whether type is one of these layers: dense, conv2d, pool2d, batchnorm, scale, flatten, identity.
bool is_linear_layer(const std::string& type);

// Notes say what was folded. Throws InputError: shapes or values that do not fit.
void apply_layer(const LayerReader& reader, Flow& flow);

}  // namespace synfire::json
