// The smallest complete image: steps the network for ever. Its size is what the network costs in flash and
// RAM. Replace read_sensor and act by what your board has.
#include "model.hpp"
#include "tables.hpp"

namespace synfire {
namespace {

namespace model = emitted;
using model::Tables;

model::State state;
uint8_t input[model::input_bytes];
volatile uint8_t port;

void read_sensor(uint8_t* spikes) {
    for (uint16_t i = 0; i < model::input_bytes; ++i) spikes[i] = port;
}

template <class Model>
void read_values(const Model& network, model::State& now) {
    if constexpr (Model::values) rt::set_values(network, now, [](uint32_t) -> int32_t { return port; });
}

void act(const rt::Events& events) {
    if (events.count > 0) port = static_cast<uint8_t>(events.neurons[0]);
}

[[noreturn]] void run() {
    model::reset(state);
    read_values(Tables{}, state);
    for (;;) {
        read_sensor(input);
        model::step(state, input);
        act(model::output_spikes(state, 0));
    }
}

}  // namespace
}  // namespace synfire

int main() {
    synfire::run();
}
