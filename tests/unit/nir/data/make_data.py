#!/usr/bin/env python3
"""Writes the .nir files of this folder with h5py, in the layout of the nir package, and what NumPy computes from
their equations: plain loops over the differential equations, one step after the other, nothing of Synfire."""
import json
import os

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
DT = 1e-4


def write_node(group, node):
    for key, value in node.items():
        if key == "nodes":
            nodes = group.create_group("nodes")
            for name, inner in value.items():
                write_node(nodes.create_group(name), inner)
        elif key == "edges":
            group.create_dataset("edges", data=np.array(value, dtype=object).reshape(-1, 2), dtype=h5py.string_dtype())
        elif isinstance(value, str):
            group.create_dataset(key, data=value, dtype=h5py.string_dtype())
        elif isinstance(value, (int, float)):
            group.create_dataset(key, data=value)  # a scalar
        else:
            array = np.asarray(value)
            zipped = {"compression": "gzip"} if array.size > 8 else {}
            group.create_dataset(key, data=array, **zipped)


def write(name, graph, version="1.0.7"):
    with h5py.File(os.path.join(HERE, name), "w") as f:
        if version:
            f.create_dataset("version", data=version, dtype=h5py.string_dtype())
        if graph is not None:
            write_node(f.create_group("node"), graph)


def graph(nodes, edges):
    return {"type": "NIRGraph", "nodes": nodes, "edges": edges}


def f64(*values):
    return np.array(values, dtype=np.float64)


def f32(*values):
    return np.array(values, dtype=np.float32)


def inp(*shape):
    return {"type": "Input", "shape": np.array(shape, dtype=np.int64)}


def out(*shape):
    return {"type": "Output", "shape": np.array(shape, dtype=np.int64)}


def linear(weight):
    return {"type": "Linear", "weight": np.asarray(weight)}


def lif(n, **fields):
    node = {"type": "LIF", "tau": np.full(n, 2e-3), "r": np.full(n, 10.0), "v_leak": np.zeros(n), "v_threshold": np.full(n, 1.0)}
    node.update(fields)
    return {k: v for k, v in node.items() if v is not None}


rng = np.random.default_rng(7)


def recurrent_cuba():
    """Affine -> recurrent CubaLIF (nested graph) -> Affine -> CubaLI; every parameter per neuron."""
    n, m, k, steps = 3, 5, 2, 120
    w1, b1 = rng.normal(0, 1, (m, n)).astype(np.float32), rng.normal(0, 0.3, m).astype(np.float32)
    wr, br = rng.normal(0, 0.5, (m, m)).astype(np.float32), rng.normal(0, 0.1, m).astype(np.float32)
    w2 = rng.normal(0, 1, (k, m))
    hidden = {"type": "CubaLIF", "tau_mem": rng.uniform(1e-3, 2e-3, m), "tau_syn": rng.uniform(4e-4, 9e-4, m),
              "r": rng.uniform(4, 8, m), "v_leak": rng.uniform(-0.1, 0.1, m), "v_threshold": rng.uniform(0.3, 0.5, m),
              "v_reset": rng.uniform(-0.2, 0.1, m), "w_in": rng.uniform(3, 5, m)}
    readout = {"type": "CubaLI", "tau_mem": 3e-3, "tau_syn": 1e-3, "r": 20.0, "v_leak": 0.0, "w_in": 10.0}
    inner = graph({"input": inp(m), "lif": hidden, "w_rec": {"type": "Affine", "weight": wr, "bias": br}, "output": out(m)},
                  [("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")])
    write("recurrent_cuba.nir", graph(
        {"input": inp(n), "fc1": {"type": "Affine", "weight": w1, "bias": b1}, "hidden": inner, "fc2": linear(w2),
         "readout": readout, "output": out(k)},
        [("hidden", "fc2"), ("input", "fc1"), ("fc1", "hidden"), ("fc2", "readout"), ("readout", "output")]))
    x = (rng.random((steps, n)) < 0.3).astype(np.float64)
    i, v, z = np.zeros(m), np.zeros(m), np.zeros(m)
    io, vo = np.zeros(k), np.zeros(k)
    spikes, voltages = [], []
    for t in range(steps):
        current = w1.astype(float) @ x[t] + b1 + wr.astype(float) @ z + br
        i = i + DT / hidden["tau_syn"] * (-i + hidden["w_in"] * current)
        v = v + DT / hidden["tau_mem"] * (hidden["v_leak"] - v + hidden["r"] * i)
        z = (v > hidden["v_threshold"]).astype(float)
        v = np.where(z > 0, hidden["v_reset"], v)
        io = io + DT / 1e-3 * (-io + 10.0 * (w2 @ z))
        vo = vo + DT / 3e-3 * (-vo + 20.0 * io)
        spikes.append(z)
        voltages.append(vo)
    np.save(os.path.join(HERE, "recurrent_cuba.x.npy"), x)
    np.save(os.path.join(HERE, "recurrent_cuba.s.npy"), np.array(spikes).astype(np.uint8))
    np.save(os.path.join(HERE, "recurrent_cuba.v.npy"), np.array(voltages))


def folds():
    """Exact numbers: Scale, Delay and gains of powers of two."""
    write("folds.nir", graph(
        {"in": inp(1, 2), "flat": {"type": "Flatten", "input_type": np.array([1, 2]), "start_dim": 0, "end_dim": -1},
         "scale": {"type": "Scale", "scale": f64(2, -1)}, "delay": {"type": "Delay", "delay": f64(3e-4, 3e-4)},
         "fc": {"type": "Affine", "weight": f32(1, 2, 3, 4).reshape(2, 2), "bias": f32(1, 2)},
         "lif": lif(2, tau=f64(2e-4, 4e-4), r=f64(2, 4), v_leak=f64(0, 0.5), v_reset=f64(-1, 0)),
         "if": {"type": "IF", "r": f64(1, 1), "v_threshold": f64(2, 3)}, "out": out(2)},
        [("in", "flat"), ("flat", "scale"), ("scale", "delay"), ("delay", "fc"), ("fc", "lif"), ("lif", "if"), ("if", "out")]))


def errors():
    def bad(name, nodes, edges):
        write(f"errors/{name}.nir", graph(nodes, edges))

    def plain(name, **fields):
        bad(name, {"in": inp(1), "fc": linear([[1.0]]), "lif": lif(1, **fields), "out": out(1)}, chain)

    chain = [("in", "fc"), ("fc", "lif"), ("lif", "out")]
    plain("good")
    plain("tau_zero", tau=f64(0))
    plain("tau_below_dt", tau=f64(5e-5))
    plain("threshold_below_reset", v_reset=f64(1))
    plain("not_finite", r=f64(np.nan))
    plain("missing_field", r=None)
    plain("unknown_field", v_tresh=f64(1))
    plain("wrong_count", tau=f64(1e-3, 1e-3, 1e-3), r=f64(1, 1))
    nodes = {"in": inp(1), "fc": linear([[1.0]]), "lif": lif(1), "out": out(1)}
    bad("dangling", nodes, [("in", "fc"), ("fc", "lif1"), ("lif", "out")])
    bad("duplicate", nodes, chain + chain[:1])
    bad("no_path", nodes, chain[:1] + chain[2:])
    bad("unknown_type", {**nodes, "lif": {**lif(1), "type": "LIFF"}}, chain)
    conv = {"type": "Conv2d", "weight": np.ones((2, 1, 3, 3)), "bias": f64(0, 0), "stride": 1, "padding": 0, "dilation": 1,
            "groups": 1}
    image = {"in": inp(1, 4, 4), "fc": conv, "lif": lif(8, tau=np.full((2, 2, 2), 2e-3)), "out": out(2, 2, 2)}
    image["lif"] = {k: v if k == "type" else np.full((2, 2, 2), v.flat[0]) for k, v in image["lif"].items()}
    bad("conv_small", {**image, "in": inp(1, 2, 2)}, chain)
    bad("conv_flat", {**image, "in": inp(16)}, chain)
    bad("conv_channels", {**image, "in": inp(3, 4, 4)}, chain)
    bad("conv_groups", {**image, "fc": {**conv, "groups": 3}}, chain)
    bad("conv_padding", {**image, "fc": {**conv, "padding": "reflect"}}, chain)
    bad("conv_same_stride", {**image, "fc": {**conv, "padding": "same", "stride": 2}}, chain)
    bad("conv_stride", {**image, "fc": {**conv, "stride": f64(1, 1, 1)}}, chain)
    bad("conv_huge", {**image, "fc": {**conv, "padding": 1 << 14}}, chain)
    bad("conv_rank", {**image, "fc": {**conv, "weight": np.ones((2, 1, 3))}}, chain)
    bad("conv_input_shape", {**image, "fc": {**conv, "input_shape": np.array([4, 4, 4])}}, chain)
    bad("pool_kernel", {**image, "fc": {"type": "SumPool2d", "kernel_size": f64(0, 1), "stride": f64(1, 1),
                                        "padding": f64(0, 0)}}, chain)
    bad("delay_long", {**nodes, "fc": {"type": "Delay", "delay": f64(1)}}, chain)
    bad("delayed_bias", {**nodes, "fc": {"type": "Affine", "weight": np.ones((1, 1)), "bias": f64(1)},
                         "wait": {"type": "Delay", "delay": f64(3e-4)}},
        [("in", "fc"), ("fc", "wait"), ("wait", "lif"), ("lif", "out")])
    two = {"in": inp(2), "fc": linear(np.eye(2)), "lif": lif(1), "out": out(2)}
    bad("one_for_all", two, chain)
    bad("flatten_batch", {"in": inp(1, 2, 2), "fc": {"type": "Flatten", "input_type": np.array([0, 0, 0, 0]),
                                                     "start_dim": 1, "end_dim": -1},
                          "fc2": linear(np.ones((1, 4))), "lif": lif(1), "out": out(1)},
        [("in", "fc"), ("fc", "fc2"), ("fc2", "lif"), ("lif", "out")])
    li = {"type": "LI", "tau": f64(1e-3), "r": f64(1), "v_leak": f64(0)}
    bad("mixed_potential", {**nodes, "li": li}, chain + [("fc", "li"), ("li", "lif")])
    bad("three_filters", {**nodes, "li": li, "li2": li}, [("in", "li"), ("li", "li2"), ("li2", "lif"), ("lif", "out")])
    uneven = {**li, "tau": f64(1e-3, 2e-3), "r": f64(1, 1), "v_leak": f64(0, 0)}
    bad("uneven_potential", {"in": inp(2), "li": uneven, "fc": linear(np.ones((1, 2))), "lif": lif(1), "out": out(1)},
        [("in", "li"), ("li", "fc"), ("fc", "lif"), ("lif", "out")])
    bad("shape", {**nodes, "in": inp(3)}, chain)
    bad("shape_of_ones", {**nodes, "out": out(1, 1, 1)}, chain)
    bad("stateless_cycle", {**nodes, "fc2": linear([[1.0]])}, chain + [("fc", "fc2"), ("fc2", "fc")])
    bad("not_read", {**nodes, "odd": linear([[1.0]])}, chain + [("odd", "lif")])
    bad("half_step", {**nodes, "fc": {"type": "Delay", "delay": f64(1.5e-4)}}, chain)
    bad("side_branch", {**nodes, "lif2": lif(1)}, chain + [("fc", "lif2")])
    write("errors/no_version.nir", graph(nodes, chain), version=None)
    write("errors/no_node.nir", None)
    deep = graph(nodes, chain)
    for _ in range(13):
        deep = graph({"in": inp(1), "deep": deep, "out": out(1)}, [("in", "deep"), ("deep", "out")])
    write("errors/too_deep.nir", deep)
    with h5py.File(os.path.join(HERE, "errors/recording.nir"), "w") as f:
        f.attrs["__type__"] = "NIRGraphData"
        f.create_group("nodes")
    with h5py.File(os.path.join(HERE, "errors/external_link.nir"), "w") as f:
        f.create_dataset("version", data="1.0.7", dtype=h5py.string_dtype())
        f["node"] = h5py.ExternalLink("good.nir", "/node")


def convolve(x, weight, bias, stride=(1, 1), before=(0, 0), after=(0, 0), dilation=(1, 1), groups=1):
    filters, per_group, kh, kw = weight.shape
    x = np.pad(x, [(0, 0), (before[0], after[0]), (before[1], after[1])])
    height = (x.shape[1] - dilation[0] * (kh - 1) - 1) // stride[0] + 1
    width = (x.shape[2] - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    y = np.zeros((filters, height, width))
    for f in range(filters):
        first = f // (filters // groups) * per_group
        for r in range(height):
            for c in range(width):
                y[f, r, c] = bias[f]
                for i in range(per_group):
                    for a in range(kh):
                        for b in range(kw):
                            y[f, r, c] += weight[f, i, a, b] * x[first + i, r * stride[0] + a * dilation[0],
                                                                c * stride[1] + b * dilation[1]]
    return y


def pool(x, kernel, stride, padding, mean):
    y = np.zeros((x.shape[0],) + convolve(x[:1], np.ones((1, 1) + kernel), [0], stride, padding, padding).shape[1:])
    for c in range(x.shape[0]):
        y[c] = convolve(x[c:c + 1], np.ones((1, 1) + kernel), [0], stride, padding, padding)[0]
    return y / (kernel[0] * kernel[1] if mean else 1)


def save(name, array):
    np.save(os.path.join(HERE, name), array)


def images():
    """Every kind of window, a recurrent convolution, a Scale on an image; shapes that follow from what arrives."""
    steps = 40
    w1, b1 = rng.normal(0, 0.6, (4, 2, 3, 2)), rng.normal(0, 0.2, 4)
    w2, b2 = rng.normal(0, 0.6, (6, 2, 2, 2)), rng.normal(0, 0.2, 6)
    loop = rng.normal(0, 0.4, (6, 6, 3, 3))
    w3 = rng.normal(0, 0.5, (3, 12))
    scale = rng.uniform(0.5, 1.5, (4, 6, 5))
    threshold = rng.uniform(0.6, 1.2, (4, 6, 5))
    conv1 = {"type": "Conv2d", "weight": w1.astype(np.float64), "bias": b1, "stride": 1, "padding": "same", "dilation": 1,
             "groups": 1}
    conv2 = {"type": "Conv2d", "weight": w2, "bias": b2, "stride": np.array([2, 1]), "padding": np.array([1, 2]),
             "dilation": np.array([1, 2]), "groups": 2, "input_shape": np.array([6, 5])}
    back = {"type": "Conv2d", "weight": loop, "bias": np.zeros(6), "stride": 1, "padding": 1, "dilation": 1, "groups": 1}
    nodes = {
        "in": inp(2, 6, 5), "conv1": conv1, "scale": {"type": "Scale", "scale": scale},
        "if": {"type": "IF", "r": np.full((4, 6, 5), 1e4), "v_threshold": threshold},
        "conv2": conv2, "lif": {"type": "LIF", "tau": 1e-3, "r": 10.0, "v_leak": 0.0, "v_threshold": 1.0, "v_reset": 0.0},
        "back": back,
        "mean": {"type": "AvgPool2d", "kernel_size": np.array([2, 3]), "stride": np.array([2, 3]), "padding": np.array([0, 1])},
        "sum": {"type": "SumPool2d", "kernel_size": 2, "stride": 1, "padding": 0},
        "flat": {"type": "Flatten", "start_dim": 0, "end_dim": -1}, "fc": linear(w3),
        "if2": {"type": "IF", "r": 1.0, "v_threshold": 1.5, "v_reset": -0.5}, "out": out(3)}
    edges = [("fc", "if2"), ("in", "conv1"), ("conv1", "scale"), ("scale", "if"), ("if", "conv2"), ("conv2", "lif"),
             ("lif", "back"), ("back", "lif"), ("lif", "mean"), ("mean", "sum"), ("sum", "flat"), ("flat", "fc"), ("if2", "out")]
    write("images.nir", graph(nodes, edges))
    x = (rng.random((steps, 2, 6, 5)) < 0.2).astype(np.uint8)
    v1, v2, v3 = np.zeros((4, 6, 5)), np.zeros((6, 4, 7)), np.zeros(3)
    z2 = np.zeros_like(v2)
    s1, s2, s3 = [], [], []
    for t in range(steps):
        v1 = v1 + scale * convolve(x[t], w1, b1, before=(1, 0), after=(1, 1))
        z1 = (v1 > threshold).astype(float)
        v1 = np.where(z1 > 0, 0, v1)
        into = convolve(z1, w2, b2, (2, 1), (1, 2), (1, 2), (1, 2), 2) + convolve(z2, loop, np.zeros(6), before=(1, 1), after=(1, 1))
        v2 = v2 + 0.1 * (-v2 + 10.0 * into)
        z2 = (v2 > 1).astype(float)
        v2 = np.where(z2 > 0, 0, v2)
        pooled = pool(pool(z2, (2, 3), (2, 3), (0, 1), True), (2, 2), (1, 1), (0, 0), False)
        v3 = v3 + w3 @ pooled.ravel()
        z3 = (v3 > 1.5).astype(float)
        v3 = np.where(z3 > 0, -0.5, v3)
        s1.append(z1)
        s2.append(z2)
        s3.append(z3)
    save("images.x.npy", x)
    for name, s in (("if", s1), ("lif", s2), ("if2", s3)):
        save(f"images.{name}.npy", np.array(s).reshape(steps, -1).astype(np.uint8))


def signals():
    """Conv1d, a delay per value, weights with leading axes, potentials that are read, chunked strings, metadata."""
    steps = 60
    w1, b1 = rng.normal(0, 0.8, (3, 2, 3)), rng.normal(0, 0.1, 3)
    delay = np.array([0, 2, 2, 5, 0, 1] * 3).reshape(3, 6) * DT
    w2 = rng.normal(0, 0.6, (3, 4, 6))
    w3 = rng.normal(0, 1.0, (2, 12))
    w4 = rng.normal(0, 1.0, (2, 2))
    nodes = {
        "in": inp(2, 8), "conv": {"type": "Conv1d", "weight": w1, "bias": b1, "stride": 1, "padding": 1, "dilation": 2,
                                  "groups": 1, "input_shape": 8},
        "step": {"type": "Threshold", "threshold": np.full((3, 6), 0.3)},
        "wait": {"type": "Delay", "delay": delay}, "parts": linear(w2),
        "lif": {"type": "LIF", "tau": 5e-4, "r": 5.0, "v_leak": 0.2, "v_threshold": 0.9},
        "flat": {"type": "Flatten", "input_type": np.array([3, 4]), "start_dim": 0, "end_dim": -1}, "fc": linear(w3),
        "li": {"type": "LI", "tau": f64(2e-3, 2e-3), "r": f64(20, 20), "v_leak": f64(0.1, 0.1)}, "mix": linear(w4),
        "high": {"type": "Threshold", "threshold": f64(0.3, 0.4)},
        "lif2": lif(2, tau=f64(1e-3, 1e-3)), "out": out(2), "out2": out(2)}
    edges = [("in", "conv"), ("conv", "step"), ("step", "wait"), ("wait", "parts"), ("parts", "lif"), ("lif", "flat"),
             ("flat", "fc"), ("fc", "li"), ("li", "mix"), ("mix", "high"), ("li", "lif2"), ("high", "out"), ("lif2", "out2")]
    name = os.path.join(HERE, "signals.nir")
    write("signals.nir", graph(nodes, edges))
    with h5py.File(name, "a") as f:
        del f["node/edges"]
        f["node"].create_dataset("edges", data=np.array(edges, dtype=object), dtype=h5py.string_dtype(), chunks=(4, 2),
                                 compression="gzip", shuffle=True)
        meta = f["node"].create_group("metadata")
        meta.create_dataset("dt", data=DT)
        meta.create_dataset("reset", data="zero", dtype=h5py.string_dtype())
        meta.create_dataset("anything", data=np.arange(5))
        meta.create_group("more").create_dataset("text", data="kept", dtype=h5py.string_dtype())
    x = (rng.random((steps, 2, 8)) < 0.3).astype(np.uint8)
    sent = np.zeros((steps, 3, 6))
    lag = np.round(delay / DT).astype(int)
    v, li, v2 = np.zeros((3, 4)), np.zeros(2), np.zeros(2)
    s, high, s2 = [], [], []
    for t in range(steps):
        sent[t] = convolve(x[t][:, None, :], w1[:, :, None, :], b1, before=(0, 1), after=(0, 1), dilation=(1, 2))[:, 0] > 0.3
        late = np.array([[sent[t - lag[a, b], a, b] if t >= lag[a, b] else 0 for b in range(6)] for a in range(3)])
        v = v + 0.2 * (0.2 - v + 5.0 * np.einsum("boi,bi->bo", w2, late))
        z = (v > 0.9).astype(float)
        v = np.where(z > 0, 0, v)
        li = li + 0.05 * (0.1 - li + 20.0 * (w3 @ z.ravel()))
        v2 = v2 + 0.1 * (-v2 + 10.0 * li)
        z2 = (v2 > 1).astype(float)
        v2 = np.where(z2 > 0, 0, v2)
        s.append(z)
        high.append(w4 @ li > [0.3, 0.4])
        s2.append(z2)
    save("signals.x.npy", x)
    for key, values in (("step", sent), ("lif", s), ("high", high), ("lif2", s2)):
        save(f"signals.{key}.npy", np.array(values).reshape(steps, -1).astype(np.uint8))


def as_json(name):
    """The tree of NAME.nir as nested objects, in NAME.json."""
    def plain(item):
        if isinstance(item, h5py.Group):
            return {key: plain(value) for key, value in item.items()}
        values = item.asstr()[()] if h5py.check_string_dtype(item.dtype) else item[()]
        return values.tolist() if isinstance(values, (np.ndarray, np.generic)) else values

    with h5py.File(os.path.join(HERE, name + ".nir")) as file, open(os.path.join(HERE, name + ".json"), "w") as out:
        json.dump(plain(file), out, sort_keys=True)
        out.write("\n")


os.makedirs(os.path.join(HERE, "errors"), exist_ok=True)
recurrent_cuba()
folds()
images()
signals()
errors()
for each in ("recurrent_cuba", "folds", "images", "signals"):
    as_json(each)
