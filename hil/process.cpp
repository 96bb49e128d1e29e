// posix_spawn, a log file and a polled wait.
#include "hil/process.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <signal.h>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include "compiler/support/report.hpp"

namespace synfire::hil {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& node, const std::string& reason, const std::string& hint) {
    Diagnostic d;
    d.node = node;
    d.reason = reason;
    d.hint = hint;
    throw InputError(std::move(d));
}

bool changes_a_build(std::string_view variable) {
    constexpr std::array<std::string_view, 10> names{"CC=",
                                                     "CXX=",
                                                     "CFLAGS=",
                                                     "CXXFLAGS=",
                                                     "CPPFLAGS=",
                                                     "LDFLAGS=",
                                                     "CMAKE_GENERATOR=",
                                                     "CPATH=",
                                                     "CMAKE_TOOLCHAIN_FILE=",
                                                     "CMAKE_BUILD_TYPE="};
    for (std::string_view name : names)
        if (variable.substr(0, name.size()) == name) return true;
    return false;
}

std::vector<char*> environment() {
    std::vector<char*> variables;
    for (char** variable = environ; *variable != nullptr; ++variable)
        if (!changes_a_build(*variable)) variables.push_back(*variable);
    variables.push_back(nullptr);
    return variables;
}

// Owns the two attribute objects of posix_spawn.
struct SpawnPlan {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;

    // channel: standard input and output; -1: nothing, and the log.
    SpawnPlan(const fs::path& folder, const fs::path& log, int channel) {
        posix_spawn_file_actions_init(&files);
        posix_spawnattr_init(&attributes);
        posix_spawn_file_actions_addchdir_np(&files, folder.c_str());
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                         0600);
        if (channel < 0)
            posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        else
            posix_spawn_file_actions_adddup2(&files, channel, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&files, channel < 0 ? STDERR_FILENO : channel, STDOUT_FILENO);
        // A process group of its own, so that a time-out reaches what the program started.
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setpgroup(&attributes, 0);
    }
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
};

std::string tail_of(const fs::path& file) {
    constexpr std::streamoff most = 65536;
    std::ifstream in(file, std::ios::binary | std::ios::ate);
    if (!in) return {};
    const std::streamoff size = in.tellg();
    in.seekg(size > most ? size - most : 0);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Returns the status, or kills the group and sets timed_out.
int wait_for(pid_t child, std::chrono::milliseconds limit, bool& timed_out) {
    const auto end = std::chrono::steady_clock::now() + limit;
    int status = 0;
    for (;;) {
        const pid_t done = waitpid(child, &status, WNOHANG);
        if (done == child) return status;
        if (done < 0 && errno != EINTR) SYNFIRE_BUG("waitpid failed");
        if (std::chrono::steady_clock::now() >= end) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    timed_out = true;
    kill(-child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

pid_t spawn(const std::vector<std::string>& arguments, const SpawnPlan& plan) {
    std::vector<std::string> words = arguments;
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    std::vector<char*> env = environment();
    pid_t child = 0;
    const int error = posix_spawnp(&child, argv[0], &plan.files, &plan.attributes, argv.data(), env.data());
    if (error != 0)
        fail("'" + words.at(0) + "' (program)",
             std::string("the program cannot be started: ") + std::strerror(error),
             "is it installed and in PATH?");
    return child;
}

}  // namespace

fs::path find_program(const std::string& name) {
    const char* variable = std::getenv("PATH");
    if (variable == nullptr) return {};
    const std::string paths = variable;
    for (std::size_t at = 0; at <= paths.size();) {
        const std::size_t end = std::min(paths.find(':', at), paths.size());
        const fs::path candidate = fs::path(paths.substr(at, end - at)) / name;
        std::error_code ignored;
        if (fs::is_regular_file(candidate, ignored) && access(candidate.c_str(), X_OK) == 0) return candidate;
        at = end + 1;
    }
    return {};
}

ProcessResult run_process(const std::vector<std::string>& arguments, const fs::path& folder,
                          const fs::path& log, std::chrono::milliseconds limit) {
    const pid_t child = spawn(arguments, SpawnPlan(folder, log, -1));
    ProcessResult result;
    const int status = wait_for(child, limit, result.timed_out);
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    result.output = tail_of(log);
    return result;
}

Child start_process(const std::vector<std::string>& arguments, const fs::path& folder, const fs::path& log,
                    int channel) {
    return Child(spawn(arguments, SpawnPlan(folder, log, channel)));
}

Child::~Child() {
    if (process_ <= 0) return;
    kill(-process_, SIGKILL);
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

Child::Child(Child&& other) noexcept : process_(std::exchange(other.process_, 0)) {}

ScratchFolder::ScratchFolder() {
    std::error_code error;
    std::string pattern = (fs::temp_directory_path(error) / "synfire-XXXXXX").string();
    if (error || mkdtemp(pattern.data()) == nullptr)
        fail("'" + pattern + "' (temporary folder)", "it cannot be created",
             "set TMPDIR to a folder that can be written");
    path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
    if (path_.empty()) return;
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
}

}  // namespace synfire::hil
