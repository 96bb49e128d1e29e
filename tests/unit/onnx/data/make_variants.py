#!/usr/bin/env python3
"""Writes variants/*.onnx and variants.npz: single neurons written in the many ways that exporters use, with the spikes
that a plain evaluation of the graph in float64 gives; and refused/*.onnx, which the front end must refuse.

Needs numpy and onnx. Seeded: the same files in every run.
"""
import os
import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

HERE = os.path.dirname(os.path.abspath(__file__))
N, K, T = 4, 6, 40  # neurons, inputs, steps
OPS = {
    "Add": lambda a, b: a + b, "Sub": lambda a, b: a - b, "Mul": lambda a, b: a * b, "Div": lambda a, b: a / b,
    "Neg": lambda a: -a, "Greater": lambda a, b: a > b, "GreaterOrEqual": lambda a, b: a >= b, "Less": lambda a, b: a < b,
    "LessOrEqual": lambda a, b: a <= b, "Not": lambda a: ~a, "Where": lambda c, a, b: np.where(c, a, b),
    "Identity": lambda a: a, "Dropout": lambda a: a, "MatMul": lambda a, b: a @ b, "Sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "Relu": lambda a: np.maximum(a, 0), "Clip": lambda a, lo, hi: np.clip(a, lo, hi), "Exp": np.exp,
    "Cast": lambda a, to=1: a.astype(np.int64 if to == TensorProto.INT64 else np.float64).astype(np.float64), "Flatten": lambda a: a.reshape(a.shape[0], -1),
    "Transpose": lambda a: a.T, "Equal": lambda a, b: a == b, "Floor": np.floor, "Gather": lambda a, i: a[..., int(i)],
}


def lif(x, v, beta, th, v_reset=0.0, gain=1.0, reset=b"subtract", timing=b"immediate", compare=b"gt"):
    """org.snn::LIF of version 1."""
    above = lambda p: (p >= th if compare == b"ge" else p > th).astype(np.float64)
    to = {b"zero": 0.0, b"value": v_reset}
    if timing == b"immediate":
        h = beta * v + gain * x
        s = above(h)
        return s, h - s * th if reset == b"subtract" else h if reset == b"none" else h * (1 - s) + s * to[reset]
    r = above(v)
    if reset == b"subtract":
        h = beta * v + gain * x - r * th
    else:
        h = beta * (v * (1 - r) + r * to[reset]) + gain * x
    return above(h), h


class Model:
    """A graph under construction; every method returns the name of its result."""

    def __init__(self):
        self.nodes, self.inits, self.inputs, self.outputs, self.count = [], {}, {}, {}, 0

    def const(self, value):
        name = f"c{len(self.inits)}"
        self.inits[name] = np.asarray(value, np.float32)
        return name

    def op(self, op, *inputs, out=None, **attributes):
        self.count += 1
        inputs = [i if isinstance(i, str) else self.const(i) for i in inputs]
        out = out or f"t{self.count}"
        self.nodes.append(helper.make_node(op, inputs, [out], name=f"{op}_{self.count}", **attributes))
        return out

    def input(self, name, *shape, kind=TensorProto.FLOAT):
        self.inputs[name] = helper.make_tensor_value_info(name, kind, shape)
        return name

    def output(self, name, *shape):
        self.outputs[name] = helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    def proto(self, opset=13, ir=7, org=1):
        graph = helper.make_graph(self.nodes, "variant", list(self.inputs.values()), list(self.outputs.values()),
                                  [numpy_helper.from_array(v, k) for k, v in self.inits.items()])
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)]
                                 + [helper.make_opsetid(d, org) for d in sorted({n.domain for n in self.nodes} - {""})],
                                 ir_version=ir)

    def step(self, feeds):
        env = {k: v.astype(np.float64) for k, v in self.inits.items()} | feeds
        for n in self.nodes:
            args = [env[i] for i in n.input]
            attr = {a.name: helper.get_attribute_value(a) for a in n.attribute}
            if n.op_type == "LIF":
                attr.pop("max_spikes", None)
                env[n.output[0]], env[n.output[1]] = lif(*args, **attr)
            elif n.op_type == "DequantizeLinear":
                along = lambda a: np.reshape(a, (-1, 1)) if np.ndim(a) else a
                zero = along(args[2]) if len(args) > 2 else 0
                env[n.output[0]] = (args[0] - zero) * along(args[1])
            elif n.op_type == "Gemm":
                a = args[0].T if attr.get("transA") else args[0]
                b = args[1].T if attr.get("transB") else args[1]
                y = attr.get("alpha", 1.0) * (a @ b)
                env[n.output[0]] = y + attr.get("beta", 1.0) * args[2] if len(args) > 2 else y
            else:
                env[n.output[0]] = OPS[n.op_type](*args, **{k: v for k, v in attr.items() if k == "to"})
        return env


def layer(m, rng, x="x", scale=0.6, bias=True):
    w = rng.uniform(-0.3, 1, (N, K)) * scale
    return m.op("Gemm", x, w, rng.uniform(-0.1, 0.1, N), transB=1) if bias else m.op("Gemm", x, w, transB=1)


def spiking(m, s, v):
    m.output(s, 1, N)
    m.output(v, 1, N)


def start(rng):
    m = Model()
    m.input("x", 1, K)
    m.input("v", 1, N)
    return m, layer(m, rng)


def sj(rng, charge, reset, vr=0.25, th=1.0):
    """SpikingJelly: charge(m, i) gives v before the reset."""
    m, i = start(rng)
    h = charge(m, i)
    s = m.op("Cast", m.op("GreaterOrEqual", h, th), to=1, out="s")
    if reset == "hard":
        m.op("Add", m.op("Mul", s, vr), m.op("Mul", m.op("Add", m.op("Neg", s), 1.0), h), out="v_next")
    else:
        m.op("Sub", h, m.op("Mul", s, th), out="v_next")
    spiking(m, "s", "v_next")
    return m


def snntorch(rng, reset="subtract", th=1.0, beta=0.85, amount=None, compare="sub"):
    m, i = start(rng)

    def above(v):
        if compare == "less":
            return m.op("Cast", m.op("Less", th, v), to=1)
        if compare == "not":
            return m.op("Cast", m.op("Not", m.op("LessOrEqual", v, th)), to=1)
        if compare == "scaled":
            return m.op("Cast", m.op("Greater", m.op("Mul", m.op("Sub", v, th), 25.0), 0.0), to=1)
        return m.op("Cast", m.op("Greater", m.op("Sub", v, th), 0.0), to=1)

    r = above("v")
    if reset == "subtract":
        out = m.op("Sub", m.op("Add", m.op("Mul", beta, "v"), i), m.op("Mul", r, th if amount is None else amount),
                   out="v_next")
    elif reset == "zero":
        out = m.op("Add", m.op("Mul", beta, m.op("Mul", m.op("Sub", 1.0, r), "v")), i, out="v_next")
    elif reset == "whole":
        base = m.op("Add", m.op("Mul", beta, "v"), i)
        out = m.op("Sub", base, m.op("Mul", r, base), out="v_next")
    else:
        out = m.op("Add", m.op("Mul", beta, "v"), i, out="v_next")
    m.op("Identity", above(out), out="s")
    spiking(m, "s", "v_next")
    return m


def synaptic(rng, reset="subtract", recurrent=False, gain=1.0, beta=0.85):
    """snnTorch Synaptic, RSynaptic: the current i is a state of its own."""
    m = Model()
    m.input("x", 1, K)
    m.input("v", 1, N)
    m.input("i", 1, N)
    i = layer(m, rng, bias=reset == "subtract")
    if recurrent:
        m.input("s", 1, N)
        i = m.op("Add", i, m.op("Gemm", "s", rng.uniform(-0.8, 0.4, (N, N)), rng.uniform(-0.1, 0.1, N), transB=1))
    alpha = np.float32([0.0, 0.3, 0.6, 0.9])
    r = m.op("Cast", m.op("Greater", m.op("Sub", "v", 1.0), 0.0), to=1)
    u = m.op("Add", m.op("Mul", alpha, "i"), i)
    if reset == "zero":
        u = m.op("Sub", u, m.op("Mul", r, 0.0))
    m.op("Identity", u, out="i_next")
    h = m.op("Add", m.op("Mul", beta, "v"), u if gain == 1.0 else m.op("Mul", u, gain))
    m.op("Sub", h, m.op("Mul", r, 1.0 if reset == "subtract" else h), out="v_next")
    s = "s_next" if recurrent else "s"
    m.op("Cast", m.op("Greater", m.op("Sub", "v_next", 1.0), 0.0), to=1, out=s)
    spiking(m, s, "v_next")
    m.output("i_next", 1, N)
    return m


def quantized(rng, scale, zero, axis):
    """Integer weights and an int32 bias before DequantizeLinear."""
    m = Model()
    m.input("x", 1, K)
    m.input("v", 1, N)
    info = np.iinfo(zero.dtype)
    m.inits["w"] = rng.integers(info.min // 3 * 2 if info.min else 70, info.max, (N, K), zero.dtype)
    m.inits["z"] = zero
    m.inits["b"] = rng.integers(-1000, 1000, N, np.int32)
    i = m.op("Gemm", "x", m.op("DequantizeLinear", "w", scale, "z", axis=axis),
             m.op("DequantizeLinear", "b", np.float32(1e-4)), transB=1)
    h = m.op("Add", m.op("Mul", "v", 0.9), i)
    s = m.op("Cast", m.op("Greater", h, 1.0), to=1, out="s")
    m.op("Sub", h, s, out="v_next")
    spiking(m, "s", "v_next")
    return m


def org(rng, *more, **attributes):
    m, i = start(rng)
    inputs = [i, "v", m.const(0.85), m.const(0.9)] + [m.const(value) for value in more]
    m.nodes.append(helper.make_node("LIF", inputs, ["s", "v_next"], name="lif", domain="org.snn", **attributes))
    spiking(m, "s", "v_next")
    return m


def multi_spike(rng, op):
    m, i = start(rng)
    h = m.op("Add", "v", i)
    k = m.op("Div", h, 1.0)
    k = m.op("Floor", k) if op == "Floor" else m.op("Cast", m.op("Cast", k, to=TensorProto.INT64), to=1)
    s = m.op("Mul", m.op("Cast", m.op("Greater", h, 0.0), to=1), k, out="s")
    m.op("Sub", h, s, out="v_next")
    spiking(m, "s", "v_next")
    return m


def batch_is_time(rng):
    m = picked(rng)
    dims(m, "x", 2, 1, K)
    del m.nodes[0].attribute[:]
    return m


def other_domain(rng):
    m = org(rng)
    m.nodes[-1].domain = "my.neurons"
    return m


def where_reset(rng):
    m, i = start(rng)
    h = m.op("Add", m.op("Mul", "v", 0.8), i)
    fired = m.op("Greater", h, 1.0)
    m.op("Where", fired, 0.0, h, out="v_next")
    m.op("Where", fired, 1.0, 0.0, out="s")
    spiking(m, "s", "v_next")
    return m


def synapse(rng, form):
    """An IF neuron behind one of the ways to write a layer."""
    m = Model()
    m.input("x", 1, K)
    m.input("v", 1, N)
    w, b = rng.uniform(-0.3, 0.6, (N, K)), rng.uniform(-0.1, 0.1, N)
    if form == "matmul_add":
        i = m.op("Add", b, m.op("MatMul", "x", w.T))
    elif form == "matmul_column":  # W x^T, transposed back
        i = m.op("Transpose", m.op("MatMul", w, m.op("Transpose", "x", perm=[1, 0])), perm=[1, 0])
    elif form == "gemm_alpha_beta":
        i = m.op("Gemm", "x", w.T, b, alpha=0.5, beta=2.0)
    elif form == "gemm_trans_a":  # x as a column
        m.inputs["x"] = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, K])
        i = m.op("Gemm", m.op("Transpose", "x", perm=[1, 0]), w, b, transA=1, transB=1)
    elif form == "residual":
        y = rng.uniform(-0.3, 0.3, (N, K))
        i = m.op("Add", m.op("Gemm", "x", w, b, transB=1), m.op("MatMul", "x", y.T))
    elif form == "chain":
        y = rng.uniform(-0.8, 0.8, (N, N))
        i = m.op("Gemm", m.op("Gemm", "x", w, b, transB=1), y, b, transB=1)
    elif form == "scaled":  # gain behind the layer, one per neuron, and dropout in eval mode
        i = m.op("Dropout", m.op("Mul", m.op("Gemm", "x", w, b, transB=1), np.linspace(0.5, 2, N)))
    elif form == "one_to_one":
        m.inputs["x"] = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, N])
        i = m.op("Mul", "x", 0.4)
    h = m.op("Add", m.op("Mul", "v", 0.9), i)
    s = m.op("Cast", m.op("Greater", h, 1.0), to=1, out="s")
    m.op("Sub", h, s, out="v_next")
    spiking(m, "s", "v_next")
    return m


def readout(rng):
    m = snntorch(rng)
    m.input("w", 1, 3)
    m.op("Add", m.op("Mul", "w", 0.95), m.op("Gemm", "s", rng.uniform(-1, 1, (3, N)), transB=1), out="w_next")
    m.output("w_next", 1, 3)
    return m


def renamed(rng, inputs, outputs):
    """States whose names do not tell their pairs."""
    m = snntorch(rng)
    names = dict(zip(["x", "v"], inputs)) | dict(zip(["s", "v_next"], outputs))
    for n in m.nodes:
        n.input[:] = [names.get(i, i) for i in n.input]
        n.output[:] = [names.get(o, o) for o in n.output]
    for table in (m.inputs, m.outputs):
        for old in list(table):
            if old in names:
                info = table.pop(old)
                info.name = names[old]
                table[names[old]] = info
    return m


def reset_by_spike_state(rng):
    m, i = start(rng)
    m.input("s", 1, N)
    m.op("Sub", m.op("Add", m.op("Mul", "v", 0.9), i), m.op("Mul", "s", 0.8), out="v_next")
    m.op("Cast", m.op("Greater", "v_next", 1.0), to=1, out="s_next")
    spiking(m, "s_next", "v_next")
    return m


decay_input = lambda vr: lambda m, i: m.op("Add", "v", m.op("Div", m.op("Sub", i, m.op("Sub", "v", vr)), 2.0))
decay_soft = lambda m, i: m.op("Add", "v", m.op("Div", m.op("Sub", i, "v"), 2.0))
no_decay_input = lambda vr: lambda m, i: m.op("Add", m.op("Sub", "v", m.op("Div", m.op("Sub", "v", vr), 2.0)), i)
plif = lambda m, i: m.op("Add", "v", m.op("Mul", m.op("Sub", i, "v"), m.op("Sigmoid", np.float32(0.3))))
integrate = lambda m, i: m.op("Add", "v", i)

VARIANTS = {
    "if_hard": lambda r: sj(r, integrate, "hard"),
    "if_soft": lambda r: sj(r, integrate, "soft"),
    "lif_decay_input_hard": lambda r: sj(r, decay_input(0.25), "hard", 0.25, 0.4),
    "lif_decay_input_soft": lambda r: sj(r, decay_soft, "soft", th=0.4),
    "lif_hard": lambda r: sj(r, no_decay_input(0.25), "hard"),
    "plif_soft": lambda r: sj(r, plif, "soft", th=0.4),
    "leaky_none": lambda r: snntorch(r, "none"),
    "leaky_zero": lambda r: snntorch(r, "zero"),
    "leaky_amount": lambda r: snntorch(r, amount=0.6),
    "leaky_less": lambda r: snntorch(r, compare="less"),
    "leaky_not": lambda r: snntorch(r, compare="not"),
    "leaky_scaled": lambda r: snntorch(r, compare="scaled"),
    "leaky_per_neuron": lambda r: snntorch(r, th=np.float32([0.8, 1, 1.2, 1.4]), beta=np.float32([0.5, 0.7, 0.9, 1])),
    "leaky_position": lambda r: renamed(r, ["a", "b"], ["c", "d"]),
    "where_reset": where_reset,
    "spike_state_reset": reset_by_spike_state,
    "readout": readout,
} | {f"synapse_{f}": (lambda f: lambda r: synapse(r, f))(f) for f in (
    "matmul_add", "matmul_column", "gemm_alpha_beta", "gemm_trans_a", "residual", "chain", "scaled", "one_to_one")} | {
    "leaky_wiped": lambda r: snntorch(r, "whole"),
    "synaptic_subtract": synaptic,
    "synaptic_zero": lambda r: synaptic(r, "zero"),
    "synaptic_recurrent": lambda r: synaptic(r, recurrent=True),
    "synaptic_gain": lambda r: synaptic(r, gain=0.4),
    "qdq_per_tensor": lambda r: quantized(r, np.float32(0.01), np.uint8(100), 1),
    "qdq_per_row": lambda r: quantized(r, np.float32([0.004, 0.006, 0.008, 0.01]), np.int8([0, 3, -5, 0]), 0),
    "org_subtract": org,
    "org_zero": lambda r: org(r, reset="zero", compare="ge"),
    "org_value": lambda r: org(r, -0.2, 0.7, reset="value", compare="gt"),
    "org_none": lambda r: org(r, reset="none", max_spikes=1),
    "org_next_subtract": lambda r: org(r, timing="next_step"),
    "org_next_zero": lambda r: org(r, timing="next_step", reset="zero"),
    "org_next_value": lambda r: org(r, 0.1, timing="next_step", reset="value"),
}


def dims(m, name, *shape):
    m.inputs[name] = helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    return m


def graded(rng):
    m = snntorch(rng)
    m.op("Mul", "s", 2.0, out="g")
    m.outputs.clear()
    m.output("g", 1, N)
    m.output("v_next", 1, N)
    return m


def graded_inside(rng):
    m = readout(rng)
    gemm = next(n for n in m.nodes if n.op_type == "Gemm" and n.input[0] == "s")
    m.nodes.insert(list(m.nodes).index(gemm), helper.make_node("Mul", ["s", m.const(2.0)], ["g"], name="graded"))
    gemm.input[0] = "g"
    return m


def two_thresholds(rng):
    m = snntorch(rng)
    m.op("Cast", m.op("Greater", "v_next", 1.5), to=1, out="s2")
    m.output("s2", 1, N)
    return m


def ambiguous(rng):
    m = renamed(rng, ["x", "v"], ["s", "a"])
    m.op("Add", "a", 1.0, out="b")
    m.output("b", 1, N)
    return m


def potential_synapses(rng):
    m = readout(rng)
    next(n for n in m.nodes if n.op_type == "Gemm" and n.input[0] == "s").input[0] = "v"
    return m


def no_delay(rng):
    m, i = start(rng)
    r = m.op("Cast", m.op("Greater", "v", 1.0), to=1)
    h = m.op("Sub", m.op("Add", m.op("Mul", 0.9, "v"), i), r)
    s = m.op("Cast", m.op("Greater", h, 1.0), to=1, out="s")
    m.op("Sub", h, m.op("Sub", s, r), out="v_next")
    spiking(m, "s", "v_next")
    return m


def several_rows(rng):
    m = Model()
    m.input("x", 1, 2, K)
    m.input("v", 1, 2, N)
    i = m.op("MatMul", "x", rng.uniform(-1, 1, (K, N)))
    h = m.op("Add", "v", i)
    s = m.op("Cast", m.op("Greater", h, 1.0), to=1, out="s")
    m.op("Sub", h, s, out="v_next")
    m.output("s", 1, 2, N)
    m.output("v_next", 1, 2, N)
    return m


def loop(rng):
    m = snntorch(rng)
    body = helper.make_graph([helper.make_node("Identity", ["c"], ["c_out"])], "body",
                             [helper.make_tensor_value_info("t", TensorProto.INT64, []),
                              helper.make_tensor_value_info("c", TensorProto.BOOL, [])],
                             [helper.make_tensor_value_info("c_out", TensorProto.BOOL, [])])
    m.nodes.append(helper.make_node("Loop", ["", "", ], [], name="loop", body=body))
    return m


def picked(rng):
    """One of two values per feature."""
    m = snntorch(rng)
    m.inits["time"] = np.array(0, np.int64)
    dims(m, "x", 1, K, 2)
    m.nodes.insert(0, helper.make_node("Gather", ["x", "time"], ["x_0"], name="x_0", axis=2))
    next(n for n in m.nodes if n.op_type == "Gemm").input[0] = "x_0"
    return m


def custom_domain(rng):
    m = Model()
    m.input("x", 1, K)
    m.input("v", 1, N)
    m.nodes.append(helper.make_node("LIF", [layer(m, rng), "v"], ["s", "v_next"], name="lif", domain="org.snn"))
    spiking(m, "s", "v_next")
    return m


def quadratic(rng):
    m, i = start(rng)
    m.input("i", 1, N)
    m.op("Add", m.op("Mul", "i", 0.7), i, out="i_next")
    m.op("Add", m.op("Mul", m.op("Mul", "v", "v"), 0.5), "i_next", out="v_next")  # quadratic
    m.op("Cast", m.op("Greater", "v_next", 1.0), to=1, out="s")
    spiking(m, "s", "v_next")
    m.output("i_next", 1, N)
    return m


def qdq_signal(rng):
    m = snntorch(rng)
    m.inits["z"] = np.array(0, np.int8)
    scale = m.const(0.5)
    m.nodes[:0] = [helper.make_node("QuantizeLinear", ["x", scale, "z"], ["xi"], name="quantize"),
                   helper.make_node("DequantizeLinear", ["xi", scale, "z"], ["xd"], name="dequantize")]
    next(n for n in m.nodes if n.op_type == "Gemm").input[0] = "xd"
    return m


def old_current(rng):
    """The potential adds the current of the step before."""
    m, i = start(rng)
    m.input("i", 1, N)
    m.op("Add", m.op("Mul", "i", 0.7), i, out="i_next")
    m.op("Add", m.op("Mul", "v", 0.5), "i", out="v_next")
    m.op("Cast", m.op("Greater", "v_next", 1.0), to=1, out="s")
    spiking(m, "s", "v_next")
    m.output("i_next", 1, N)
    return m


def coupled(rng):
    """A resonator: the second state follows the potential."""
    m, i = start(rng)
    m.input("i", 1, N)
    m.op("Sub", m.op("Mul", "i", 0.7), m.op("Mul", "v", 0.2), out="i_next")
    m.op("Add", m.op("Add", m.op("Mul", "v", 0.5), "i_next"), i, out="v_next")
    m.op("Cast", m.op("Greater", "v_next", 1.0), to=1, out="s")
    spiking(m, "s", "v_next")
    m.output("i_next", 1, N)
    return m


REFUSED = {
    "loop": (loop, {}),
    "custom_domain": (custom_domain, {}),
    "quadratic": (quadratic, {}),
    "two_thresholds": (two_thresholds, {}),
    "threshold_zero": (lambda r: snntorch(r, th=0.0), {}),
    "old_current": (old_current, {}),
    "ambiguous_state": (ambiguous, {}),
    "potential_synapses": (potential_synapses, {}),
    "dynamic_size": (lambda r: dims(snntorch(r), "x", 1, "features"), {}),
    "batch_of_4": (lambda r: dims(snntorch(r), "x", 4, K), {}),
    "opset_8": (snntorch, {"opset": 8}),
    "opset_22": (snntorch, {"opset": 22}),
    "ir_11": (snntorch, {"ir": 11}),
    "coupled": (coupled, {}),
    "qdq_signal": (qdq_signal, {}),
    "batch_is_time": (batch_is_time, {}),
    "org_attribute": (lambda r: org(r, v_min=-1.0), {}),
    "org_timing": (lambda r: org(r, timing="snntorch_nodelay"), {}),
    "org_version": (org, {"org": 2}),
    "org_v_reset": (lambda r: org(r, reset="value"), {}),
    "other_domain": (other_domain, {}),
}

GRADED = {"graded_output": 2}  # what the first output multiplies its spikes with

VARIANTS |= {
    "graded_output": graded,
    "graded_inside": graded_inside,
    "reset_no_delay": no_delay,
    "picked": picked,
    "several_rows": several_rows,
    "multi_spike": lambda r: multi_spike(r, "Cast"),
    "multi_spike_floor": lambda r: multi_spike(r, "Floor"),
}


def main():
    arrays = {}
    for folder in ("variants", "refused"):
        os.makedirs(os.path.join(HERE, folder), exist_ok=True)
    for index, (name, make) in enumerate(VARIANTS.items()):
        rng = np.random.default_rng(index)
        m = make(rng)
        save(m.proto(), os.path.join(HERE, "variants", name + ".onnx"))
        inputs, outputs = list(m.inputs), list(m.outputs)
        size = lambda i: [d.dim_value for d in m.inputs[i].type.tensor_type.shape.dim]
        x = (rng.random((T, *size(inputs[0])[1:])) < 0.5).astype(np.uint8)
        pairs = {"v": "v_next", "b": "d", "s": "s_next", "w": "w_next", "i": "i_next"}
        state = {i: np.zeros(size(i)) for i in inputs[1:]}
        seen = {o: [] for o in outputs}
        for t in range(T):
            env = m.step({inputs[0]: x[t : t + 1].astype(np.float64), **state})
            state = {i: env[pairs[i]] for i in state}
            for o in outputs:
                seen[o].append(env[o][0])
        arrays[name + "_x"] = x.reshape(T, -1)
        arrays[name + "_s"] = (np.array(seen[outputs[0]]) / GRADED.get(name, 1)).astype(np.uint8).reshape(T, -1)
        if "w_next" in seen:
            arrays[name + "_w"] = np.array(seen["w_next"])
        print(f"{name}: spike rate {arrays[name + '_s'].mean():.3f}")
    np.savez_compressed(os.path.join(HERE, "variants.npz"), **arrays)
    for index, (name, (make, versions)) in enumerate(REFUSED.items()):
        save(make(np.random.default_rng(index)).proto(**versions), os.path.join(HERE, "refused", name + ".onnx"))


if __name__ == "__main__":
    main()
