// The neurons of one population on one core: a box of its shape, which is a range where the population is
// cut along one axis only.
#pragma once

#include <array>
#include <cstddef>

#include "targets/loihi/partition/wiring.hpp"

namespace synfire::loihi {

struct Box {
    Axes first{0, 0, 0};
    Axes last{0, 0, 0};  // one beyond

    friend bool operator==(const Box&, const Box&) = default;
};

inline std::size_t neurons(const Box& box) {
    std::size_t n = 1;
    for (std::size_t a = 0; a < 3; ++a) n *= box.last[a] - box.first[a];
    return n;
}

struct Part {
    std::size_t population = 0;
    Box box;
    // Neuron k of the box, in the population's order, has the compartments from first_compartment + k * (1 or
    // 2).
    std::size_t first_compartment = 0;
};

// Calls visit(neuron of the population, its position in the box), both ascending.
template <class Visit>
void for_each_neuron(const Axes& axes, const Box& box, Visit visit) {
    std::size_t position = 0;
    for (std::size_t a = box.first[0]; a < box.last[0]; ++a)
        for (std::size_t b = box.first[1]; b < box.last[1]; ++b)
            for (std::size_t c = box.first[2]; c < box.last[2]; ++c)
                visit((a * axes[1] + b) * axes[2] + c, position++);
}

}  // namespace synfire::loihi
