#include "tests/golden/init_case.hpp"

#include <bit>
#include <cmath>
#include <cstdio>
#include <openssl/evp.h>
#include <span>

#include "compiler/init/initialize.hpp"
#include "compiler/init/normal.hpp"
#include "compiler/init/table.hpp"
#include "emulator/reference.hpp"
#include "runtime/drawn_weight.hpp"
#include "tests/golden/json_values.hpp"

namespace synfire::golden {
namespace {

using Difference = std::optional<std::string>;

std::uint64_t hex(const json& text) {
    return std::stoull(text.get<std::string>(), nullptr, 16);
}

double hex_double(const json& text) {
    return std::strtod(text.get<std::string>().c_str(), nullptr);
}

std::string sha256(std::span<const std::uint8_t> bytes) {
    std::uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
    std::string text;
    for (unsigned k = 0; k < size; ++k) {
        char two[3];
        std::snprintf(two, sizeof two, "%02x", digest[k]);
        text += two;
    }
    return text;
}

Difference unlike(const std::string& what, const std::string& actual, const std::string& expected) {
    if (actual == expected) return std::nullopt;
    return what + " is " + actual + ", expected " + expected;
}

std::string text(double x) {
    char out[40];
    std::snprintf(out, sizeof out, "%a", x);
    return out;
}

rt::RandomBlock block_of(const std::string& words) {
    rt::RandomBlock block{};
    std::size_t at = 0;
    for (std::uint32_t& word : block.word) {
        word = static_cast<std::uint32_t>(std::stoul(words.substr(at, 8), nullptr, 16));
        at += 9;
    }
    return block;
}

Difference philox_difference(const json& row) {
    const auto key = row.at("key").get<std::string>();
    const rt::RandomBlock out = rt::philox(
        block_of(row.at("ctr")), static_cast<std::uint32_t>(std::stoul(key.substr(0, 8), nullptr, 16)),
        static_cast<std::uint32_t>(std::stoul(key.substr(9, 8), nullptr, 16)));
    char words[40];
    std::snprintf(words, sizeof words, "%08x %08x %08x %08x", out.word[0], out.word[1], out.word[2],
                  out.word[3]);
    return unlike("philox of counter " + row.at("ctr").get<std::string>(), words, row.at("out"));
}

Difference words_difference(const json& row) {
    for (std::size_t k = 0; k < row.at("words").size(); ++k) {
        char word[20];
        std::snprintf(
            word, sizeof word, "%016llx",
            static_cast<unsigned long long>(rt::random_bits(hex(row.at("seed")), hex(row.at("stream")), k)));
        if (auto difference = unlike("value " + std::to_string(k), word, row["words"][k])) return difference;
    }
    return std::nullopt;
}

Difference normals_difference(const json& row) {
    constexpr std::size_t count = 1000000;
    std::vector<double> z(count);
    draw_normal(hex(row.at("seed")), hex(row.at("stream")), 0, z);
    for (std::size_t k = 0; k < row.at("first16_hex").size(); ++k)
        if (auto difference = unlike("normal number " + std::to_string(k), text(z.at(k)),
                                     text(hex_double(row["first16_hex"][k]))))
            return difference;
    std::vector<std::uint8_t> bytes;
    bytes.reserve(8 * count);
    for (double x : z)
        for (int byte = 0; byte < 8; ++byte)
            bytes.push_back(static_cast<std::uint8_t>(std::bit_cast<std::uint64_t>(x) >> (8 * byte)));
    return unlike("the hash of the first 10^6 normal numbers", sha256(bytes), row.at("sha256_1e6"));
}

Difference each(const json& rows, Difference (*difference_of)(const json&)) {
    for (const json& row : rows)
        if (auto difference = difference_of(row)) return difference;
    return std::nullopt;
}

Difference point_difference(const json& row) {
    const double z = inverse_normal(hex_double(row.at("u_hex")));
    return unlike("the normal number of u = " + row["u_hex"].get<std::string>(), text(z),
                  text(hex_double(row.at("z_hex"))));
}

// A stack of equal layers behind an encoder that fires where a normal number exceeds the threshold.
Network stack(std::size_t n, std::size_t layers, double theta) {
    Network network;
    network.inputs.push_back({"input", {n}, SignalKind::real});
    for (std::size_t l = 0; l <= layers; ++l) {
        Population p;
        p.name = "layer" + std::to_string(l);
        p.shape = {n};
        p.spiking = Spiking{{theta}, Compare::greater, NoReset{}};
        network.populations.push_back(p);
        Connection c{"to " + p.name,
                     {l == 0 ? Presynaptic::Kind::input : Presynaptic::Kind::population, l == 0 ? 0 : l - 1},
                     l,
                     0,
                     {}};
        if (l > 0) c.stages.emplace_back(Dense{n, n, {}, {}});
        network.connections.push_back(std::move(c));
    }
    network.outputs = {layers};
    return network;
}

InitOptions options_of(const json& net) {
    InitOptions options;
    options.seed = net.at("seed").get<std::uint64_t>();
    const auto kind = net.at("kind").get<std::string>();
    if (kind == "float64 normal") return options;
    IntegerOptions integers;
    if (std::sscanf(kind.c_str(), "direct integer M=%d delta=%lf", &integers.largest, &integers.step) != 2 ||
        integers.largest < 1 || integers.largest > 127 || !(integers.step > 0))
        throw std::runtime_error("kind '" + kind + "' is not known");
    options.integers = integers;
    return options;
}

std::string hash_of_spikes(std::span<const std::uint8_t> s) {
    std::vector<std::uint8_t> packed((s.size() + 7) / 8, 0);
    for (std::size_t j = 0; j < s.size(); ++j)
        packed[j / 8] = static_cast<std::uint8_t>(packed[j / 8] | (s[j] != 0 ? 1 << (j % 8) : 0));
    return sha256(packed).substr(0, 16);
}

double variance_of(const std::vector<double>& u, double unit) {
    double mean = 0, squares = 0;
    for (double x : u) mean += x / unit / static_cast<double>(u.size());
    for (double x : u) squares += (x / unit - mean) * (x / unit - mean);
    return squares / static_cast<double>(u.size());
}

bool near(double a, double b) {
    return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b));
}

// The integers of one layer: hash, sum of squares, threshold, table.
Difference integers_difference(const Dense& dense, double theta, const json& row) {
    const DrawnWeights& drawn = dense.drawn.value();
    std::vector<std::uint8_t> bytes;
    std::int64_t squares = 0;
    for (double w : dense.weight) {
        const auto q = static_cast<std::int64_t>(std::lround(w / drawn.unit));
        bytes.push_back(static_cast<std::uint8_t>(q));
        squares += q * q;
    }
    if (row.contains("cdf_table_u32"))
        if (auto d = unlike("the table", json(drawn.table).dump(), row["cdf_table_u32"].dump())) return d;
    if (auto d = unlike("the hash of the weights", sha256(bytes).substr(0, 16), row.at("sha_weights")))
        return d;
    if (auto d = unlike("the sum of squares", std::to_string(squares), row.at("sum_q2").dump())) return d;
    const double threshold = theta / drawn.unit;
    if (auto d = unlike("the integer threshold", std::to_string(std::lround(std::floor(threshold))),
                        row.at("T").dump()))
        return d;
    if (!near(threshold, row.at("thr").get<double>()))
        return "the threshold is " + std::to_string(threshold) + ", expected " + row["thr"].dump();
    return std::nullopt;
}

Difference network_difference(const json& net) {
    const std::size_t n = count(net.at("n"), "n", max_neurons),
                      layers = count(net.at("layers"), "layers", 1000);
    const double theta = net.at("theta").get<double>();
    if (n == 0 || n * n > max_weights || n * n * layers > 16 * max_weights)
        throw std::runtime_error("n is not usable");
    const InitOptions options = options_of(net);
    Report report;
    const Network network = initialize(stack(n, layers, theta), options, report);
    Signal input{1, n, std::vector<double>(n)};
    draw_normal(options.seed, 0, 0, input.values);
    const FloatTrace trace = simulate(network, {input});
    for (const json& row : net.at("rows")) {
        const std::size_t layer = count(row.at("layer"), "layer", layers);
        const auto& record = trace.populations[layer];
        const std::string where = "n " + std::to_string(n) + ", seed " + std::to_string(options.seed) +
                                  ", layer " + std::to_string(layer) + ": ";
        const auto* dense = layer > 0 ? &std::get<Dense>(network.connections[layer].stages[0]) : nullptr;
        const double unit = dense != nullptr && dense->drawn ? dense->drawn->unit : 1;
        if (dense != nullptr && options.integers)
            if (auto d = integers_difference(*dense, theta, row)) return where + *d;
        if (auto d = unlike("the hash of the spikes", hash_of_spikes(record.s), row.at("sha_spikes")))
            return where + *d;
        const auto spikes = std::count(record.s.begin(), record.s.end(), 1);
        if (auto d = unlike("the number of spikes", std::to_string(spikes), row.at("spikes").dump()))
            return where + *d;
        const double variance = variance_of(record.compared, unit);
        if (!near(variance, row.at("var").get<double>()))
            return where + "Var[u] is " + std::to_string(variance) + ", expected " + row["var"].dump();
    }
    return std::nullopt;
}

}  // namespace

bool is_init_case(const json& file) {
    if (!file.is_object()) return false;
    if (file.contains("format")) return file["format"] == "init-golden-1";
    if (file.contains("philox4x32_10_kat")) return true;
    return file.contains("rows") && file["rows"].is_array() && !file["rows"].empty() &&
           file["rows"][0].contains("u_hex");
}

std::optional<std::string> init_difference(const json& file) {
    if (file.contains("nets")) return each(file["nets"], network_difference);
    if (file.contains("rows")) return each(file["rows"], point_difference);
    if (auto d = each(file.at("philox4x32_10_kat"), philox_difference)) return d;
    if (auto d = each(file.at("u64_words"), words_difference)) return d;
    return each(file.at("normals"), normals_difference);
}

}  // namespace synfire::golden
