// libserialport for ports; the few settings of a pseudo-terminal, which it does not know, by hand.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <libserialport.h>
#include <memory>
#include <termios.h>
#include <unistd.h>

#include "compiler/support/report.hpp"
#include "hil/line.hpp"

namespace synfire::hil {
namespace {

[[noreturn]] void fail(const std::string& device, const std::string& reason, const std::string& hint) {
    Diagnostic d;
    d.node = "'" + device + "' (serial port)";
    d.reason = reason;
    d.hint = hint;
    throw InputError(std::move(d));
}

std::string ports_of_this_host() {
    std::string names;
    sp_port** list = nullptr;
    if (sp_list_ports(&list) != SP_OK) return "none could be listed";
    for (sp_port** port = list; *port != nullptr; ++port)
        names += (names.empty() ? "" : ", ") + std::string(sp_get_port_name(*port));
    sp_free_port_list(list);
    return names.empty() ? "none: is the board plugged in?" : names;
}

std::string last_reason() {
    const std::unique_ptr<char, decltype(&sp_free_error_message)> text(sp_last_error_message(),
                                                                       sp_free_error_message);
    return text ? text.get() : "unknown reason";
}

Line open_pseudo_terminal(const std::string& device) {
    const int descriptor = open(device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0)
        fail(device, std::string("cannot be opened: ") + std::strerror(errno),
             "is its program still running?");
    Line line(descriptor, device);
    termios settings{};
    if (tcgetattr(descriptor, &settings) != 0)
        fail(device, "is not a terminal", "name a serial port or a pseudo-terminal");
    cfmakeraw(&settings);
    tcsetattr(descriptor, TCSANOW, &settings);
    return line;
}

using Port = std::unique_ptr<sp_port, decltype(&sp_free_port)>;

Port find_port(const std::string& device, const std::string& path) {
    sp_port* found = nullptr;
    if (sp_get_port_by_name(path.c_str(), &found) != SP_OK)
        fail(device, "there is no such serial port", "the ports of this host: " + ports_of_this_host());
    return {found, sp_free_port};
}

}  // namespace

Line open_serial_port(const std::string& device, unsigned baud) {
    // libserialport knows ports by the kernel's name, not by the links in /dev/serial.
    std::error_code missing;
    const std::filesystem::path real = std::filesystem::canonical(device, missing);
    const std::string path = missing ? device : real.string();
    if (path.rfind("/dev/pts/", 0) == 0) return open_pseudo_terminal(path);
    const Port port = find_port(device, path);
    if (sp_open(port.get(), SP_MODE_READ_WRITE) != SP_OK)
        fail(device, "cannot be opened: " + last_reason(),
             "on Debian and Ubuntu its users are members of the group dialout; another program may hold it");
    const bool set =
        sp_set_baudrate(port.get(), static_cast<int>(baud)) == SP_OK && sp_set_bits(port.get(), 8) == SP_OK &&
        sp_set_parity(port.get(), SP_PARITY_NONE) == SP_OK && sp_set_stopbits(port.get(), 1) == SP_OK &&
        sp_set_flowcontrol(port.get(), SP_FLOWCONTROL_NONE) == SP_OK;
    const std::string reason = set ? "" : last_reason();
    int descriptor = -1;
    if (set && sp_get_port_handle(port.get(), &descriptor) == SP_OK) descriptor = dup(descriptor);
    sp_flush(port.get(), SP_BUF_BOTH);
    sp_close(port.get());
    if (!set)
        fail(device, "cannot be set to " + std::to_string(baud) + " baud: " + reason, "use another --baud");
    return {descriptor, device};
}

}  // namespace synfire::hil
