// Steps the network for a host on the line of a board's three functions.
#include "ports/generic/port.hpp"
#include "serial/loop.hpp"

// Names in here hide the network's own name, whatever that is.
namespace synfire {
namespace {

SerialLoop loop;

}  // namespace
}  // namespace synfire

int main() {
    port_init();
    synfire::start(synfire::loop);
    for (;;) {
        uint8_t byte = 0;
        port_read(&byte, 1);
        synfire::take(synfire::loop, byte, port_write);
    }
}
