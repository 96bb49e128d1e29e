// Runs other programs: argument vectors, never a shell, always a time limit.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace synfire::hil {

struct ProcessResult {
    int exit_code = 0;  // of a program that ended by itself
    int signal = 0;     // that ended it otherwise; 0: none
    bool timed_out = false;
    std::string output;  // stdout and stderr, the last 64 KiB
};

// The program's path by the PATH variable, or an empty path.
std::filesystem::path find_program(const std::string& name);

// Runs arguments[0] (searched in PATH) in a folder until it ends or the time is over; then it is killed with
// all that it started. log: a file that takes its output. Variables that would change a cross build (CXXFLAGS
// and the like) are not passed on. Throws InputError where the program cannot be started.
ProcessResult run_process(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                          const std::filesystem::path& log, std::chrono::milliseconds limit);

// A program that runs beside this one; killed, with all that it started, when this object ends.
class Child {
  public:
    explicit Child(int process) : process_(process) {}
    ~Child();
    Child(Child&& other) noexcept;
    Child& operator=(Child&&) = delete;

  private:
    int process_ = 0;
};

// Starts a program as run_process does. channel: a descriptor that becomes its standard input and output;
// only the error output goes to the log.
Child start_process(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                    const std::filesystem::path& log, int channel);

// A folder of its own below the system's temporary folder, removed at the end.
class ScratchFolder {
  public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(ScratchFolder&& other) noexcept;
    ScratchFolder& operator=(ScratchFolder&&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace synfire::hil
