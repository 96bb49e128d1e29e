// Classifies handwritten digits that come over the serial line. A frame (runtime/frame.hpp) holds the spikes
// of one digit, 20 steps of 64 input neurons, 8 to a byte; the answer is a frame with the class, then the
// output's spikes of each class. Frames with a wrong CRC are not answered: whoever asks asks again.
#include "model.hpp"
#include "ports/generic/port.hpp"
#include "runtime/frame.hpp"

namespace {

using synfire::rt::frame_header;

constexpr uint32_t steps = 20, classes = 10, digit_bytes = steps * digits::input_bytes;

digits::State state;
uint8_t frame[digit_bytes + synfire::rt::frame_overhead];
synfire::rt::FrameReader reader{frame, sizeof frame};
uint8_t spikes[classes];  // of the output, in all steps

void count_spikes(const uint8_t* digit) {
    for (uint8_t& count : spikes) count = 0;
    digits::reset(state);
    for (uint32_t t = 0; t < steps; ++t) {
        digits::step(state, digit + t * digits::input_bytes);
        const synfire::rt::Events out = digits::output_spikes(state, 0);
        for (uint16_t e = 0; e < out.count; ++e) ++spikes[out.neurons[e]];
    }
}

uint8_t class_with_most_spikes() {
    uint8_t best = 0;
    for (uint8_t c = 1; c < classes; ++c)
        if (spikes[c] > spikes[best]) best = c;
    return best;
}

}  // namespace

int main() {
    port_init();
    for (;;) {
        uint8_t byte = 0;
        port_read(&byte, 1);
        if (synfire::rt::take(reader, byte) != frame_header + digit_bytes) continue;
        count_spikes(frame + frame_header);
        frame[frame_header] = class_with_most_spikes();
        for (uint32_t c = 0; c < classes; ++c) frame[frame_header + 1 + c] = spikes[c];
        synfire::rt::send(frame, frame_header + 1 + classes, port_write);
    }
}
