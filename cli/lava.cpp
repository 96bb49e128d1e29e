// Writes the inputs as arrays, runs run_lava.py of the compiled directory in a folder of its own, and
// compares what it wrote like any other recording.
#include "cli/lava.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "cli/identity.hpp"
#include "compiler/support/files.hpp"
#include "compiler/support/npy.hpp"
#include "hil/process.hpp"

namespace synfire::cli {
namespace {

namespace fs = std::filesystem;

// For a hang: Lava takes seconds to start and some milliseconds for a step of a small network.
std::chrono::milliseconds time_limit(const Batch& batch) {
    return std::chrono::minutes(5) + std::chrono::milliseconds(500) * (batch.samples.size() * batch.steps);
}

NpyArray array_of(const Batch& batch, std::size_t input) {
    const std::size_t width = batch.samples.front()[input].neurons;
    std::vector<std::int32_t> values;
    values.reserve(batch.samples.size() * batch.steps * width);
    for (const std::vector<Signal>& sample : batch.samples)
        for (const double x : sample[input].values) values.push_back(static_cast<std::int32_t>(x));
    Shape shape{batch.steps, width};
    if (batch.batched) shape.insert(shape.begin(), batch.samples.size());
    return {shape, values};
}

[[noreturn]] void fail(const std::string& python, const std::string& reason, const std::string& hint) {
    Diagnostic d;
    d.file = python;
    d.reason = reason;
    d.expected = "a Python that runs the directory's run_lava.py";
    d.hint = hint;
    throw InputError(d);
}

void run_script(const std::string& python, const fs::path& script, const Batch& batch,
                const IntNetwork& integers, const fs::path& folder) {
    std::vector<std::string> arguments{python, fs::absolute(script).string()};
    for (std::size_t i = 0; i < integers.inputs.size(); ++i) {
        const fs::path file = folder / fmt::format("input{}.npy", i);
        write_file(file, to_npy(array_of(batch, i)));
        arguments.push_back(integers.inputs[i].name + "=" + file.string());
    }
    arguments.push_back((folder / "out").string());
    arguments.push_back("--trace");
    const hil::ProcessResult result = hil::run_process(arguments, folder, folder / "log", time_limit(batch));
    if (result.timed_out)
        fail(python, "Lava did not end in time", "run the script by hand, with fewer steps");
    if (result.signal == 0 && result.exit_code == 0) return;
    const bool lacks_lava = result.output.find("ModuleNotFoundError") != std::string::npos;
    fail(python, "the script failed:\n    " + result.output,
         lacks_lava ? "install lava-nc into this Python, or name one that has it"
                    : "run the script by hand to see all that it prints");
}

}  // namespace

Outcome verify_on_lava(const Model& model, const IntNetwork& integers, const Batch& batch,
                       const std::string& python, const Common& common) {
    const fs::path script = fs::path(model.path) / "run_lava.py";
    std::error_code ignored;
    if (model.target != "loihi" || !fs::is_regular_file(script, ignored)) {
        Diagnostic d;
        d.file = model.path;
        d.reason = "holds no Lava script";
        d.expected = "a directory that `synfire compile --target loihi` wrote";
        d.hint = "compile the model first, then name the directory";
        throw InputError(d);
    }
    const hil::ScratchFolder folder;
    run_script(python, script, batch, integers, folder.path());
    return verify_recorded(integers, batch, (folder.path() / "out").string(), "Lava's fixed-point model",
                           common);
}

}  // namespace synfire::cli
