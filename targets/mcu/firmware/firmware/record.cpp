// Runs the input file through the network and writes s, u and v of every neuron after every step; the formats
// are in runtime/record_format.hpp. The model as it is compiled for production runs beside the observed one
// and must stay equal to it.
#include "model.hpp"
#include "ports/semihosting.hpp"
#include "ports/start.hpp"
#include "runtime/record_format.hpp"
#include "tables.hpp"

// Names in here hide the network's own name, whatever that is.
namespace synfire {
namespace {

namespace model = emitted;
using model::Tables;
using rt::FirmwareExit;

constexpr uint32_t step_bytes = model::neurons * rt::bytes_per_neuron;
// Every call to the host is slow: short records are written many at a time.
#if !defined(SYNFIRE_RECORD_BATCH)
#define SYNFIRE_RECORD_BATCH 16384
#endif
constexpr uint32_t batch_bytes = SYNFIRE_RECORD_BATCH;
constexpr uint32_t steps_per_write = step_bytes < batch_bytes ? batch_bytes / step_bytes : 1;

model::State observed, production;
uint8_t input[model::input_bytes];
uint8_t values[Tables::value_bytes + 1], values_before[Tables::value_bytes + 1];
uint8_t record[step_bytes * steps_per_write];

[[noreturn]] void leave(FirmwareExit code) {
    semihosting::exit(static_cast<uint32_t>(code));
}

// Writes one step, population by population.
struct Recorder {
    uint8_t* next;
    uint8_t* s = nullptr;
    uint8_t* u = nullptr;
    uint8_t* v = nullptr;

    void operator()(uint16_t population, uint16_t neuron, bool spiked, const rt::NeuronState& state) {
        if (neuron == 0) {
            const uint32_t n = Tables::populations[population].neurons;
            s = next;
            u = s + n;
            v = u + 4 * n;
            next = v + 4 * n;
        }
        *s++ = spiked ? 1 : 0;
        rt::put_le32(u, static_cast<uint32_t>(state.u));
        rt::put_le32(v, static_cast<uint32_t>(state.v));
        u += 4;
        v += 4;
    }
};

bool states_agree() {
    for (uint32_t i = 0; i < model::neurons; ++i)
        if (observed.v[i] != production.v[i]) return false;
    // Of other lists only the lengths outlive a step.
    for (uint16_t list = 0; list < Tables::list_count; ++list)
        if (observed.counts[list] != production.counts[list]) return false;
    for (uint16_t output = 0; output < model::outputs; ++output) {
        const rt::Events a = model::output_spikes(observed, output);
        const rt::Events b = model::output_spikes(production, output);
        for (uint16_t e = 0; e < a.count; ++e)
            if (a.neurons[e] != b.neurons[e]) return false;
    }
    return true;
}

uint32_t read_number(int32_t file) {
    uint8_t bytes[4] = {};
    if (!semihosting::read(file, bytes, 4)) leave(FirmwareExit::input_too_short);
    return rt::get_le32(bytes);
}

void write(int32_t file, const uint8_t* bytes, uint32_t count) {
    if (!semihosting::write(file, bytes, count)) leave(FirmwareExit::cannot_write);
}

void read_bytes(int32_t file, uint8_t* bytes, uint32_t count) {
    if (count > 0 && !semihosting::read(file, bytes, count)) leave(FirmwareExit::input_too_short);
}

// The observed network gets values where they differ from those of the step before, production in every step:
// what was kept must be what is computed anew.
template <class Model>
void set_values(const Model& network, bool first) {
    if constexpr (Model::values) {
        bool changed = first;
        for (uint32_t i = 0; i < Model::value_bytes; ++i) {
            changed = changed || values[i] != values_before[i];
            values_before[i] = values[i];
        }
        if (changed) rt::set_values_from_bytes(network, observed, values);
        rt::set_values_from_bytes(network, production, values);
    }
}

void run_sample(int32_t in, int32_t out) {
    model::reset(observed);
    model::reset(production);
    const uint32_t steps = read_number(in);
    uint32_t waiting = 0;
    for (uint32_t t = 0; t < steps; ++t) {
        read_bytes(in, input, rt::packed_bytes(model::inputs));
        read_bytes(in, values, Tables::value_bytes);
        set_values(Tables{}, t == 0);
        rt::step(Tables{}, observed, input, Recorder{record + waiting * step_bytes});
        model::step(production, input);
        if (!states_agree()) leave(FirmwareExit::production_differs);
        if (++waiting < steps_per_write && t + 1 < steps) continue;
        write(out, record, waiting * step_bytes);
        waiting = 0;
    }
}

[[noreturn]] void run() {
    const int32_t in = semihosting::open(rt::input_file, semihosting::Mode::read);
    if (in == -1) leave(FirmwareExit::no_input_file);
    const uint32_t magic = read_number(in), version = read_number(in), inputs = read_number(in);
    const uint32_t value_bytes = read_number(in);
    if (magic != rt::input_magic || version != rt::format_version || inputs != model::inputs ||
        value_bytes != Tables::value_bytes)
        leave(FirmwareExit::wrong_input_header);
    const uint32_t samples = read_number(in);
    const int32_t out = semihosting::open(rt::record_file, semihosting::Mode::write);
    if (out == -1) leave(FirmwareExit::cannot_write);

    uint8_t header[rt::header_bytes];
    rt::put_le32(header, rt::record_magic);
    rt::put_le32(header + 4, rt::format_version);
    rt::put_le32(header + 8, step_bytes);
    rt::put_le32(header + 12, samples);
    write(out, header, sizeof header);
    for (uint32_t sample = 0; sample < samples; ++sample) run_sample(in, out);
    rt::put_le32(header, rt::record_end);
    write(out, header, 4);
    if (!semihosting::close(out)) leave(FirmwareExit::cannot_write);
    leave(FirmwareExit::good);
}

}  // namespace
}  // namespace synfire

extern "C" void fault() {
    synfire::leave(synfire::rt::FirmwareExit::fault);
}

int main() {
    synfire::run();
}
