// A line of bytes to a device: a serial port, or a socket to a simulator.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace synfire::hil {

using Clock = std::chrono::steady_clock;

// Owns a file descriptor that does not block. name: what a user calls the line, for messages.
class Line {
  public:
    Line(int descriptor, std::string name);
    ~Line();
    Line(Line&& other) noexcept;
    Line& operator=(Line&&) = delete;
    int descriptor() const { return descriptor_; }
    const std::string& name() const { return name_; }

  private:
    int descriptor_ = -1;
    std::string name_;
};

// Waits for bytes; returns how many came, 0 where none did in time. Throws InputError where the other side is
// gone.
std::size_t read_some(const Line& line, std::uint8_t* bytes, std::size_t most, Clock::time_point until);

// Returns false where the line did not take all of them in time. Throws as read_some.
bool write_all(const Line& line, const std::uint8_t* bytes, std::size_t count, Clock::time_point until);

// A serial port or pseudo-terminal, 8 data bits, no parity, no flow control. device: for example
// /dev/ttyACM0. Throws InputError, naming the ports there are: no such device, no permission, not a serial
// port, a speed it cannot do.
Line open_serial_port(const std::string& device, unsigned baud);

}  // namespace synfire::hil
