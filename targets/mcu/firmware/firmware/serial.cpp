// Steps the network for a host on the line of a board's three functions.
#include "ports/generic/port.hpp"
#include "serial/loop.hpp"

int main() {
    port_init();
    synfire::start_serial_loop();
    for (;;) {
        uint8_t byte = 0;
        port_read(&byte, 1);
        synfire::take_serial_byte(byte, port_write);
    }
}
