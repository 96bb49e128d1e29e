// golden_runner PATH...: runs golden vectors (files, or folders with .json files, recursively) through the
// runtime and compares s, u and v at every step. Exits with 0 when something was compared and nothing
// differed; a set of files of other formats is named as such and is no failure.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>

#include "compiler/support/files.hpp"
#include "compiler/support/report.hpp"
#include "tests/golden/golden_case.hpp"
#include "tests/golden/init_case.hpp"

namespace fs = std::filesystem;
using namespace synfire;

namespace {

struct Tally {
    int passed = 0, failed = 0, skipped = 0, ambiguous = 0;
};

void line(const char* verdict, const std::string& name, const std::string& what = {}) {
    std::printf("%s %s%s%s\n", verdict, name.c_str(), what.empty() ? "" : ": ", what.c_str());
}

void run(const fs::path& path, const std::string& name, Tally& tally) try {
    const std::string text = read_file(path.string());
    if (const nlohmann::json file = nlohmann::json::parse(text); golden::is_init_case(file)) {
        const auto difference = golden::init_difference(file);
        ++(difference ? tally.failed : tally.passed);
        line(difference ? "FAIL" : "ok", name, difference.value_or(""));
        return;
    }
    const golden::GoldenCase vector = golden::parse_case(text);
    const auto difference = golden::first_difference(vector);
    if (!vector.ambiguous.empty()) {
        ++tally.ambiguous;
        line("info", name, "ambiguous (" + vector.ambiguous + "), " + difference.value_or("equal here"));
    } else if (difference) {
        ++tally.failed;
        line("FAIL", name, *difference);
    } else {
        ++tally.passed;
        line("ok", name);
    }
} catch (const golden::Unsupported& e) {
    ++tally.skipped;
    line("skip", name, e.what());
} catch (const InputError& e) {
    ++tally.failed;
    line("FAIL", name, to_text(e.diagnostic));
} catch (const std::exception& e) {
    ++tally.failed;
    line("FAIL", name, e.what());
}

// Name to show -> file; sorted, so that the output does not depend on the file system.
std::map<std::string, fs::path> vectors_in(const fs::path& path) {
    if (!fs::is_directory(path)) return {{path.filename().string(), path}};
    std::map<std::string, fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(path))
        if (entry.is_regular_file() && entry.path().extension() == ".json")
            files[fs::relative(entry.path(), path).generic_string()] = entry.path();
    return files;
}

}  // namespace

int main(int count, char** arguments) try {
    if (count < 2) {
        std::fputs("usage: golden_runner PATH...\n", stderr);
        return 1;
    }
    Tally tally;
    for (int i = 1; i < count; ++i)
        for (const auto& [name, path] : vectors_in(arguments[i])) run(path, name, tally);
    std::printf("%d passed, %d failed", tally.passed, tally.failed);
    if (tally.ambiguous > 0) std::printf(", %d informative", tally.ambiguous);
    if (tally.skipped > 0) std::printf(", %d skipped", tally.skipped);
    const bool nothing = tally.passed + tally.failed + tally.ambiguous == 0;
    std::puts(nothing ? tally.skipped > 0 ? ": none of these formats is run here" : ": no vectors found"
                      : "");
    return tally.failed > 0 || (tally.passed == 0 && tally.skipped + tally.ambiguous == 0) ? 1 : 0;
} catch (const std::exception& e) {
    std::fprintf(stderr, "golden_runner: %s\n", e.what());
    return 1;
}
