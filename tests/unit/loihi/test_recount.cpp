// The count that shares no code with the packer: it accepts what is emitted for any network, and it finds
// every limit that a mapping breaks by one.
#include <functional>
#include <gmock/gmock.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "targets/loihi/loihi.hpp"
#include "targets/loihi/mapping.hpp"
#include "targets/loihi/recount.hpp"
#include "tests/unit/loihi/networks.hpp"

namespace synfire::loihi {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

struct Mapped {
    IntNetwork network;
    Placed placed;
    std::string text;
};

Mapped mapped(IntNetwork network, std::size_t chips = 1) {
    Report report;
    TargetOptions options;
    options.chips = chips;
    std::optional<Placed> placed = place_checked(network, options, report);
    for (const Diagnostic& d : report.diagnostics)
        if (d.severity == Severity::error) ADD_FAILURE() << network.name << ": " << to_text(d);
    std::string text = mapping_text(wiring(network, placed->schedule), placed->schedule, placed->placement);
    return {std::move(network), std::move(*placed), std::move(text)};
}

std::string faults(const Mapped& m, const std::string& text) {
    std::string all;
    for (const std::string& fault : recount(m.network, m.placed.schedule, text)) all += fault + "\n";
    return all;
}

TEST(Recount, AcceptsTheTestNetworks) {
    for (const Case& c : cases()) {
        const Mapped m = mapped(c.network);
        EXPECT_EQ(faults(m, m.text), "") << c.name;
    }
}

TEST(Recount, AcceptsRandomNetworks) {
    std::size_t cores = 0, sparse = 0, run_length = 0, dense = 0, shared = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const Mapped m = mapped(random_network(seed));
        EXPECT_EQ(faults(m, m.text), "") << seed;
        cores = std::max(cores, m.placed.placement.cores.size());
        sparse += m.text.find("\"sparse\"") != std::string::npos;
        run_length += m.text.find("\"run length\"") != std::string::npos;
        dense += m.text.find("\"dense\"") != std::string::npos;
        for (const Core& core : m.placed.placement.cores)
            shared += core.use.stored_synapses < core.use.synapses;
    }
    // The networks between them use everything.
    EXPECT_GT(cores, 5u);
    EXPECT_GT(std::min({sparse, run_length, dense, shared}), 10u);
}

TEST(Recount, AcceptsSeveralChips) {
    const Mapped m = mapped(chain("large", {3000, 3000, 1200}, 7), 2);
    EXPECT_EQ(m.placed.placement.chips, 2u);
    EXPECT_EQ(faults(m, m.text), "");
}

TEST(Recount, AcceptsThePublishedMnist) {
    const Mapped m = mapped(published_mnist());
    EXPECT_EQ(faults(m, m.text), "");
}

// lava-dl trains weights that only Lava holds; the chip's eight bits are counted for them.
TEST(Recount, AcceptsWeightsOfNineBits) {
    IntNetwork n = chain("trained", {4, 3}, 1);
    n.profile = "lava";
    n.rules = rt::lava_rules;
    n.connections[0].weight = {-129, 255, 1, 3, 0, 5, 7, 9, 11, 13, 15, 17};
    Report report;
    EXPECT_EQ(emit(n, {}, report).count("mapping.json"), 1u);
    EXPECT_THAT(to_json_text(report.diagnostics),
                HasSubstr("odd weights of both signs beyond 127 need nine bits"));
}

TEST(Mapping, IsTheSameTwice) {
    for (const std::uint64_t seed : {3u, 4u, 5u})
        EXPECT_EQ(mapped(random_network(seed)).text, mapped(random_network(seed)).text);
}

// A mapping in which one number was changed, and what must be found.
struct Broken {
    const char* name;
    std::function<void(Json&)> change;  // of the first core, or of the document
    const char* fault;
};

Json& core(Json& document) {
    return document["cores"][0];
}

std::vector<Broken> broken() {
    return {
        {"core number", [](Json& d) { core(d)["core"] = 128; }, "there is no such core: a chip has 128"},
        {"chip number", [](Json& d) { core(d)["chip"] = 1; }, "there is no such core"},
        {"compartments", [](Json& d) { core(d)["parts"][0]["compartment"] = 1024 + 1 - 10; },
         "1025 compartments, a core has 1024"},
        {"shared compartment", [](Json& d) { core(d)["parts"][1]["compartment"] = 9; },
         "two neurons share a compartment"},
        {"delay slots", [](Json& d) { core(d)["registers"]["delay_slots"] = 1024; },
         "compartments, a core has 8"},
        {"profiles",
         [](Json& d) {
             while (core(d)["profiles"].size() < 33) core(d)["profiles"].push_back({0, 0, 1, 0});
         },
         "33 compartment profiles, a core has 32"},
        {"thresholds",
         [](Json& d) {
             while (core(d)["thresholds"].size() < 9) core(d)["thresholds"].push_back(1);
         },
         "9 threshold profiles, a core has 8"},
        {"formats",
         [](Json& d) {
             while (core(d)["formats"].size() < 8) core(d)["formats"].push_back(core(d)["formats"][0]);
         },
         "8 synapse formats, a core has 7"},
        {"weight bits", [](Json& d) { core(d)["formats"][0]["weight_bits"] = 7; },
         "a synapse format has fields that its registers do not hold"},
        {"exponent", [](Json& d) { core(d)["formats"][0]["weight_exponent"] = 5; },
         "does not fit its synapse format"},
        {"index bits", [](Json& d) { core(d)["formats"][0]["index_bits"] = 11; },
         "fields that its registers"},
        {"base", [](Json& d) { core(d)["input_axons"][0][8] = 256; }, "a base is beyond cxBase, 0..255"},
        {"words", [](Json& d) { core(d)["input_axons"].back()[4] = 16384 - 1; },
         "synaptic words, a core has 16384"},
        {"list words", [](Json& d) { core(d)["input_axons"][0][6] = 257; },
         "257 words of one list, a core has 256"},
        {"list too short", [](Json& d) { core(d)["input_axons"][0][6] = 1; },
         "does not take the words it is given"},
        {"overlap", [](Json& d) { core(d)["input_axons"][0][5] = 1; }, "two lists overlap"},
        {"missing axon", [](Json& d) { core(d)["input_axons"].erase(0); },
         "synapses are stored, the network has"},
        {"axon twice", [](Json& d) { core(d)["input_axons"].push_back(core(d)["input_axons"][0]); },
         "a source has two axons to one core"},
        {"entry", [](Json& d) { core(d)["layouts"][0][0][3] = 61; }, "more than 60"},
        {"decay", [](Json& d) { core(d)["profiles"][0][1] = 411; }, "the profile of neuron 0"},
        {"flag", [](Json& d) { core(d)["registers"]["decay_u_offset"] = 0; }, "the profile of neuron 0"},
        {"threshold", [](Json& d) { core(d)["thresholds"][0] = 151; }, "the threshold of neuron 0"},
        {"bias", [](Json& d) { core(d)["parts"][0]["bias"][0][0] = 1; }, "the bias of neuron 0"},
        {"neuron missing", [](Json& d) { core(d)["parts"][1]["last"][0] = 7; }, "is not placed once"},
        {"output axon", [](Json& d) { d["inputs"][0]["output_axons"][0][4] = 1; },
         "the list of another source"},
        {"no output axon", [](Json& d) { d["inputs"][0]["output_axons"].erase(0); },
         "an input axon is not reached once"},
        {"no such axon", [](Json& d) { core(d)["output_axons"][0][5] = 5000; },
         "an output axon leads nowhere"},
        {"not JSON", [](Json& d) { d.erase("cores"); }, "cannot be read"},
    };
}

TEST(Recount, FindsEveryFault) {
    const Mapped m = mapped(chain("small", {12, 10, 8}, 3));
    EXPECT_EQ(faults(m, m.text), "");
    for (const Broken& b : broken()) {
        Json document = Json::parse(m.text);
        b.change(document);
        EXPECT_THAT(faults(m, document.dump()), HasSubstr(b.fault)) << b.name;
    }
}

TEST(Recount, CountsAxons) {
    Mapped m = mapped(chain("wide", {3891, 2}, 3));
    // One source too many for a core: 4,097 axons.
    m.network.inputs[0].shape = {4097};
    IntConnection& c = m.network.connections[0];
    c.inputs = 4097;
    c.weight.assign(2 * 4097, 2);
    Report report;
    const Schedule s = schedule(m.network, report).value();
    Wiring w = wiring(m.network, s);
    Scratch scratch;
    Placement p;
    p.chips = 1;
    p.cores.push_back({0, 0, {{0, whole(w.axes[0]), 0}}, {}});
    p.cores[0].use = use_of(w, p.cores[0].parts, {}, scratch);
    const std::string text = mapping_text(w, s, p);
    EXPECT_THAT(testing::PrintToString(recount(m.network, s, text)),
                HasSubstr("4097 input axons, a core has 4096"));
}

TEST(Recount, CountsOutputAxons) {
    Mapped m = mapped(chain("pair", {2, 4, 2}, 3));
    Json document = Json::parse(m.text);
    for (Json& row : document["cores"][0]["output_axons"]) row[3] = 1;  // not there, but counted
    EXPECT_THAT(faults(m, document.dump()), HasSubstr("an output axon leads nowhere"));
}

TEST(Recount, FindsASoftResetThatSubtractsAnotherAmount) {
    const Mapped m = mapped(find_case("soft_next_step").network);
    Json document = Json::parse(m.text);
    core(document)["soft_resets"][0]["weight"][0][0] = 149;
    EXPECT_THAT(faults(m, document.dump()), HasSubstr("a soft reset subtracts another amount"));
    document = Json::parse(m.text);
    core(document)["soft_resets"].erase(2);
    EXPECT_THAT(faults(m, document.dump()), HasSubstr("a soft reset has no synapse that subtracts"));
}

}  // namespace
}  // namespace synfire::loihi
