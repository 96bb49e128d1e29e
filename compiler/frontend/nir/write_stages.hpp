// The stages of a connection as NIR nodes.
#pragma once

#include <string>
#include <vector>

#include "compiler/frontend/nir/writer.hpp"
#include "compiler/network/stage.hpp"

namespace synfire::nir {

// The end of a chain of nodes: its last node and the shape that leaves it.
struct Flow {
    std::string node;
    Shape shape;
};

// Appends a stage. name: of the connection. A stage that NIR has no node for becomes a Linear or Affine node
// with its matrix; a maximum has none, and a large matrix is refused: errors go to the graph's report.
Flow write_stage(const Stage& stage, Flow flow, const std::string& name, WrittenGraph& graph);

// Appends a Flatten where the shape wanted has one axis and another arrives. False where that does not help.
bool reshape(Flow& flow, const Shape& wanted, const std::string& name, WrittenGraph& graph);

// True where the stage takes an image and NIR has a node for it.
bool wants_image(const Stage& stage);
// True where one axis leaves the stage, whatever enters.
bool leaves_vector(const Stage& stage);

// Adds an offset, one value per output, to what leaves the last stage. False where that stage has no bias for
// it.
bool add_offset(std::vector<Stage>& stages, const std::vector<double>& offset);

}  // namespace synfire::nir
