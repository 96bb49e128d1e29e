"""Writes arithmetic_vectors.hpp: single neurons of the recordings in lava/ and loihi/, step by step.

For every chosen neuron the sum of arriving weights is worked out here, from the recording alone; s, u and v are
what Lava and brian2_loihi recorded (see README.md for their versions).

    python3 arithmetic_vectors.py            writes the header
    python3 arithmetic_vectors.py --check    exits with 1 where the header is not what would be written
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
STEPS = 60

# Recording -> neurons of its first layer; or how many groups, of which the first neuron is taken.
LAVA = {
    "00_dense1_du0_dv1": [0, 1],
    "01_dense2_du1_dv2048": [0],
    "02_dense3_du409_dv0": [0],
    "03_dense1_du2048_dv409": [0, 1],
    "04_dense2_du4095_dv4095": [0],
    "27_saturate_v": [0, 1],
    "28_wrap_u": [0, 1],
    "29_bias_extreme": [0, 1, 2],
    "30_du_minus1_dv4096": [0, 1],
    "32_refractory0": [0, 1],
    "33_softreset0": [0, 1],
    "34_refractory1": [0],
    "35_softreset1": [0],
}
LOIHI = {
    "01_single_lif_exc_inh": None,
    "02_decay_u_corners": None,
    "03_decay_v_corners": None,
    "04_threshold_strict": None,
    "05_refractory_sweep": 4,
}


def tensor(value, index):
    return value["data"][index] if isinstance(value, dict) else value


def lava_weight(weight, mixed, bits):
    """Lava's truncation of a mantissa: the grid is coarser by one bit where both signs may occur."""
    step = 1 << (8 - (bits - (1 if mixed else 0)))
    low, high = (-256, 255) if mixed else (0, 255)
    return max(low, min(high, weight)) // step * step


def lava_sums(case, layer, neuron):
    """An input spike of row k arrives in step k + 1."""
    width = case["input"]["shape"][0]
    spikes = case["input"]["spikes"]["data"]
    sums = [0] * case["steps"]
    for connection in layer["inputs"]:
        synapse = connection["synapse"]
        assert connection["from"] == -1 and synapse["type"] == "dense" and synapse["sign_mode"] in (None, 1, 2)
        data = synapse["weights"]["data"]
        mixed = synapse["sign_mode"] == 1 or min(data) < 0
        row = [lava_weight(w, mixed, synapse["num_weight_bits"]) for w in data[neuron * width : (neuron + 1) * width]]
        for t in range(1, case["steps"]):
            total = sum(w for i, w in enumerate(row) if spikes[(t - 1) * width + i])
            exponent = synapse["weight_exp"]
            sums[t] += total << exponent if exponent >= 0 else total >> -exponent
    return sums


def lava_vectors():
    for name, neurons in LAVA.items():
        case = json.loads((HERE / "lava" / (name + ".json")).read_text())
        layer = case["layers"][0]
        lif, expect = layer["neuron"], layer["expect"]
        size = layer["shape"][0]
        for neuron in neurons:
            mantissa = (tensor(lif.get("bias_mant", 0), neuron) + 2**15) % 2**16 - 2**15  # kept in 16 bits
            exponent = tensor(lif.get("bias_exp", 0), neuron)
            bias = mantissa << exponent if exponent >= 0 else mantissa >> -exponent
            threshold = lif["vth"] * 64
            soft = lif["type"].startswith("LIFSoftReset")
            steps = min(STEPS, case["steps"])
            yield {
                "name": f"lava/{name}.json, neuron {neuron}",
                "rules": "lava_rules",
                "parameters": [
                    lif["du"] + 1,
                    lif["dv"],
                    bias,
                    threshold,
                    "Reset::subtract_at_once" if soft else "Reset::to_value",
                    threshold if soft else 0,
                    lif.get("refractory_period", 0),
                ],
                "state": [tensor(lif.get("u0", 0), neuron), tensor(lif.get("v0", 0), neuron), 0],
                "steps": [
                    (total, *(expect[key][t * size + neuron] for key in "suv"))
                    for t, total in enumerate(lava_sums(case, layer, neuron)[:steps])
                ],
            }


def loihi_sums(case, group):
    """w_act is the decoded weight times 64; an input spike of step t acts in step t + delay."""
    sums = [0] * case["steps"]
    inputs = {entry["id"]: entry["spikes"] for entry in case["inputs"]}
    for synapse in case["synapses"]:
        if synapse["dst"] != group["id"]:
            continue
        for source, target, weight in zip(synapse["i"], synapse["j"], synapse["w_act"]):
            if target != 0:
                continue
            assert weight % 64 == 0
            for t, i in inputs[synapse["src"]]:
                if i == source and t + synapse["delay"] < case["steps"]:
                    sums[t + synapse["delay"]] += weight // 64
    return sums


def loihi_vectors():
    for name, most in LOIHI.items():
        case = json.loads((HERE / "loihi" / (name + ".json")).read_text())
        for group in case["groups"][:most]:
            expect = case["expected"][group["id"]]
            spikes = {t for t, i in expect["spikes"] if i == 0}
            steps = min(STEPS, case["steps"])
            yield {
                "name": f"loihi/{name}.json, group {group['id']}",
                "rules": "loihi_rules",
                "parameters": [
                    group["decay_u"],
                    group["decay_v"],
                    0,
                    group["vth_mant"] * 64,
                    "Reset::to_value",
                    0,
                    group["refractory"] - 1,
                ],
                "state": [0, 0, 0],
                "steps": [
                    (total, int(t in spikes), expect["u"][t][0], expect["v"][t][0])
                    for t, total in enumerate(loihi_sums(case, group)[:steps])
                ],
            }


def text():
    lines = [
        "// Single neurons as Lava 0.11 and brian2_loihi computed them, step by step. Written by arithmetic_vectors.py",
        "// from the recordings in lava/ and loihi/; README.md says where those come from. Freestanding C++17.",
        "// clang-format off",
        "#pragma once",
        "",
        '#include "runtime/neuron.hpp"',
        "",
        "namespace synfire::rt::golden {",
        "",
        "// What arrives in a step, and what the neuron must show after it.",
        "struct VectorStep {",
        "    int32_t sum;",
        "    int32_t s, u, v;",
        "};",
        "",
        "struct Vector {",
        "    const Rules* rules;",
        "    NeuronParameters parameters;",
        "    NeuronState state;  // before the first step",
        "    const VectorStep* steps;",
        "    int count;",
        "};",
        "",
    ]
    vectors = [*lava_vectors(), *loihi_vectors()]
    for k, vector in enumerate(vectors):
        lines += [f"// {vector['name']}", f"inline constexpr VectorStep steps_{k}[] = {{"]
        line = "   "
        for step in vector["steps"]:
            cell = " {%d, %d, %d, %d}," % step
            if len(line) + len(cell) > 110:
                lines.append(line)
                line = "   "
            line += cell
        lines += [line, "};", ""]
    lines.append("inline constexpr Vector vectors[] = {")
    for k, vector in enumerate(vectors):
        parameters = ", ".join(str(x) for x in vector["parameters"])
        state = ", ".join(str(x) for x in vector["state"])
        lines.append(f"    {{&{vector['rules']}, {{{parameters}}}, {{{state}}}, steps_{k}, {len(vector['steps'])}}},")
    lines += ["};", "", "}  // namespace synfire::rt::golden"]
    return "\n".join(lines) + "\n"


def main():
    header = HERE / "arithmetic_vectors.hpp"
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if header.read_text() == text() else f"{header.name} is not what {pathlib.Path(__file__).name} writes")
    header.write_text(text())


if __name__ == "__main__":
    main()
