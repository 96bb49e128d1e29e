// Steps the network whenever its input has come over a serial line: input_bytes bytes, lowest bit first.
// Answers with the spikes of every output population, (neurons + 7) / 8 bytes each. A board supplies
// ports/generic/port.hpp.
#include "model.hpp"
#include "ports/generic/port.hpp"
#include "tables.hpp"

namespace synfire {
namespace {

namespace model = emitted;

model::State state;
uint8_t input[model::input_bytes];
uint8_t bits[(model::neurons + 7) / 8];

[[noreturn]] void run() {
    port_init();
    model::reset(state);
    for (;;) {
        port_read(input, model::input_bytes);
        model::step(state, input);
        for (uint16_t o = 0; o < model::outputs; ++o) {
            model::output_bits(state, o, bits);
            port_write(bits, (model::output_neurons(o) + 7U) / 8);
        }
    }
}

}  // namespace
}  // namespace synfire

int main() {
    synfire::run();
}
