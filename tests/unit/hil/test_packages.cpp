// What package managers and build systems read of an emitted directory: every file that they name is there,
// and what they would compile compiles.
#include <fcntl.h>
#include <fstream>
#include <gmock/gmock.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "compiler/support/files.hpp"
#include "tests/unit/hil/emitted.hpp"
#include "tests/unit/hil/faulty_line.hpp"
#include "tests/unit/hil/link_check.hpp"

namespace synfire::hil {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::chrono::seconds limit{120};

class Package : public testing::Test {
  protected:
    fs::path emit(const std::string& name, unsigned seed = 5, const std::string& core = {}) {
        std::mt19937 random(seed);
        IntNetwork network = core.empty() ? test::random_network(random) : test::random_layers(random);
        network.name = name;
        const fs::path written = test::write_emitted(network, folder, WeightSource::flash, core);
        if (!core.empty() && !fs::exists(written / "src" / "runtime" / "kernels" / "dsp.cpp"))
            return emit(name, seed + 1, core);  // no layer of this one is for kernels
        const fs::path folder_of_its_name = folder.path() / "packages" / name;
        fs::create_directories(folder_of_its_name.parent_path());
        fs::rename(written, folder_of_its_name);
        return folder_of_its_name;
    }

    // A CMake project beside the packages whose CMakeLists.txt and main.cpp are given.
    void expect_builds(const std::string& cmake, const std::string& main) {
        const fs::path project = folder.path() / "project";
        fs::create_directories(project);
        std::ofstream(project / "CMakeLists.txt") << cmake;
        std::ofstream(project / "main.cpp") << main;
        expect_success({"cmake", "-S", "project", "-B", "build", "-G", "Unix Makefiles"});
        expect_success({"cmake", "--build", "build"});
        expect_success({"build/main"});
    }

    void expect_success(const std::vector<std::string>& arguments) {
        const ProcessResult result = run_process(arguments, folder.path(), folder.path() / "log", limit);
        ASSERT_EQ(result.exit_code, 0) << arguments[0] << ": " << result.output;
        ASSERT_EQ(result.signal, 0);
    }

    ScratchFolder folder;
};

#define SKIP_WITHOUT(...)                     \
    for (const char* program : {__VA_ARGS__}) \
        if (find_program(program).empty()) GTEST_SKIP() << program << " was not found"

std::string text_of(const fs::path& path) {
    return read_file(path.string());
}

// Values of lines "key=value" or "key: value".
std::string value_of(const std::string& text, const std::string& key) {
    const std::size_t at = ("\n" + text).find("\n" + key);
    if (at == std::string::npos) return {};
    return text.substr(at + key.size(), text.find('\n', at) - at - key.size());
}

constexpr char one_step[] = R"(
int main() {
    static probe::State state;
    uint8_t spikes[probe::input_bytes] = {};
    probe::reset(state);
    probe::step(state, spikes);
    return probe::output_neurons(0) > 0 ? 0 : 1;
})";

TEST_F(Package, CMakeTakesTwoNetworksAsSubdirectories) {
    SKIP_WITHOUT("cmake", "make", "g++");
    emit("probe", 5);
    emit("model", 8);  // whose own header is model.hpp
    expect_builds(R"(cmake_minimum_required(VERSION 3.20)
project(two LANGUAGES CXX)
add_subdirectory(../packages/probe probe)
add_subdirectory(../packages/model model)
add_executable(main main.cpp)
target_link_libraries(main PRIVATE probe model))",
                  R"(
#include "../packages/model/src/model.hpp"
#include "probe.hpp"
int main() {
    static probe::State first;
    static model::State second;
    probe::reset(first);
    model::reset(second);
    return 0;
})");
}

TEST_F(Package, EspIdfRegistersAComponent) {
    SKIP_WITHOUT("cmake", "make", "g++");
    const fs::path package = emit("probe");
    // Of idf_component_register, what its documentation says of SRCS and INCLUDE_DIRS.
    expect_builds(R"(cmake_minimum_required(VERSION 3.20)
project(idf LANGUAGES CXX)
set(ESP_PLATFORM 1)
macro(idf_component_register)
  cmake_parse_arguments(component "" "" "SRCS;INCLUDE_DIRS" ${ARGN})
  set(COMPONENT_LIB component_probe)
  add_library(${COMPONENT_LIB} STATIC ${component_SRCS})
  target_include_directories(${COMPONENT_LIB} PUBLIC ${component_INCLUDE_DIRS})
endmacro()
add_subdirectory(../packages/probe probe)
add_executable(main main.cpp)
target_link_libraries(main PRIVATE component_probe))",
                  std::string("#include \"probe.hpp\"") + one_step);
    EXPECT_EQ(value_of(text_of(package / "idf_component.yml"), "version: "), "\"1.0.0\"");
}

TEST_F(Package, ZephyrBuildsALibraryWhereItIsSwitchedOn) {
    SKIP_WITHOUT("cmake", "make", "g++");
    const fs::path package = emit("probe");
    const std::string module = text_of(package / "zephyr" / "module.yml");
    EXPECT_TRUE(fs::is_regular_file(package / value_of(module, "  cmake: ") / "CMakeLists.txt"));
    const std::string kconfig = text_of(package / value_of(module, "  kconfig: "));
    EXPECT_EQ(kconfig.substr(0, kconfig.find('\n')), "config SYNFIRE_PROBE");
    // Of Zephyr's CMake extensions, what their documentation says.
    const std::string zephyr = R"(cmake_minimum_required(VERSION 3.20)
project(app LANGUAGES CXX)
add_library(zephyr_interface INTERFACE)
macro(zephyr_library_named name)
  set(ZEPHYR_CURRENT_LIBRARY ${name})
  add_library(${name} STATIC)
  target_link_libraries(${name} PUBLIC zephyr_interface)
endmacro()
macro(zephyr_library_sources)
  target_sources(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${ARGN})
endmacro()
macro(zephyr_include_directories)
  target_include_directories(zephyr_interface INTERFACE ${ARGN})
endmacro()
)";
    expect_builds(zephyr + R"(set(CONFIG_SYNFIRE_PROBE y)
add_subdirectory(../packages/probe/zephyr probe)
add_executable(main main.cpp)
target_link_libraries(main PRIVATE synfire_probe zephyr_interface))",
                  std::string("#include \"probe.hpp\"") + one_step);
    expect_builds(zephyr + R"(add_subdirectory(../packages/probe/zephyr probe)
if(TARGET synfire_probe)
  message(FATAL_ERROR "it is built although it is not configured")
endif()
add_executable(main main.cpp))",
                  "int main() {}");
}

TEST_F(Package, ArduinoCompilesAllOfSrcAndTheSketch) {
    SKIP_WITHOUT("g++");
    const fs::path package = emit("probe");
    const std::string properties = text_of(package / "library.properties");
    for (const char* key : {"name=", "version=", "author=", "maintainer=", "sentence=", "paragraph=",
                            "category=", "url=", "architectures=", "includes="})
        EXPECT_NE(value_of(properties, key), "") << key;
    EXPECT_EQ(value_of(properties, "name="), "probe");
    EXPECT_TRUE(fs::is_regular_file(package / "src" / value_of(properties, "includes=")));

    // A sketch is C++ that the IDE puts behind #include <Arduino.h>.
    std::ofstream(folder.path() / "Arduino.h") << R"(
#include <stdio.h>
#include <stdint.h>
struct { void begin(long) {} void println(int value) { printf("%d\n", value); } } Serial;
)";
    std::ofstream(folder.path() / "main.cpp")
        << "#include \"Arduino.h\"\n"
        << text_of(package / "examples" / "spikes" / "spikes.ino")
        << "int main() { setup(); for (int i = 0; i < 20; ++i) loop(); }\n";
    std::vector<std::string> compile{"g++", "-std=gnu++17", "-I" + (package / "src").string(), "main.cpp"};
    for (const auto& entry : fs::recursive_directory_iterator(package / "src"))
        if (entry.path().extension() == ".cpp") compile.push_back(entry.path().string());
    EXPECT_GE(compile.size(), 6U);
    compile.insert(compile.end(), {"-o", "sketch"});
    expect_success(compile);
    expect_success({"./sketch"});
}

// The sketch answers over its serial port.
TEST_F(Package, ArduinoCompilesTheSketchOfTheSerialLoop) {
    SKIP_WITHOUT("g++");
    const fs::path package = emit("probe");
    std::ofstream(folder.path() / "Arduino.h") << R"(
#include <stdint.h>
#include <unistd.h>
static struct {
    void begin(long) {}
    int available() { return 1; }
    int read() { uint8_t byte; if (::read(0, &byte, 1) != 1) _exit(0); return byte; }
    void write(const uint8_t* bytes, uint32_t count) { if (::write(1, bytes, count) < 0) _exit(1); }
} Serial;
)";
    std::ofstream(folder.path() / "main.cpp")
        << "#include \"Arduino.h\"\n"
        << text_of(package / "examples" / "hil" / "hil.ino") << "int main() { setup(); for (;;) loop(); }\n";
    expect_success({"g++", "-std=gnu++17", "-Wall", "-Wextra", "-Werror", "-I" + (package / "src").string(),
                    "main.cpp", (package / "src" / "model.cpp").string(),
                    (package / "src" / "tables.cpp").string(), "-o", "sketch"});
    auto [host, far] = test::line_pair();
    fcntl(far.descriptor(), F_SETFL, 0);
    const Child sketch = start_process({"./sketch"}, folder.path(), folder.path() / "log", far.descriptor());
    Link link(host, test::patient());
    std::mt19937 random(5);
    test::expect_samples(link, test::random_network(random), 2, 20, 1);
}

TEST_F(Package, PlatformIoFindsSourcesAndHeaders) {
    const fs::path package = emit("probe");
    const nlohmann::json manifest = nlohmann::json::parse(text_of(package / "library.json"));
    EXPECT_EQ(manifest.at("name"), "probe");
    const std::string sources = manifest.at("build").at("srcDir"),
                      headers = manifest.at("build").at("includeDir");
    EXPECT_TRUE(fs::is_regular_file(package / sources / "model.cpp"));
    const nlohmann::json names = manifest.at("headers");
    ASSERT_EQ(names.size(), 2U);
    for (const std::string name : names) EXPECT_TRUE(fs::is_regular_file(package / headers / name)) << name;
}

TEST_F(Package, CmsisPackNamesFilesThatExist) {
    for (const std::string core : {"", "cortex-m4"}) {
        const fs::path package = emit("probe" + core.substr(0, core.find('-')), 5, core);
        const std::string name = package.filename().string();
        const std::string text = text_of(package / ("Synfire." + name + ".pdsc"));
        std::size_t files = 0;
        for (std::size_t at = text.find("<file "); at != std::string::npos;
             at = text.find("<file ", at + 1)) {
            const std::size_t open = text.find(" name=\"", at) + 7;
            const std::string path = text.substr(open, text.find('"', open) - open);
            EXPECT_TRUE(fs::exists(package / path)) << path;
            ++files;
        }
        EXPECT_EQ(files, core.empty() ? 6U : 7U);
        std::size_t listed = 0;
        for (const auto& entry : fs::recursive_directory_iterator(package / "src"))
            if (entry.path().extension() == ".cpp") {
                EXPECT_THAT(text, HasSubstr(fs::relative(entry.path(), package).generic_string()));
                ++listed;
            }
        EXPECT_EQ(listed, core.empty() ? 2U : 3U);
        if (!find_program("xmllint").empty())
            expect_success({"xmllint", "--noout", (package / ("Synfire." + name + ".pdsc")).string()});
    }
}

TEST_F(Package, ReadmeDescribesTheInterface) {
    const fs::path package = emit("probe");
    const std::string readme = text_of(package / "README.md");
    for (const char* name : {"probe_reset", "probe_step", "probe_step_events", "probe_output_spikes",
                             "probe_output_bits", "probe_output_v", "probe_output_neurons"}) {
        EXPECT_THAT(readme, HasSubstr(name));
        EXPECT_THAT(text_of(package / "src" / "probe.h") + text_of(package / "src" / "model.h"),
                    HasSubstr(name));
    }
    EXPECT_THAT(readme, testing::Not(HasSubstr("@")));
}

TEST_F(Package, PassesTheEmittedSelectionOfClangTidy) {
    SKIP_WITHOUT("clang-tidy");
    const fs::path package = emit("probe", 5, "cortex-m4");
    for (const char* file :
         {"src/model.cpp", "src/runtime/kernels/dsp.cpp", "firmware/record.cpp", "firmware/serial.cpp"}) {
        const ProcessResult result =
            run_process({"clang-tidy", "--quiet", file, "--", "-std=c++17", "-Isrc", "-I.", "-ffreestanding",
                         "--target=thumbv7em-none-eabi", "-fno-exceptions", "-fno-rtti"},
                        package, folder.path() / "log", limit);
        EXPECT_EQ(result.exit_code, 0) << result.output;
    }
}

}  // namespace
}  // namespace synfire::hil
