#include "cli/progress.hpp"

#include <cstdio>
#include <string>
#include <unistd.h>

#include <fmt/format.h>

namespace synfire::cli {

std::function<void(std::size_t)> progress_bar(std::size_t total, bool quiet) {
    if (quiet || isatty(STDERR_FILENO) == 0) return [](std::size_t) {};
    return [total](std::size_t done) {
        constexpr std::size_t length = 40;
        const std::string bar(length * done / total, '#');
        std::fputs(
            fmt::format("\r[{:<{}}] {}/{}{}", bar, length, done, total, done == total ? "\n" : "").c_str(),
            stderr);
    };
}

}  // namespace synfire::cli
