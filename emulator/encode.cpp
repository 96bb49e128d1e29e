#include "emulator/encode.hpp"

#include <cmath>

#include "runtime/philox.hpp"

namespace synfire {
namespace {

void add_rate(const std::vector<double>& x, std::size_t sample, std::size_t step, std::uint64_t seed,
              double* row) {
    const auto low = static_cast<std::uint32_t>(sample);
    const auto high = static_cast<std::uint32_t>(std::uint64_t{sample} >> 32);
    rt::RandomBlock block{};
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (i % 4 == 0)
            block =
                rt::philox({{static_cast<std::uint32_t>(i / 4), static_cast<std::uint32_t>(step), low, high}},
                           static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
        row[i] = block.word[i % 4] < x[i] * 0x1p32 ? 1 : 0;
    }
}

}  // namespace

Signal encode(const std::vector<double>& x, std::size_t sample, Encoding encoding, std::size_t steps,
              std::uint64_t seed) {
    Signal signal{steps, x.size(), std::vector<double>(steps * x.size(), 0.0)};
    for (std::size_t t = 0; t < steps && encoding == Encoding::rate; ++t)
        add_rate(x, sample, t, seed, signal.values.data() + t * x.size());
    for (std::size_t i = 0; i < x.size() && encoding == Encoding::latency; ++i) {
        if (x[i] == 0) continue;
        const double step = std::floor((1 - x[i]) * static_cast<double>(steps - 1) + 0.5);
        signal.values[static_cast<std::size_t>(step) * x.size() + i] = 1;
    }
    for (std::size_t k = 0; k < signal.values.size() && encoding == Encoding::direct; ++k)
        signal.values[k] = x[k % x.size()];
    return signal;
}

}  // namespace synfire
