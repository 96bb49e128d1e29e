// Damaged files end in an error or a valid network, never in a crash.
#include <random>

#include <gtest/gtest.h>

#include "tests/unit/nir/read_data.hpp"

namespace synfire {
namespace {

void expect_an_answer(const std::string& bytes) {
    const Outcome o = read_source({"model.nir", bytes}, {});
    EXPECT_TRUE(o.network || o.report.has_errors());
    to_json_text(o.report.diagnostics);
}

TEST(Damage, EveryPrefix) {
    const std::string whole = data_bytes("recurrent_cuba.nir");
    for (std::size_t size = 0; size < whole.size(); size += size < 200 ? 1 : 41) {
        const Outcome o = read_source({"model.nir", whole.substr(0, size)}, {});
        EXPECT_FALSE(o.network) << size;
        EXPECT_TRUE(o.report.has_errors()) << size;
    }
}

TEST(Damage, FlippedBits) {
    std::mt19937 random(11);
    for (const char* name : {"recurrent_cuba.nir", "folds.nir"}) {
        const std::string whole = data_bytes(name);
        for (int k = 0; k < 400; ++k) {
            std::string bytes = whole;
            for (int flips = 0; flips <= k % 3; ++flips)
                bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
            expect_an_answer(bytes);
        }
    }
}

}  // namespace
}  // namespace synfire
