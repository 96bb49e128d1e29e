// Firmware that counts its own instructions: the step of the first layer, from the list of rows of its input
// to the list of rows of the next layer, in a simulator whose clock counts instructions. Prints lines
//
//     SILENT|SPIKING INPUT_SPIKES OUTPUT_SPIKES INSTRUCTIONS
//
// SILENT starts with membranes far below the threshold, SPIKING at zero. BENCH_PICOSECONDS is the period of
// the SysTick timer on Arm; RISC-V has a counter of instructions.
#include "model.hpp"
#include "ports/semihosting.hpp"
#include "ports/start.hpp"
#include "tables.hpp"

namespace synfire {
namespace {

namespace model = emitted;
using model::Tables;

constexpr uint32_t picoseconds_per_instruction = 64000;  // qemu -icount shift=6

#if defined(__riscv)
void start_counting() {}
uint32_t now() {
    uint32_t count;
    asm volatile("rdinstret %0" : "=r"(count)::"memory");
    return count;
}
uint32_t instructions(uint32_t from, uint32_t to) {
    return to - from;
}
#else
volatile uint32_t* const sys_tick = reinterpret_cast<volatile uint32_t*>(0xE000E010);
void start_counting() {
    sys_tick[1] = 0xFFFFFF;
    sys_tick[2] = 0;
    sys_tick[0] = 5;  // on, from the processor's clock
}
uint32_t now() {
    asm volatile("" ::: "memory");
    return sys_tick[2];
}
uint32_t instructions(uint32_t from, uint32_t to) {
    const uint32_t ticks = (from - to) & 0xFFFFFF;
    return static_cast<uint32_t>((uint64_t{ticks} * BENCH_PICOSECONDS + picoseconds_per_instruction / 2) /
                                 picoseconds_per_instruction);
}
#endif

model::State state;

[[gnu::noinline]] void nothing() {
    asm volatile("");
}

[[gnu::noinline]] void step_first_layer() {
    const Tables tables;
    rt::step_population(tables, state, 0, Tables::connections, state.v, state.u, state.held,
                        rt::NoObserver{});
    rt::feed(tables, state, Tables::input_count);
}

void print(uint32_t value, char end) {
    static char text[12];
    int at = 10;
    text[at--] = end;
    do {
        text[at--] = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value > 0);
    semihost(0x04, text + at + 1);
}

// Input spikes without repetition, ascending: neuron i with a probability of what is still to come.
void choose_input(uint32_t spikes) {
    const uint32_t neurons = Tables::inputs[0];
    uint32_t random = 12345;
    uint16_t* next = state.events + Tables::lists[0];
    uint32_t missing = spikes;
    for (uint32_t i = 0; i < neurons; ++i) {
        random = random * 1664525 + 1013904223;
        if ((random >> 8) % (neurons - i) >= missing) continue;
        *next++ = static_cast<uint16_t>(i);
        --missing;
    }
    state.counts[0] = static_cast<uint16_t>(spikes);
    rt::feed(Tables{}, state, 0);
}

void measure(bool silent, uint32_t percent) {
    model::reset(state);
    for (uint32_t i = 0; silent && i < Tables::populations[0].neurons; ++i) state.v[i] = -20000;
    const uint32_t spikes = (Tables::inputs[0] * percent + 50) / 100;
    choose_input(spikes);
    uint32_t from = now();
    nothing();
    const uint32_t empty = instructions(from, now());
    from = now();
    step_first_layer();
    const uint32_t count = instructions(from, now()) - empty;
    semihost(0x04, silent ? "SILENT " : "SPIKING ");
    print(spikes, ' ');
    print(state.counts[Tables::input_count], ' ');
    print(count, '\n');
}

}  // namespace
}  // namespace synfire

extern "C" void fault() {
    synfire::semihosting::exit(99);
}

int main() {
    synfire::start_counting();
    static constexpr uint32_t percents[] = {5, 10, 30, 100};
    for (const uint32_t percent : percents) synfire::measure(true, percent);
    for (const uint32_t percent : percents) synfire::measure(false, percent);
    synfire::semihosting::exit(0);
}
