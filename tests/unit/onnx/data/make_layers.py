#!/usr/bin/env python3
"""Writes layers/*.onnx and layers.npz: one neuron layer behind every kind of layer that the front end reads, neurons of
the rarer kinds, and the same network as other exporters and number types write it, with the spikes that a plain
evaluation of the graph in float64 gives.

Needs numpy and onnx. Seeded: the same files in every run.
"""
import os
import numpy as np
from onnx import TensorProto, helper, numpy_helper, save
from make_variants import Model, T

HERE = os.path.dirname(os.path.abspath(__file__))
I64 = np.int64


def windows(x, kernel, a):
    """[C, out..., kernel...] of x [1, C, H, W], and which of the positions lie inside x and inside the padding."""
    n = len(kernel)
    s, d, p = a.get("strides", [1] * n), a.get("dilations", [1] * n), a.get("pads", [0] * 2 * n)
    reach = [(k - 1) * e + 1 for k, e in zip(kernel, d)]
    if a.get("auto_pad", b"") in (b"SAME_UPPER", b"SAME_LOWER"):
        total = [max(0, ((i + t - 1) // t - 1) * t + r - i) for i, t, r in zip(x.shape[2:], s, reach)]
        low = [(t + 1) // 2 if a["auto_pad"] == b"SAME_LOWER" else t // 2 for t in total]
        p = low + [t - l for t, l in zip(total, low)]
    room = [i + p[k] + p[k + n] - reach[k] for k, i in enumerate(x.shape[2:])]
    out = [-(-r // t) + 1 if a.get("ceil_mode") else r // t + 1 for r, t in zip(room, s)]
    values = np.zeros((x.shape[1], *out, *kernel))
    inside, padded = np.zeros((*out, *kernel), bool), np.zeros((*out, *kernel), bool)
    for at in np.ndindex(*out, *kernel):
        place = [at[k] * s[k] + at[n + k] * d[k] - p[k] for k in range(n)]
        padded[at] = all(place[k] < x.shape[2 + k] + p[n + k] for k in range(n))
        inside[at] = all(0 <= place[k] < x.shape[2 + k] for k in range(n))
        if inside[at]:
            values[(slice(None), *at)] = x[(0, slice(None), *place)]
    return values, inside, padded


def conv(a, x, w, b=None):
    g, kernel = a.get("group", 1), w.shape[2:]
    v, n = windows(x, kernel, a)[0], len(w.shape[2:])
    v = v.reshape(g, x.shape[1] // g, *v.shape[1:])
    w = w.reshape(g, w.shape[0] // g, *w.shape[1:])
    y = np.stack([np.tensordot(w[i], v[i], (range(1, n + 2), [0, *range(n + 1, 2 * n + 1)])) for i in range(g)])
    y = y.reshape(1, -1, *y.shape[2:])
    return y if b is None else y + b.reshape(1, -1, *[1] * n)


def pool(a, x, kind):
    n = len(a["kernel_shape"])
    v, inside, padded = windows(x, a["kernel_shape"], a)
    axes = tuple(range(-n, 0))
    if kind == "max":
        return np.where(inside, v, -np.inf).max(axes)[None]
    return (v.sum(axes) / (padded if a.get("count_include_pad") else inside).sum(axes))[None]


def normalize(a, x, scale, b, mean, var):
    along = lambda p: p.reshape(1, -1, *[1] * (x.ndim - 2))
    return (x - along(mean)) / np.sqrt(along(var) + np.float32(1e-5)) * along(scale) + along(b)


def pad(a, x, pads, value=0.0):
    n, out = x.ndim, x
    for k in range(n):  # negative: cropped
        out = out.take(range(max(0, -int(pads[k])), out.shape[k] - max(0, -int(pads[k + n]))), k)
    return np.pad(out, [(max(0, int(pads[k])), max(0, int(pads[k + n]))) for k in range(n)], constant_values=value)


def cut(a, x, starts, ends, axes, steps=None):
    index = [slice(None)] * x.ndim
    for k, axis in enumerate(axes):
        step = int(steps[k]) if steps is not None else 1
        end = int(ends[k])
        index[int(axis)] = slice(int(starts[k]), None if step < 0 and end < -100 else end, step)
    return x[tuple(index)]


def quant(a, x, scale, zero, bits):
    code = np.clip(np.round(x / scale + zero), -(2 ** (bits - 1)) + a.get("narrow", 0), 2 ** (bits - 1) - 1)
    return (code - zero) * scale


def cast(a, x):
    return np.trunc(x) if a["to"] in (TensorProto.INT32, TensorProto.INT64) else x.astype(float)


OPS = {
    "Add": lambda a, x, y: x + y, "Sub": lambda a, x, y: x - y, "Mul": lambda a, x, y: x * y, "Div": lambda a, x, y: x / y,
    "Neg": lambda a, x: -x, "Relu": lambda a, x: np.maximum(x, 0), "Max": lambda a, x, y: np.maximum(x, y),
    "Min": lambda a, x, y: np.minimum(x, y), "Sum": lambda a, *x: sum(x), "Floor": lambda a, x: np.floor(x),
    "Clip": lambda a, x, lo=-np.inf, hi=np.inf: np.clip(x, a.get("min", lo), a.get("max", hi)),
    "Greater": lambda a, x, y: x > y, "GreaterOrEqual": lambda a, x, y: x >= y, "Equal": lambda a, x, y: x == y,
    "Less": lambda a, x, y: x < y, "Where": lambda a, c, x, y: np.where(c, x, y), "Identity": lambda a, x: x,
    "Cast": cast, "CastLike": lambda a, x, y: x.astype(float), "Not": lambda a, x: ~x,
    "Gemm": lambda a, x, w, b=0.0: x @ (w.T if a.get("transB") else w) + b, "MatMul": lambda a, x, w: x @ w,
    "Conv": conv, "MaxPool": lambda a, x: pool(a, x, "max"), "AveragePool": lambda a, x: pool(a, x, "mean"),
    "GlobalAveragePool": lambda a, x: x.mean((2, 3), keepdims=True), "GlobalMaxPool": lambda a, x: x.max((2, 3), keepdims=True),
    "BatchNormalization": normalize, "Flatten": lambda a, x: x.reshape(1, -1), "Pad": pad, "Slice": cut, "Quant": quant,
    "BipolarQuant": lambda a, x, s: np.where(x >= 0, s, -s), "Tile": lambda a, x, r: np.tile(x, r.astype(int)),
    "Reshape": lambda a, x, s: x.reshape([int(v) for v in s]), "Transpose": lambda a, x: x.transpose(a["perm"]),
    "Concat": lambda a, *x: np.concatenate(x, a["axis"]), "Gather": lambda a, x, i: x.take(i.astype(int), a["axis"]),
    "ReduceMean": lambda a, x: x.mean(tuple(a["axes"]), keepdims=bool(a.get("keepdims", 1))),
    "ReduceSum": lambda a, x, axes: x.sum(tuple(axes.astype(int)), keepdims=bool(a.get("keepdims", 1))),
    "ReduceMax": lambda a, x: x.max(tuple(a["axes"]), keepdims=bool(a.get("keepdims", 1))),
    "Squeeze": lambda a, x, axes: x.squeeze(tuple(axes.astype(int))), "Unsqueeze": lambda a, x, axes: np.expand_dims(x, tuple(axes.astype(int))),
    "Constant": lambda a: numpy_helper.to_array(a["value"]).astype(float) if "value" in a else np.float64(a["value_float"]),
    "QuantizeLinear": lambda a, x, s, z: np.clip(np.round(x / s) + z, -128, 127), "DequantizeLinear": lambda a, x, s, z: (x - z) * s,
}


class Graph(Model):
    """Model with layers, local functions and several types of numbers."""

    functions, opset, ir, kind = (), 13, 7, np.float32

    def const(self, value):
        name = f"c{len(self.inits)}"
        value = np.asarray(value)
        self.inits[name] = value if value.dtype == I64 else value.astype(self.kind)
        return name

    def proto(self):
        model = super().proto(self.opset, self.ir)
        for f in self.functions:
            model.functions.append(f)
        return model

    def step(self, feeds):
        env = {k: v.astype(np.float64) for k, v in self.inits.items()} | feeds
        self.run(self.nodes, env)
        return env

    def run(self, nodes, env):
        for n in nodes:
            args = [env[i] if i else None for i in n.input]
            attr = {a.name: helper.get_attribute_value(a) for a in n.attribute}
            function = next((f for f in self.functions if f.name == n.op_type), None)
            if function is not None:
                inner = dict(zip(function.input, args))
                body = [type(b)() for b in function.node]
                for copy, b in zip(body, function.node):
                    copy.CopyFrom(b)
                    for one in copy.attribute:
                        if one.ref_attr_name:
                            given = next(a for a in n.attribute if a.name == one.ref_attr_name)
                            name = one.name
                            one.CopyFrom(given)
                            one.name = name
                self.run(body, inner)
                env.update(zip(n.output, (inner[o] for o in function.output)))
            elif n.op_type == "Split":
                at = np.cumsum(args[1].astype(int))[:-1] if len(args) > 1 else len(n.output)
                env.update(zip(n.output, np.split(args[0], at, attr.get("axis", 0))))
            else:
                while args and args[-1] is None:
                    args.pop()
                env[n.output[0]] = OPS[n.op_type](attr, *args)


def network(shape, layer, size, neuron=None, **more):
    """x -> layer -> neurons of the given shape, which are of the plainest kind."""
    def make(rng):
        m = Graph()
        for key, value in more.items():
            setattr(m, key, value)
        m.input("x", 1, *shape)
        m.input("v", 1, *size)
        i = layer(m, rng)
        (neuron or plain)(m, i)
        m.output("s", 1, *size)
        m.output("v_next", 1, *size)
        return m
    return make


def plain(m, i, v="v", s="s", next="v_next"):
    h = m.op("Add", m.op("Mul", v, 0.8), i)
    fired = m.op("Cast", m.op("Greater", h, 1.0), to=1, out=s)
    m.op("Sub", h, fired, out=next)
    return fired


w = lambda rng, *shape: rng.uniform(-0.5, 1, shape) / np.sqrt(np.prod(shape[1:]) / 4)
b = lambda rng, n: rng.uniform(-0.1, 0.2, n)
ints = lambda *values: np.array(values, I64)


def image(rng, m, filters, channels, *kernel, bias=True, **a):
    return m.op("Conv", "x", w(rng, filters, channels, *kernel), *([b(rng, filters)] if bias else []), kernel_shape=list(kernel), **a)


def norm(m, rng, x, n):
    return m.op("BatchNormalization", x, rng.uniform(0.5, 1.5, n), b(rng, n), b(rng, n), rng.uniform(0.5, 2, n))


def concat(m, rng):
    y = m.op("MatMul", m.op("Slice", "x", ints(0), ints(4), ints(1), ints(1)), w(rng, 3, 4).T)
    z = m.op("Slice", "x", ints(-1), ints(-1000), ints(1), ints(-2))
    return m.op("Gemm", m.op("Concat", y, z, b(rng, 2).reshape(1, 2), axis=1), w(rng, 5, 9), transB=1)


def channels(m, rng):  # a concatenation of images, and a convolution that reads it
    p = m.op("Concat", m.op("MaxPool", "x", kernel_shape=[1, 1]), m.op("Mul", "x", 0.5), axis=1)
    return m.op("Conv", p, w(rng, 3, 4, 3, 3), b(rng, 3), kernel_shape=[3, 3])


def split(m, rng):
    m.nodes.append(helper.make_node("Split", ["x", m.const(ints(3, 5))], ["p", "q"], name="split", axis=1))
    return m.op("Sum", m.op("Gemm", "p", w(rng, 4, 3), transB=1), m.op("Gemm", "q", w(rng, 4, 5), b(rng, 4), transB=1))


def moved(m, rng):
    y = m.op("Transpose", "x", perm=[0, 2, 3, 1])
    return m.op("Gemm", m.op("Reshape", y, ints(1, -1)), w(rng, 4, 24), b(rng, 4), transB=1)


def dense(m, rng):
    return m.op("Gemm", "x", w(rng, 4, 6), b(rng, 4), transB=1)


def bounded(how, first):
    def neuron(m, i):
        h = m.op("Add", m.op("Mul", "v", 0.9), m.op("Sub", i, 0.2))
        low = {"relu": lambda v, out: m.op("Add", m.op("Relu", m.op("Add", v, 0.3)), -0.3, out=out),
               "clip": lambda v, out: m.op("Clip", v, -0.3, out=out), "max": lambda v, out: m.op("Max", -0.3, v, out=out)}[how]
        if first:
            h = low(h, None)
        fired = m.op("Cast", m.op("Greater", h, 1.0), to=1, out="s")
        if first:
            m.op("Sub", h, fired, out="v_next")
        else:
            low(m.op("Sub", h, fired), "v_next")
    return neuron


def counting(form):
    def neuron(m, i):
        h, th = m.op("Add", "v", m.op("Mul", i, 1.7)), np.float32(0.3)
        k = m.op("Div", h, th)
        if form == "limited":
            k = m.op("Cast", m.op("Cast", k, to=TensorProto.INT32), to=1)
            k = m.op("Min", m.op("Mul", m.op("Cast", m.op("Greater", h, 0.0), to=1), k), 3.0, out="s")
        elif form == "relu":
            k = m.op("Floor", m.op("Relu", k), out="s")
        else:
            k = m.op("Relu", m.op("Floor", k), out="s")
        if form == "value":
            m.op("Mul", h, m.op("Cast", m.op("Equal", k, 0.0), to=1), out="v_next")
        else:
            m.op("Sub", h, m.op("Mul", k, th), out="v_next")
    return neuron


def no_delay(m, i):
    """snnTorch Leaky(reset_mechanism='zero', reset_delay=False, graded_spikes_factor=2)"""
    r = m.op("Cast", m.op("Greater", m.op("Sub", "v", 1.0), 0.0), to=1)
    h = m.op("Add", m.op("Mul", 0.9, m.op("Mul", m.op("Sub", 1.0, r), "v")), i)
    s = m.op("Mul", m.op("Cast", m.op("Greater", m.op("Sub", h, 1.0), 0.0), to=1, out="s"), 2.0)
    m.op("Sub", h, m.op("Mul", m.op("Sub", m.op("Div", s, 2.0), r), h), out="v_next")


def filtered(m, i):
    """snnTorch Synaptic"""
    m.input("i", 1, *[d.dim_value for d in m.inputs["v"].type.tensor_type.shape.dim][1:])
    m.output("i_next", 1, *[d.dim_value for d in m.inputs["v"].type.tensor_type.shape.dim][1:])
    u = m.op("Add", m.op("Mul", "i", 0.5), i, out="i_next")
    m.outputs["i_next"] = m.outputs.pop("i_next")
    plain(m, u)


def exported_by_dynamo(rng):
    """Functions that call functions with attributes, Where and CastLike, an opset of 18."""
    op = helper.make_node
    ref = op("Constant", [], ["th"], name="th")
    ref.attribute.append(reference("value_float", "threshold"))
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("pkg.neurons", 1)]
    fire = helper.make_function("pkg.neurons", "fire", ["v", "like"], ["s"],
                                [ref, op("Greater", ["v", "th"], ["above"]), op("CastLike", ["above", "like"], ["s"])],
                                opsets, ["threshold"])
    leaky = helper.make_function(
        "pkg.neurons", "leaky", ["x", "mem", "beta"], ["spk", "mem_next"],
        [op("Constant", [], ["zero"], value_float=0.0), op("Constant", [], ["one"], value_float=1.0),
         op("Clip", ["beta", "zero", "one"], ["clipped"]), passed("fire", ["mem", "x"], ["r"]),
         op("Equal", ["r", "one"], ["fired"]), op("Where", ["fired", "zero", "mem"], ["kept"]),
         op("Mul", ["clipped", "kept"], ["leaked"]), op("Add", ["x", "leaked"], ["mem_next"]),
         passed("fire", ["mem_next", "x"], ["spk"])], opsets, ["threshold"])
    m = Graph()
    m.functions, m.opset, m.ir = (fire, leaky), 18, 9
    m.input("x", "batch", 6)
    m.input("mem", "batch", 4)
    i = m.op("Add", m.op("MatMul", "x", w(rng, 4, 6).T), b(rng, 4))
    m.nodes.append(op("leaky", [i, "mem", m.const(1.7)], ["spk", "mem_t1"], name="lif", domain="pkg.neurons", threshold=0.9))
    m.output("spk", "batch", 4)
    m.output("mem_t1", "batch", 4)
    return m


def reference(name, outer):
    attribute = helper.make_attribute(name, 1.0)
    attribute.ClearField("f")
    attribute.ref_attr_name = outer
    return attribute


def passed(name, inputs, outputs):
    node = helper.make_node(name, inputs, outputs, domain="pkg.neurons")
    node.attribute.append(reference("threshold", "threshold"))
    return node


def quantized_weights(m, rng):
    weights = m.op("Quant", w(rng, 4, 6), np.float32(0.07), 0.0, 4.0, signed=1, narrow=1, rounding_mode="ROUND")
    m.nodes[-1].domain = "qonnx.custom_op.general"
    signs = m.op("BipolarQuant", w(rng, 4, 6), np.float32(0.1))
    m.nodes[-1].domain = "qonnx.custom_op.general"
    return m.op("Gemm", "x", m.op("Add", weights, signs), b(rng, 4), transB=1)


def quantized_spikes(m, rng):
    """Q and DQ around spikes change nothing, whatever their scale."""
    m.input("u", 1, 5)
    s = plain(m, m.op("Gemm", "x", w(rng, 5, 6), b(rng, 5), transB=1), "u", "first", "u_next")
    m.inits["z"] = np.array(0, np.int8)
    m.output("u_next", 1, 5)
    y = m.op("DequantizeLinear", m.op("QuantizeLinear", s, np.float32(0.25), "z"), np.float32(0.25), "z")
    return m.op("Gemm", y, w(rng, 4, 5), transB=1)


def old_forms(m, rng):
    """Attributes where newer opsets have inputs."""
    y = m.op("Squeeze9", m.op("Unsqueeze9", "x", axes=[2]), axes=[2])
    return m.op("Gemm", y, m.op("Clip", 2 * w(rng, 4, 6), min=-0.8, max=0.8), b(rng, 4), transB=1)


OPS |= {"Squeeze9": lambda a, x: x.squeeze(tuple(a["axes"])), "Unsqueeze9": lambda a, x: np.expand_dims(x, tuple(a["axes"]))}

LAYERS = {
    "conv1d": network((3, 14), lambda m, r: image(r, m, 4, 3, 5, strides=[2], pads=[2, 1]), (4, 7)),
    "conv1d_dilated": network((4, 12), lambda m, r: image(r, m, 6, 2, 3, dilations=[2], group=2, bias=False), (6, 8)),
    "conv2d": network((2, 7, 6), lambda m, r: image(r, m, 3, 2, 3, 2, strides=[2, 1], pads=[1, 0, 2, 1]), (3, 4, 6)),
    "conv2d_depthwise": network((3, 5, 5), lambda m, r: image(r, m, 6, 1, 3, 3, group=3), (6, 3, 3)),
    "conv2d_same_upper": network((2, 6, 5), lambda m, r: image(r, m, 2, 2, 4, 2, auto_pad="SAME_UPPER", strides=[1, 2]), (2, 6, 3)),
    "conv2d_same_lower": network((2, 5, 5), lambda m, r: image(r, m, 2, 2, 4, 4, auto_pad="SAME_LOWER"), (2, 5, 5)),
    "conv2d_valid": network((2, 5, 5), lambda m, r: image(r, m, 2, 2, 2, 2, auto_pad="VALID"), (2, 4, 4)),
    "conv_norm": network((2, 6, 6), lambda m, r: norm(m, r, image(r, m, 3, 2, 3, 3), 3), (3, 4, 4)),
    "norm_conv": network((2, 5, 5), lambda m, r: m.op("Conv", norm(m, r, "x", 2), w(r, 3, 2, 3, 3), pads=[1] * 4), (3, 5, 5)),
    "conv_pool_norm": network((2, 6, 6), lambda m, r: norm(m, r, m.op("AveragePool", image(r, m, 3, 2, 3, 3), kernel_shape=[2, 2], strides=[2, 2]), 3), (3, 2, 2), filtered),
    "gemm_norm": network((6,), lambda m, r: norm(m, r, dense(m, r), 4), (4,)),
    "max_pool": network((2, 7, 7), lambda m, r: m.op("MaxPool", "x", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1]), (2, 4, 4)),
    "max_pool_ceil": network((2, 6, 6), lambda m, r: m.op("MaxPool", image(r, m, 2, 2, 2, 2), kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1), (2, 3, 3)),
    "max_pool_dilated": network((1, 9), lambda m, r: m.op("MaxPool", "x", kernel_shape=[2], dilations=[3]), (1, 6)),
    "average_pool": network((2, 6, 6), lambda m, r: m.op("Mul", m.op("AveragePool", "x", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4), 2.0), (2, 3, 3)),
    "average_pool_padding": network((2, 6, 6), lambda m, r: m.op("Mul", m.op("AveragePool", "x", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4, count_include_pad=1), 2.0), (2, 3, 3)),
    "average_pool_ceil": network((2, 6, 6), lambda m, r: m.op("Mul", m.op("AveragePool", "x", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4, count_include_pad=1, ceil_mode=1), 2.0), (2, 4, 4)),
    "pad_average_pool": network((2, 5, 5), lambda m, r: m.op("Mul", m.op("AveragePool", m.op("Pad", "x", ints(0, 0, 1, 0, 0, 0, 0, 1)), kernel_shape=[2, 2], strides=[2, 2]), 1.5), (2, 3, 3)),
    "pad_conv": network((2, 4, 4), lambda m, r: m.op("Conv", m.op("Pad", "x", ints(0, 0, 1, 2, 0, 0, 0, 1)), w(r, 3, 2, 3, 3), b(r, 3)), (3, 3, 5)),
    "crop": network((1, 5, 5), lambda m, r: m.op("Pad", "x", ints(0, 0, -1, 0, 0, 0, -1, 1), 0.3), (1, 3, 6)),
    "global_average": network((3, 4, 4), lambda m, r: m.op("Gemm", m.op("Flatten", m.op("GlobalAveragePool", "x")), 3 * w(r, 4, 3), b(r, 4), transB=1), (4,)),
    "global_max": network((3, 2, 2), lambda m, r: m.op("Gemm", m.op("Flatten", m.op("GlobalMaxPool", "x")), w(r, 4, 3), transB=1), (4,)),
    "reduce_mean": network((3, 4, 4), lambda m, r: m.op("ReduceMean", image(r, m, 3, 3, 3, 3), axes=[2, 3], keepdims=0), (3,)),
    "reduce_channels": network((3, 2, 4), lambda m, r: m.op("ReduceSum", m.op("Mul", "x", 0.3), ints(1), keepdims=0), (2, 4)),
    "reduce_max": network((3, 4), lambda m, r: m.op("ReduceMax", "x", axes=[2], keepdims=0), (3,)),
    "concat": network((8,), concat, (5,)),
    "concat_channels": network((2, 4, 4), channels, (3, 2, 2)),
    "split": network((8,), split, (4,)),
    "gather": network((8,), lambda m, r: m.op("Mul", m.op("Gather", "x", ints(7, 0, 0, 3), axis=1), 0.7), (4,)),
    "tile": network((3,), lambda m, r: m.op("Mul", m.op("Tile", "x", ints(1, 2)), r.uniform(0.3, 0.9, 6)), (6,)),
    "transpose": network((3, 2, 4), moved, (4,)),
    "bounded_relu": network((6,), dense, (4,), bounded("relu", False)),
    "bounded_clip": network((6,), dense, (4,), bounded("clip", False)),
    "bounded_max": network((6,), dense, (4,), bounded("max", False)),
    "bounded_first": network((6,), dense, (4,), bounded("max", True)),
    "counting_limited": network((6,), dense, (4,), counting("limited")),
    "counting_relu": network((6,), dense, (4,), counting("relu")),
    "counting_floor": network((6,), dense, (4,), counting("floor")),
    "counting_value": network((6,), dense, (4,), counting("value")),
    "no_delay_zero": network((6,), dense, (4,), no_delay),
    "dynamo": exported_by_dynamo,
    "qonnx": network((6,), quantized_weights, (4,)),
    "qdq_spikes": network((6,), quantized_spikes, (4,)),
    "opset_9": network((6,), old_forms, (4,), opset=9, ir=4),
    "opset_21": network((6,), dense, (4,), opset=21, ir=10),
    "float16": network((6,), dense, (4,), kind=np.float16),
    "float64": network((6,), dense, (4,), kind=np.float64),
}


def clipped_above(m, i):
    h = m.op("Clip", m.op("Add", "v", i), -1.0, 2.0)
    fired = m.op("Cast", m.op("Greater", h, 1.0), to=1, out="s")
    m.op("Sub", h, fired, out="v_next")


def counting_down(m, i):
    """Counts below 0 as well."""
    h = m.op("Add", "v", i)
    m.op("Sub", h, m.op("Floor", h, out="s"), out="v_next")


def quantized_potential(m, i):
    m.inits["z"] = np.array(0, np.int8)
    h = m.op("DequantizeLinear", m.op("QuantizeLinear", m.op("Add", "v", i), 0.1, "z"), 0.1, "z")
    fired = m.op("Cast", m.op("Greater", h, 1.0), to=1, out="s")
    m.op("Sub", h, fired, out="v_next")


def endless(rng):
    m = LAYERS["dynamo"](rng)
    m.functions[0].node.append(passed("leaky", ["v", "v", "v"], ["a", "b"]))
    return m


def unfolding(rng):
    """Each of twenty functions calls the next one twice."""
    m = network((6,), dense, (4,))(rng)
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("pkg", 1)]
    call = lambda k, x, y: helper.make_node("Neg" if k == 20 else f"f{k}", [x], [y], domain="" if k == 20 else "pkg")
    m.functions = [helper.make_function("pkg", f"f{k}", ["x"], ["y"], [call(k + 1, "x", "t"), call(k + 1, "t", "y")], opsets)
                   for k in range(20)]
    m.nodes.append(helper.make_node("f0", ["s"], ["t"], name="unfold", domain="pkg"))
    m.output("t", 1, 4)
    return m


def conv_of(m, x, *shape):
    return m.op("Conv", x, np.ones(shape), kernel_shape=list(shape[2:]))


def node(op, *inputs, **a):
    return lambda m, r: m.op(op, *inputs, **a)


REFUSED = {
    "upper_bound": network((6,), dense, (4,), clipped_above),
    "count_below_zero": network((6,), dense, (4,), counting_down),
    "quantized_potential": network((6,), dense, (4,), quantized_potential),
    "endless_functions": endless,
    "unfolding_functions": unfolding,
    "max_of_sum": network((2, 4, 4), lambda m, r: m.op("MaxPool", m.op("Add", "x", conv_of(m, "x", 2, 2, 1, 1)), kernel_shape=[2, 2]), (2, 3, 3)),
    "relu_before_neuron": network((6,), lambda m, r: m.op("Relu", dense(m, r)), (4,)),
    "relu_between_layers": network((6,), lambda m, r: m.op("MatMul", m.op("Relu", dense(m, r)), w(r, 4, 4)), (4,)),
    "conv3d": network((1, 3, 3, 3), lambda m, r: conv_of(m, "x", 1, 1, 2, 2, 2), (1, 2, 2, 2)),
    "conv_groups": network((3, 4, 4), lambda m, r: m.op("Conv", "x", np.ones((4, 1, 3, 3)), group=2), (4, 2, 2)),
    "conv_kernel": network((2, 4, 4), lambda m, r: conv_of(m, "x", 4, 2, 5, 5), (4, 1, 1)),
    "conv_weights": network((2, 4, 4), lambda m, r: m.op("Conv", np.ones((1, 2, 4, 4)), "x"), (1, 1, 1)),
    "layer_norm": network((4,), node("LayerNormalization", "x", [1.0] * 4, axis=1), (4,), opset=17),
    "softmax": network((4,), node("Softmax", "x", axis=1), (4,)),
    "transposed_conv": network((1, 3, 3), node("ConvTranspose", "x", np.ones((1, 1, 2, 2))), (1, 4, 4)),
    "embedding": network((4,), lambda m, r: m.op("Gather", w(r, 1, 9), m.op("Cast", "x", to=TensorProto.INT64), axis=1), (1, 4)),
    "shape_of_data": network((4,), lambda m, r: m.op("Slice", "x", ints(0), m.op("Cast", "x", to=TensorProto.INT64), ints(1)), (4,)),
}


def main():
    for index, (name, make) in enumerate(REFUSED.items()):
        save(make(np.random.default_rng(index)).proto(), os.path.join(HERE, "refused", name + ".onnx"))
    os.makedirs(os.path.join(HERE, "layers"), exist_ok=True)
    arrays = {}
    for index, (name, make) in enumerate(LAYERS.items()):
        rng = np.random.default_rng(index)
        m = make(rng)
        size = lambda i: [d.dim_value or 1 for d in m.inputs[i].type.tensor_type.shape.dim]
        x = (rng.random((T, *size("x")[1:])) < 0.5).astype(np.uint8)
        states = [i for i in m.inputs if i != "x"]
        pairs = {i: next(o for o in m.outputs if o in (i + "_next", i + "_t1")) for i in states}
        state = {i: np.zeros(size(i)) for i in states}
        spikes = []
        for t in range(T):
            env = m.step({"x": x[t : t + 1].astype(np.float64), **state})
            state = {i: env[pairs[i]] for i in states}
            spikes.append(env["s" if "s" in env else "spk"].reshape(-1))
        for n in m.nodes:
            n.op_type = n.op_type.removesuffix("9")
        save(m.proto(), os.path.join(HERE, "layers", name + ".onnx"))
        arrays[name + "_x"], arrays[name + "_s"] = x.reshape(T, -1), np.array(spikes, np.uint8)
        print(f"{name}: {np.mean(spikes):.3f} spikes per step")
    np.savez_compressed(os.path.join(HERE, "layers.npz"), **arrays)


if __name__ == "__main__":
    main()
