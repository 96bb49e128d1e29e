// examples/digits_uart: builds for its part as its README says, and its driver runs on the same USART of a
// simulated STM32F405.
#include <algorithm>
#include <gmock/gmock.h>
#include <sstream>

#include <gtest/gtest.h>

#include "compiler/frontend/frontends.hpp"
#include "compiler/quantize/quantize.hpp"
#include "compiler/support/npy.hpp"
#include "emulator/emulate.hpp"
#include "tests/unit/hil/emitted.hpp"
#include "tests/unit/hil/faulty_line.hpp"
#include "tests/unit/hil/link_check.hpp"

namespace synfire::hil {
namespace {

constexpr std::chrono::seconds limit{120};
constexpr std::size_t digits = 25;

IntNetwork quantized_digits() {
    Report report;
    const std::string path = SYNFIRE_SOURCE_DIR "/models/digits/digits.json";
    return quantize(read(Source{path, read_file(path)}, {}, report), {}, report);
}

// What is missing on this host for this test.
std::string missing() {
    if (std::string tools = missing_tools(boards()[0]); !tools.empty()) return tools;
    return find_program("ninja").empty() ? "ninja was not found" : "";
}

struct Example {
    IntNetwork network = quantized_digits();
    ScratchFolder folder;

    Example() {
        const auto model = test::write_emitted(network, folder, WeightSource::flash, "cortex-m4");
        for (const std::vector<std::string>& command :
             {std::vector<std::string>{"cmake", "-S", SYNFIRE_SOURCE_DIR "/examples/digits_uart", "-B",
                                       "build", "-G", "Ninja", "-DSYNFIRE_MODEL=" + model.string()},
              std::vector<std::string>{"cmake", "--build", "build"}}) {
            const ProcessResult result = run_process(command, folder.path(), folder.path() / "log", limit);
            EXPECT_EQ(result.exit_code, 0) << result.output;
        }
    }
};

// The image on a simulated part whose second USART is a pseudo-terminal.
struct Part {
    std::pair<Line, Line> output = test::line_pair();  // of the simulator, which says which terminal it is
    Child simulator;

    Part(const Example& example, const std::string& image)
        : simulator(start_process(
              {"qemu-system-arm", "-M", "netduinoplus2", "-display", "none", "-monitor", "none", "-serial",
               "null", "-serial", "pty", "-kernel", "build/" + image + ".elf"},
              example.folder.path(), example.folder.path() / "log", output.second.descriptor())) {}

    std::string port() const {
        std::string text;
        std::uint8_t byte = 0;
        while (byte != '\n' && read_some(output.first, &byte, 1, Clock::now() + limit) == 1)
            text += static_cast<char>(byte);
        const std::size_t begin = text.find("/dev/");
        return begin == std::string::npos ? text : text.substr(begin, text.find(' ', begin) - begin);
    }
};

TEST(Example, TheSerialLoopRunsOnAnStm32) {
    if (const std::string what = missing(); !what.empty()) GTEST_SKIP() << what;
    const Example example;
    EXPECT_GT(std::filesystem::file_size(example.folder.path() / "build/hil.bin"), 10000U);
    const Part part(example, "hil");
    const Line line = open_serial_port(part.port(), 115200);
    Link link(line, test::patient());
    test::expect_samples(link, example.network, 3, 20, 1);
    EXPECT_EQ(greet(link).hello.clock, 16000000U);
    EXPECT_EQ(greet(link).name, "digits");
}

// The lines that classify.py prints for the first samples.
std::string expected_answers(const IntNetwork& network) {
    const auto array = [](const char* name) {
        const std::string path = SYNFIRE_SOURCE_DIR "/models/digits/" + std::string(name);
        return parse_npy(read_file(path), path);
    };
    const NpyArray spikes = array("test_spikes.npy"), labels = array("test_labels.npy");
    std::ostringstream text;
    std::size_t right = 0;
    for (std::size_t k = 0; k < digits; ++k) {
        const IntTrace trace = emulate(network, {{20, 64, to_doubles(spikes, k * 1280, 1280, "")}});
        const std::vector<std::uint8_t>& out = trace.populations[network.outputs[0]].s;
        std::vector<int> counts(10);
        for (std::size_t i = 0; i < out.size(); ++i) counts[i % 10] += out[i];
        const auto best = std::max_element(counts.begin(), counts.end()) - counts.begin();
        const auto label = static_cast<int>(to_doubles(labels, k, 1, "").at(0));
        right += best == label;
        text << "digit " << k << ": " << best << ", spikes [";
        for (std::size_t c = 0; c < 10; ++c) text << (c == 0 ? "" : ", ") << counts[c];
        text << "], label " << label << "\n";
    }
    text << right << " of " << digits << " right\n";
    return text.str();
}

TEST(Example, DigitsAreClassifiedOnAnStm32) {
    if (const std::string what = missing(); !what.empty()) GTEST_SKIP() << what;
    if (find_program("python3").empty()) GTEST_SKIP() << "python3 was not found";
    const Example example;
    const Part part(example, "classify");
    const ProcessResult result =
        run_process({"python3", SYNFIRE_SOURCE_DIR "/examples/digits_uart/classify.py", part.port(),
                     SYNFIRE_SOURCE_DIR "/models/digits/test_spikes.npy",
                     SYNFIRE_SOURCE_DIR "/models/digits/test_labels.npy", std::to_string(digits)},
                    example.folder.path(), example.folder.path() / "classify.log", limit);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.output, expected_answers(example.network));
    EXPECT_THAT(result.output, testing::HasSubstr(" of 25 right"));
}

}  // namespace
}  // namespace synfire::hil
