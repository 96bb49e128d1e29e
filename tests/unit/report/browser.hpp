// A page in headless Chromium.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace synfire {

inline bool has_browser() {
    return std::system("chromium --version >/dev/null 2>&1") == 0;
}

// What the browser makes of the page, and what it says on its console (lines with ":CONSOLE"). beside: a
// second page, side.html, that the first may hold as a frame.
inline std::string rendered(const std::string& page, const std::string& options = "",
                            const std::string& beside = "") {
    const auto folder =
        std::filesystem::temp_directory_path() / ("synfire_page_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "page.html") << page;
    std::ofstream(folder / "side.html") << beside;
    const std::string command =
        "cd '" + folder.string() + "' && HOME='" + folder.string() +
        "' timeout 120 chromium --headless --no-sandbox --disable-gpu --enable-logging=stderr "
        "--virtual-time-budget=4000 " +
        options + " --dump-dom page.html 2>&1 | grep -v '^\\[.*\\(dbus\\|gcm\\|vulkan\\)'";
    std::string text;
    FILE* pipe = popen(command.c_str(), "r");
    for (int c; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
    pclose(pipe);
    // D3 and the data are no part of what was drawn.
    for (std::size_t at; (at = text.find("<script")) != std::string::npos;)
        text.erase(at, std::min(text.find("</script>", at), text.size() - 9) + 9 - at);
    std::filesystem::remove_all(folder);
    return text;
}

inline std::size_t count(const std::string& text, const std::string& what) {
    std::size_t n = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
    return n;
}

}  // namespace synfire
