// From reset to main, the part that is the same on every core.
#pragma once

#include <stdint.h>

// Set by link.ld.
extern "C" uint32_t data_start[], data_end[], data_image[], bss_start[], bss_end[], stack_top[];

int main();

// Called on a processor exception. The default waits for the debugger.
extern "C" void fault();

// Fills RAM and runs main.
[[noreturn]] inline void start() {
    const uint32_t* from = data_image;
    for (uint32_t* to = data_start; to != data_end; ++to) *to = *from++;
    for (uint32_t* to = bss_start; to != bss_end; ++to) *to = 0;
    main();
    for (;;) {
    }
}
