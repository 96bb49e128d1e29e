// Stop and wait. The wait follows the time that answers take as TCP's does (Jacobson 1988, RFC 6298), and
// doubles with every repetition.
#include "hil/link.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "compiler/support/report.hpp"

namespace synfire::hil {
namespace {

using rt::Message;
using std::chrono::microseconds;

// Larger than any payload of firmware that fits a microcontroller.
constexpr std::size_t largest_frame = std::size_t{1} << 20;

[[noreturn]] void fail(const Link& link, const std::string& reason, const std::string& expected,
                       const std::string& hint) {
    Diagnostic d;
    d.node = "'" + link.line.name() + "' (line)";
    d.reason = reason;
    d.expected = expected;
    d.hint = hint;
    throw InputError(std::move(d));
}

[[noreturn]] void fail_silent(const Link& link) {
    const auto seconds = std::chrono::duration<double>(link.options.limit).count();
    std::string time = std::to_string(seconds);
    time.erase(time.find_last_not_of('0') + 1);
    if (time.back() == '.') time.pop_back();
    const bool noise = link.answer_time == 0 && link.statistics.bytes > 0;
    fail(link, noise ? "bytes come, but no answer within " + time + " s" : "no answer within " + time + " s",
         "firmware of the compiled directory with its serial loop (firmware/serial.cpp, examples/hil)",
         noise ? "is --baud the speed of the firmware's line?"
               : "is the firmware flashed and running, is this its line, and are both wires connected?");
}

struct Request {
    Message type;
    std::uint32_t session = 0;
    std::uint32_t number = 0;
    std::vector<std::uint8_t> payload{};
};

struct Answer {
    std::optional<rt::Refusal> refusal;
    std::vector<std::uint8_t> payload;
    double took = 0;  // microseconds
};

std::vector<std::uint8_t> coded(const Request& request) {
    std::vector<std::uint8_t> frame(rt::frame_overhead + request.payload.size());
    rt::put_header(frame.data(), request.type, request.session, request.number);
    std::copy(request.payload.begin(), request.payload.end(), frame.begin() + rt::frame_header);
    std::vector<std::uint8_t> line;
    rt::send(frame.data(), static_cast<std::uint32_t>(rt::frame_header + request.payload.size()),
             [&](const std::uint8_t* bytes, std::uint32_t count) {
                 line.insert(line.end(), bytes, bytes + count);
             });
    return line;
}

[[noreturn]] void fail_refused(const Link& link, rt::Refusal refusal) {
    if (refusal == rt::Refusal::version)
        fail(link, "the device speaks version " + std::to_string(link.buffer[0] >> 4) + " of the protocol",
             "version " + std::to_string(rt::link_version),
             "compile the model again and flash that firmware");
    if (refusal == rt::Refusal::no_states)
        fail(link, "the firmware keeps no states", "firmware built with SYNFIRE_LINK_STATES=1",
             "leave out --states, or build the firmware with them");
    fail(link,
         "the device refused a request as malformed (" + std::to_string(static_cast<int>(refusal)) + ")",
         "firmware compiled from this directory", "compile the model again and flash that firmware");
}

// The answer in the buffer, if it is one to this request.
std::optional<Answer> matching(const Link& link, const Request& request, std::uint32_t length) {
    const std::uint8_t* frame = link.buffer.data();
    const auto type = static_cast<std::uint8_t>(frame[0] & 0x0F);
    const bool refusal = type == static_cast<std::uint8_t>(Message::refusal);
    if (type != (static_cast<std::uint8_t>(request.type) | 8U) && !refusal) return std::nullopt;
    if (rt::get_le32(frame + 1) != request.session || rt::get_le32(frame + 5) != request.number)
        return std::nullopt;
    Answer answer{{}, {frame + rt::frame_header, frame + length}, 0};
    if (refusal) {
        if (answer.payload.size() < rt::refusal_bytes) return std::nullopt;
        answer.refusal = static_cast<rt::Refusal>(answer.payload[0]);
        return answer;
    }
    if (frame[0] >> 4 != rt::link_version) return std::nullopt;
    // Parts of the states have all the same number.
    if (request.type == Message::states &&
        (answer.payload.size() < 4 ||
         !std::equal(request.payload.begin(), request.payload.begin() + 4, answer.payload.begin())))
        return std::nullopt;
    return answer;
}

std::optional<Answer> wait_for(Link& link, const Request& request, Clock::time_point until) {
    std::uint8_t bytes[4096];
    // A line that never falls silent must not hold this loop.
    while (Clock::now() < until) {
        const std::size_t count = read_some(link.line, bytes, sizeof bytes, until);
        if (count == 0) return std::nullopt;
        link.statistics.bytes += count;
        std::optional<Answer> found;
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t length = rt::take(link.reader, bytes[i]);
            if (length == 0) continue;
            std::optional<Answer> answer = found ? std::nullopt : matching(link, request, length);
            if (answer)
                found = std::move(answer);
            else
                ++link.statistics.stray;
        }
        if (found) return found;
    }
    return std::nullopt;
}

double on_line(const Link& link, std::size_t bytes) {
    return link.options.baud == 0 ? 0 : 1e7 * static_cast<double>(bytes) / link.options.baud;
}

// Microseconds until a request is sent again.
double wait_of(const Link& link, std::size_t bytes) {
    const auto us = [](microseconds t) { return static_cast<double>(t.count()); };
    const LinkOptions& o = link.options;
    const double wait = link.answer_time == 0 ? us(o.first_wait)
                                              : std::clamp(link.answer_time + 4 * link.answer_spread,
                                                           us(o.shortest_wait), us(o.longest_wait));
    return wait + on_line(link, bytes);
}

// After a repetition nobody knows which request was answered: half of the last wait serves for the next.
void learn_from_repetition(Link& link, double wait) {
    link.answer_time = std::max(link.answer_time, 1.0);
    link.answer_spread = std::max(link.answer_spread, (wait / 2 - link.answer_time) / 4);
}

void learn(Link& link, double took) {
    if (link.answer_time == 0) {
        link.answer_time = std::max(took, 1.0);
        link.answer_spread = took / 2;
        return;
    }
    link.answer_spread = 0.75 * link.answer_spread + 0.25 * std::abs(took - link.answer_time);
    link.answer_time = 0.875 * link.answer_time + 0.125 * took;
}

// answer_bytes: how long the answer may be, for the wait.
Answer ask(Link& link, const Request& request, std::size_t answer_bytes) {
    const std::vector<std::uint8_t> bytes = coded(request);
    const Clock::time_point begin = Clock::now(), end = begin + link.options.limit;
    const double line_time = on_line(link, bytes.size() + answer_bytes + rt::frame_overhead);
    double wait = wait_of(link, bytes.size() + answer_bytes + rt::frame_overhead);
    ++link.statistics.requests;
    for (bool repeated = false;; repeated = true) {
        link.statistics.repeated += repeated;
        const Clock::time_point sent = Clock::now();
        const auto until = std::min(end, sent + microseconds(static_cast<long long>(wait)));
        if (write_all(link.line, bytes.data(), bytes.size(), end)) {
            std::optional<Answer> answer = wait_for(link, request, until);
            if (answer) {
                const std::chrono::duration<double, std::micro> took = Clock::now() - begin;
                answer->took = took.count();
                if (repeated)
                    learn_from_repetition(link, wait - line_time);
                else
                    learn(link, std::max(took.count() - line_time, 0.0));
                return *std::move(answer);
            }
        }
        if (Clock::now() >= end) fail_silent(link);
        wait = std::min(2 * wait, static_cast<double>(link.options.longest_wait.count()) + line_time);
    }
}

// A session is 0 only before the first.
std::uint32_t new_session(Link& link) {
    std::uint32_t session = 0;
    while (session == 0) session = static_cast<std::uint32_t>(link.random() >> 32);
    return session;
}

bool is_lost(rt::Refusal refusal) {
    return refusal == rt::Refusal::out_of_turn || refusal == rt::Refusal::no_session;
}

// The answer's payload; nothing where the device is elsewhere in the conversation. Sizes are checked here.
std::optional<Answer> carry_out(Link& link, const Request& request, std::size_t answer_bytes) {
    Answer answer = ask(link, request, answer_bytes);
    if (answer.refusal && is_lost(*answer.refusal)) return std::nullopt;
    if (answer.refusal) fail_refused(link, *answer.refusal);
    if (answer.payload.size() != answer_bytes) fail_refused(link, rt::Refusal::wrong_size);
    return answer;
}

std::int32_t word_at(const std::vector<std::uint8_t>& bytes, std::size_t at) {
    return static_cast<std::int32_t>(rt::get_le32(bytes.data() + at));
}

void add_outputs(const std::vector<std::uint8_t>& payload, const DeviceShape& shape, SampleRecord& record) {
    std::size_t at = rt::counts_bytes;
    for (std::size_t output : shape.outputs) {
        PopulationRecord& p = record.populations[output];
        for (std::size_t i = 0; i < p.neurons; ++i) {
            if (shape.spiking[output])
                p.s.push_back((payload[at + i / 8] >> i % 8) & 1);
            else
                p.v.push_back(word_at(payload, at + 4 * i));
        }
        at += shape.spiking[output] ? (p.neurons + 7) / 8 : 4 * p.neurons;
    }
}

// Appends what the device kept of its last step. Returns false where it lost it.
bool add_states(Link& link, const DeviceFacts& device, std::uint32_t session, SampleRecord& record) {
    const std::size_t most = (device.hello.capacity - 4) / rt::state_bytes;
    std::size_t population = 0, done = 0;
    for (std::size_t first = 0; first < device.hello.neurons; first += most) {
        const std::size_t count = std::min<std::size_t>(most, device.hello.neurons - first);
        Request request{Message::states, session, link.next - 1, std::vector<std::uint8_t>(8)};
        rt::put_le32(request.payload.data(), static_cast<std::uint32_t>(first));
        rt::put_le32(request.payload.data() + 4, static_cast<std::uint32_t>(count));
        const std::optional<Answer> answer = carry_out(link, request, 4 + count * rt::state_bytes);
        if (!answer) return false;
        for (std::size_t i = 0; i < count; ++i, ++done) {
            while (done == record.populations[population].neurons) {
                ++population;
                done = 0;
            }
            PopulationRecord& p = record.populations[population];
            const std::size_t at = 4 + i * rt::state_bytes;
            p.s.push_back(answer->payload[at]);
            p.u.push_back(word_at(answer->payload, at + 1));
            p.v.push_back(word_at(answer->payload, at + 5));
        }
    }
    return true;
}

// Levels are sent where they change.
bool new_levels(const SpikeInput& input, std::size_t count, std::size_t step) {
    if (count == 0 || step == 0) return count > 0;
    const auto now = input.levels.begin() + static_cast<std::ptrdiff_t>(step * count);
    const auto width = static_cast<std::ptrdiff_t>(count);
    return !std::equal(now, now + width, now - width);
}

std::vector<std::uint8_t> step_payload(const SpikeInput& input, const DeviceShape& shape, std::size_t step,
                                       bool observed) {
    const std::size_t neurons = shape.inputs;
    std::vector<std::uint8_t> payload(1 + (neurons + 7) / 8);
    payload[0] = observed ? rt::StepFlags::observe : 0;
    for (std::size_t i = 0; i < neurons; ++i)
        if (input.spikes[step * neurons + i] != 0)
            payload[1 + i / 8] = static_cast<std::uint8_t>(payload[1 + i / 8] | 1U << i % 8);
    if (new_levels(input, shape.levels.count, step)) {
        payload[0] |= rt::StepFlags::values;
        append_levels(input, step, shape.levels, payload);
    }
    return payload;
}

void check_shape(const Link& link, const rt::Hello& hello, const DeviceShape& shape) {
    std::size_t neurons = 0, bytes = 0;
    for (std::size_t n : shape.neurons) neurons += n;
    for (std::size_t o : shape.outputs)
        bytes += shape.spiking[o] ? (shape.neurons[o] + 7) / 8 : 4 * shape.neurons[o];
    const bool same = hello.neurons == neurons && hello.inputs == shape.inputs && hello.output_bytes == bytes;
    if (!same || hello.capacity < rt::hello_bytes) fail_refused(link, rt::Refusal::wrong_size);
}

std::optional<SampleRun> try_sample(Link& link, const DeviceFacts& device, const DeviceShape& shape,
                                    const SpikeInput& input, bool observed) {
    SampleRun run;
    run.record.steps = input.steps;
    for (std::size_t n : shape.neurons) run.record.populations.push_back({n, {}, {}, {}});
    const std::uint32_t session = new_session(link);
    if (!carry_out(link, {Message::start, session, link.next}, 0)) return std::nullopt;
    ++link.next;
    const std::size_t answer_bytes = rt::counts_bytes + device.hello.output_bytes;
    for (std::size_t step = 0; step < input.steps; ++step) {
        const Request request{Message::step, session, link.next, step_payload(input, shape, step, observed)};
        const std::optional<Answer> answer = carry_out(link, request, answer_bytes);
        if (!answer) return std::nullopt;
        ++link.next;
        run.latency.push_back(answer->took);
        run.counts.push_back(
            {rt::get_le32(answer->payload.data()), rt::get_le32(answer->payload.data() + 4)});
        if (!observed) add_outputs(answer->payload, shape, run.record);
        if (observed && !add_states(link, device, session, run.record)) return std::nullopt;
    }
    return run;
}

}  // namespace

Link::Link(const Line& to, const LinkOptions& choices)
    : line(to),
      options(choices),
      random(choices.seed),
      buffer(largest_frame),
      reader{buffer.data(), static_cast<std::uint32_t>(buffer.size())} {}

DeviceFacts greet(Link& link) {
    const Answer answer = ask(link, {Message::hello, new_session(link), 0}, rt::hello_bytes + 64);
    if (answer.refusal) fail_refused(link, *answer.refusal);
    if (answer.payload.size() < rt::hello_bytes) fail_refused(link, rt::Refusal::wrong_size);
    DeviceFacts facts{rt::get_hello(answer.payload.data()),
                      {answer.payload.begin() + rt::hello_bytes, answer.payload.end()}};
    for (char& c : facts.name)
        if (c < ' ' || c > '~') c = '?';
    link.next = facts.hello.expected;
    return facts;
}

SampleRun run_sample(Link& link, const DeviceFacts& device, const DeviceShape& shape, const SpikeInput& input,
                     bool observed) {
    check_shape(link, device.hello, shape);
    if (observed && !device.hello.states) fail_refused(link, rt::Refusal::no_states);
    for (unsigned attempt = 0;; ++attempt) {
        if (std::optional<SampleRun> run = try_sample(link, device, shape, input, observed))
            return *std::move(run);
        if (attempt == link.options.most_restarts)
            fail(link, "the device lost a sample " + std::to_string(attempt) + " times", "",
                 "does it reset itself? look at its supply and at its watchdog");
        ++link.statistics.restarts;
        if (greet(link).hello.fingerprint != device.hello.fingerprint)
            fail(link, "another network answers than before", "the same device all the time",
                 "leave the device alone while samples run");
    }
}

}  // namespace synfire::hil
