// Sizes and numbers are written as they are in memory. Whoever wrote may have lost its mind: every size is
// checked against what is left of the limits before memory is taken.
#include "compiler/frontend/hdf5/tree_stream.hpp"

#include <cstdint>
#include <utility>

namespace synfire::hdf5 {
namespace {

constexpr std::size_t most_message = std::size_t{1} << 16;  // bytes of a field of a diagnostic
constexpr std::size_t most_rank = 32;                       // HDF5's own limit
constexpr std::uint64_t end_mark = 0x53796e6669726521;      // an answer that is cut short has none

struct Writer {
    const Put& put;

    void number(std::uint64_t value) const { put(reinterpret_cast<const char*>(&value), sizeof value); }

    void text(const std::string& value) const {
        number(value.size());
        put(value.data(), value.size());
    }

    void data(Data& data) const {
        number(static_cast<std::uint64_t>(data.kind));
        number(data.shape.size());
        for (const std::size_t size : data.shape) number(size);
        number(data.numbers.size());
        put(reinterpret_cast<const char*>(data.numbers.data()), data.numbers.size() * sizeof(double));
        number(data.strings.size());
        for (const std::string& string : data.strings) text(string);
        data = {};
    }

    template <typename Value, typename Write>
    void map(std::map<std::string, Value>& values, Write write) const {
        number(values.size());
        for (auto& [name, value] : values) {
            text(name);
            write(value);
        }
    }

    void group(Group& group) const {
        const auto write_data = [this](Data& value) { data(value); };
        map(group.groups, [this](Group& value) { this->group(value); });
        map(group.data, write_data);
        map(group.metadata, write_data);
    }

    void body(Tree& tree) const {
        number(tree.is_typed);
        group(tree.root);
    }

    void body(const Diagnostic& d) const {
        for (const std::string* field : {&d.node, &d.field, &d.reason, &d.expected, &d.hint})
            text(field->substr(0, most_message));
    }

    void body(const Mistake& mistake) const { text(mistake.what.substr(0, most_message)); }

    void body(NoMemory) const {}
};

struct Unreadable {};

struct Reader {
    const Get& get;
    Limits left;

    void bytes(char* to, std::size_t count) const {
        if (!get(to, count)) throw Unreadable{};
    }

    // A number of things of which at most `most` are allowed.
    std::size_t number(std::uint64_t most) const {
        std::uint64_t value = 0;
        bytes(reinterpret_cast<char*>(&value), sizeof value);
        if (value > most) throw Unreadable{};
        return static_cast<std::size_t>(value);
    }

    // Takes them from what is left.
    std::size_t taken(std::size_t& left_over) const {
        const std::size_t count = number(left_over);
        left_over -= count;
        return count;
    }

    std::string text(std::size_t size) const {
        std::string value(size, '\0');
        bytes(value.data(), size);
        return value;
    }

    Data data() {
        Data data;
        data.kind = static_cast<Data::Kind>(number(static_cast<std::uint64_t>(Data::Kind::other)));
        data.shape.resize(number(most_rank));
        for (std::size_t& size : data.shape) size = number(UINT64_MAX);
        data.numbers.resize(taken(left.values));
        bytes(reinterpret_cast<char*>(data.numbers.data()), data.numbers.size() * sizeof(double));
        data.strings.resize(taken(left.values));
        for (std::string& string : data.strings) string = text(taken(left.text));
        const std::size_t count = element_count(data.shape).value_or(max_elements + 1);
        if (data.numbers.size() != (data.kind == Data::Kind::numbers ? count : 0) ||
            data.strings.size() != (data.kind == Data::Kind::strings ? count : 0))
            throw Unreadable{};
        return data;
    }

    template <typename Read>
    auto map(Read read) {
        std::map<std::string, decltype(read())> values;
        for (std::size_t count = taken(left.objects); count > 0; --count) {
            std::string name = text(number(left.name));
            if (!is_plain(name, left.name) || !values.emplace(std::move(name), read()).second)
                throw Unreadable{};
        }
        return values;
    }

    Group group(int depth) {
        if (depth > left.depth) throw Unreadable{};
        const auto read_data = [this] { return data(); };
        Group group;
        group.groups = map([&] { return this->group(depth + 1); });
        group.data = map(read_data);
        group.metadata = map(read_data);
        return group;
    }

    Tree tree() {
        Tree tree;
        tree.is_typed = number(1) == 1;
        tree.root = group(0);
        return tree;
    }

    Diagnostic diagnostic() const {
        Diagnostic d;
        for (std::string* field : {&d.node, &d.field, &d.reason, &d.expected, &d.hint})
            *field = text(number(most_message));
        return d;
    }

    Answer answer() {
        switch (number(std::variant_size_v<Answer> - 1)) {
            case 0:
                return tree();
            case 1:
                return diagnostic();
            case 2:
                return Mistake{text(number(most_message))};
            default:
                return NoMemory{};
        }
    }
};

}  // namespace

void write_answer(Answer answer, const Put& put) {
    const Writer writer{put};
    writer.number(answer.index());
    std::visit([&](auto& body) { writer.body(body); }, answer);
    writer.number(end_mark);
}

std::optional<Answer> read_answer(const Get& get, const Limits& limits) {
    Reader reader{get, limits};
    try {
        Answer answer = reader.answer();
        if (reader.number(end_mark) != end_mark) return std::nullopt;
        return answer;
    } catch (const Unreadable&) {
        return std::nullopt;
    }
}

}  // namespace synfire::hdf5
