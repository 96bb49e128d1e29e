// A network that is written as snn-json is read as the same network.
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "compiler/frontend/frontends.hpp"
#include "compiler/frontend/json/write_json.hpp"
#include "compiler/network/print.hpp"
#include "compiler/support/files.hpp"

namespace synfire {
namespace {

using testing::HasSubstr;

struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("synfire_write_json_" + std::to_string(::getpid()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
};

Network read_model(const std::filesystem::path& path) {
    Report report;
    return read(Source{path.string(), read_file(path.string())}, {}, report);
}

Network written_and_read(const Network& network, bool keep_seeds = false) {
    const Folder folder;
    Report report;
    const JsonFiles files = write_json(network, {"m.json", "m.safetensors", keep_seeds}, report);
    std::ofstream(folder.path / "m.json") << files.model;
    if (!files.arrays.empty()) std::ofstream(folder.path / "m.safetensors", std::ios::binary) << files.arrays;
    return read_model(folder.path / "m.json");
}

TEST(WriteJson, GivesTheModelsOfTheProjectBack) {
    const std::filesystem::path models = std::filesystem::path(SYNFIRE_SOURCE_DIR) / "models";
    for (const char* name : {"digits/digits.json", "json/blink.json"}) {
        const Network network = read_model(models / name);
        EXPECT_EQ(print(written_and_read(network)), print(network)) << name;
    }
}

Population spiking(const std::string& name, const Shape& shape) {
    Population p;
    p.name = name;
    p.shape = shape;
    p.spiking = Spiking{{1}, Compare::greater, SoftReset{{1}, true}};
    return p;
}

Network one_layer() {
    Network n;
    n.name = "m";
    n.inputs = {{"input", {3}}};
    n.populations = {spiking("a", {2})};
    n.connections = {{"w", {}, 0, 0, {Dense{2, 3, {1, 2, 3, 4, 5, 6.5}, {0.5, -1}}}}};
    n.outputs = {0};
    return n;
}

// Every field of a population that the format has, one after the other.
TEST(WriteJson, KeepsEveryFieldOfANeuron) {
    std::vector<Network> networks(9, one_layer());
    networks[0].populations[0].alpha = {0.25, 0.5};
    networks[1].populations[0].beta = {0.5, 0.75};
    networks[1].populations[0].bias = {0.5, -0.25};
    networks[2].populations[0].initial_v = {0.1, 0.2};
    networks[3].populations[0].v_min = {-2};
    networks[4].populations[0].spiking->refractory_steps = 3;
    networks[4].populations[0].spiking->reset = HardReset{{0.25, 0}};
    networks[5].populations[0].spiking->compare = Compare::greater_equal;
    networks[5].populations[0].spiking->max_spikes = 4;
    networks[5].populations[0].spiking->reset = SoftReset{{1}, false};
    networks[6].populations[0].spiking->reset = NoDelayReset{true, {0}};
    networks[7].populations[0].spiking.reset();
    networks[8].connections.push_back(
        {"a.recurrent", {Presynaptic::Kind::population, 0}, 0, 2, {Dense{2, 2, {1, 2, 3, 4}, {}}}});
    for (const Network& network : networks) EXPECT_EQ(print(written_and_read(network)), print(network));
}

TEST(WriteJson, KeepsImagesPoolsDelaysAndSkips) {
    Network n;
    n.name = "m";
    n.inputs = {{"input", {2, 6, 6}, SignalKind::counts}};
    n.populations = {spiking("conv", {4, 3, 3}), spiking("out", {5})};
    Convolution c;
    c.input = {2, 6, 6};
    c.filters = 4;
    c.groups = 2;
    c.window = {{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}};
    for (int k = 0; k < 36; ++k) c.weight.push_back(k - 17.5);
    const Pool pool{Pool::Kind::maximum, {4, 6, 6}, {{2, 2}, {2, 2}, {1, 1}, {0, 0}, {0, 0}}};
    n.connections = {
        {"c1", {}, 0, 1, {c, pool}},
        {"fc", {Presynaptic::Kind::population, 0}, 1, 0, {Dense{5, 36, std::vector<double>(180, 0.5), {}}}},
        {"skip", {}, 1, 3, {Dense{5, 72, std::vector<double>(360, 0.25), {}}}}};
    n.outputs = {1};
    EXPECT_EQ(print(written_and_read(n)), print(n));
}

TEST(WriteJson, WritesSeedsInsteadOfWeights) {
    Network n = one_layer();
    auto& dense = std::get<Dense>(n.connections[0].stages[0]);
    dense.drawn = DrawnWeights{7, 1, {0x40000000, 0xc0000000}, 0.125};
    dense.weight = draw(*dense.drawn, 6);
    Report report;
    const JsonFiles files = write_json(n, {"m.json", "m.safetensors", true}, report);
    EXPECT_THAT(files.model, HasSubstr("\"drawn\""));
    const Network again = written_and_read(n, true);
    const auto& read_back = std::get<Dense>(again.connections[0].stages[0]);
    EXPECT_EQ(read_back.weight, dense.weight);
    ASSERT_TRUE(read_back.drawn.has_value());
    EXPECT_EQ(read_back.drawn->table, dense.drawn->table);
}

TEST(WriteJson, RefusesWhatTheFormatCannotSay) {
    const auto refusal = [](const Network& network) {
        Report report;
        try {
            write_json(network, {"m.json", "m.safetensors", false}, report);
        } catch (const StageFailed&) {
            return to_text(report.diagnostics.at(0));
        }
        return std::string();
    };
    Network n = one_layer();
    n.populations[0].spiking->reset = SoftReset{{0.5}, true};
    EXPECT_EQ(
        refusal(n),
        "m.json: error: node 'a': subtracts something else than its threshold, which snn-json cannot say\n"
        "  hint: write the network as .nir\n");
    n = one_layer();
    n.connections.push_back({"shuffle", {}, 0, 0, {IndexMap{3, {2, 1}}}});
    EXPECT_THAT(refusal(n), HasSubstr("node 'shuffle': rearranges values"));
    n = one_layer();
    n.populations[0].beta = {1.0};
    n.populations[0].bias = {0.5};
    EXPECT_THAT(refusal(n), HasSubstr("has a bias and no leak"));
    n = one_layer();
    n.inputs.push_back({"more", {2}});
    EXPECT_THAT(refusal(n), HasSubstr("node 'more': is a second input"));
}

}  // namespace
}  // namespace synfire
