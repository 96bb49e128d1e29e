// A .safetensors file that is filled array by array: float64, little endian.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "compiler/support/shape.hpp"

namespace synfire::json {

class ArrayFile {
  public:
    // key: not used before.
    void add(const std::string& key, const Shape& shape, const std::vector<double>& values);

    // Empty where nothing was added.
    std::string bytes() const;

  private:
    nlohmann::ordered_json header_ = nlohmann::ordered_json::object();
    std::string data_;
};

}  // namespace synfire::json
