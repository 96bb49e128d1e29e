// Damaged files end in an error with a hint, never in a crash; what still reads must still be a checked
// network.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/onnx/onnx_files.hpp"

namespace synfire::onnx {
namespace {

void expect_clean(const std::string& bytes, const std::string& what) {
    const std::string text = errors_of(bytes);
    if (!text.empty()) {
        EXPECT_NE(text.find("error: "), std::string::npos) << what << text;
    }
}

TEST(Damaged, empty_and_garbage) {
    for (const std::string& bytes : {std::string(), std::string("ONNX"), std::string(1000, '\xff'),
                                     std::string(1000, '\0'), std::string("{\"format\": \"snn\"}")})
        EXPECT_NE(errors_of(bytes).find("hint: "), std::string::npos);
}

TEST(Damaged, every_prefix) {
    const std::string whole = data("o09_sj_if_soft.onnx");
    for (std::size_t size = 0; size < whole.size(); size += 5)
        expect_clean(whole.substr(0, size), "prefix of " + std::to_string(size) + " bytes: ");
}

TEST(Damaged, flipped_bytes) {
    for (const char* file :
         {"o09_sj_if_soft.onnx", "variants/synaptic_zero.onnx", "variants/qdq_per_row.onnx",
          "variants/org_value.onnx", "layers/conv2d.onnx", "layers/average_pool_ceil.onnx",
          "layers/pad_conv.onnx", "layers/split.onnx", "layers/dynamo.onnx", "layers/counting_limited.onnx",
          "layers/qonnx.onnx", "rolled/scan_if.onnx", "rolled/loop_of_1.onnx", "rolled/copies_of_2.onnx",
          "conventional/bounded.onnx"}) {
        const std::string whole = data(file);
        const std::size_t step = std::max<std::size_t>(3, whole.size() / 150);  // fuzz_onnx tries more
        for (std::size_t i = 0; i < whole.size(); i += step) {
            std::string damaged = whole;
            damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i / step % 8)));
            expect_clean(damaged, std::string(file) + ", byte " + std::to_string(i) + " flipped: ");
        }
    }
}

}  // namespace
}  // namespace synfire::onnx
