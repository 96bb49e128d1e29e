// Damaged files end in an error or a valid network, never in a crash.
#include <random>

#include <gtest/gtest.h>

#include "tests/unit/netx/read_data.hpp"

namespace synfire {
namespace {

TEST(Damage, EveryPrefix) {
    const std::string whole = data_bytes("recurrent.net");
    for (std::size_t size = 0; size < whole.size(); size += size < 200 ? 1 : 97) {
        const Outcome o = read_bytes(whole.substr(0, size));
        EXPECT_FALSE(o.network) << size;
        EXPECT_TRUE(o.report.has_errors()) << size;
    }
}

TEST(Damage, FlippedBits) {
    std::mt19937 random(11);
    for (const char* name : {"recurrent.net", "images.net", "delays.net"}) {
        const std::string whole = data_bytes(name);
        for (int k = 0; k < 100; ++k) {
            std::string bytes = whole;
            for (int flips = 0; flips <= k % 3; ++flips)
                bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
            const Outcome o = read_bytes(bytes);
            EXPECT_TRUE(o.network || o.report.has_errors());
            to_json_text(o.report.diagnostics);
        }
    }
}

}  // namespace
}  // namespace synfire
