// Firmware of a test: paints the stack, steps the network with all inputs spiking, and prints how many bytes
// of it have been used.
#include "model.hpp"
#include "ports/semihosting.hpp"
#include "ports/start.hpp"
#include "tables.hpp"

namespace synfire {
namespace {

namespace model = emitted;

constexpr uint32_t paint = 0xA5C3E187, painted = 4096;  // bytes below the top

model::State state;
uint8_t input[model::input_bytes];
char text[12];

void print(uint32_t value) {
    char* at = text + 10;
    *at = '\n';
    for (; value > 0; value /= 10) *--at = static_cast<char>('0' + value % 10);
    semihost(0x04, at);
}

}  // namespace
}  // namespace synfire

extern "C" void fault() {
    synfire::semihosting::exit(99);
}

int main() {
    using namespace synfire;
    volatile uint32_t here = 0;
    const auto top = reinterpret_cast<uintptr_t>(stack_top);
    // What this function itself has below `here` stays.
    const uintptr_t end = reinterpret_cast<uintptr_t>(&here) - 64;
    for (uintptr_t at = top - painted; at < end; at += 4) *reinterpret_cast<volatile uint32_t*>(at) = paint;
    for (uint8_t& byte : input) byte = 0xFF;
    model::reset(state);
    for (uint32_t step = 0; step < 20; ++step) model::step(state, input);
    uintptr_t lowest = top - painted;
    while (*reinterpret_cast<volatile uint32_t*>(lowest) == paint) lowest += 4;
    print(static_cast<uint32_t>(top - lowest));
    semihosting::exit(0);
}
