#!/usr/bin/env python3
"""Writes the .nir files of this folder with h5py, in the layout of the nir package, and what NumPy computes from
their equations: plain loops over the differential equations, one step after the other, nothing of Synfire."""
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
    bad("convolution", {**nodes, "fc": {"type": "Conv2d", "weight": np.ones((1, 1, 3, 3))}}, chain)
    bad("shape", {**nodes, "in": inp(3)}, chain)
    bad("shape_of_ones", {**nodes, "out": out(1, 1, 1)}, chain)
    bad("stateless_cycle", {**nodes, "fc2": linear([[1.0]])}, chain + [("fc", "fc2"), ("fc2", "fc")])
    bad("not_read", {**nodes, "odd": linear([[1.0]])}, chain + [("odd", "lif")])
    bad("half_step", {**nodes, "fc": {"type": "Delay", "delay": f64(1.5e-4)}}, chain)
    bad("readout_read", {**nodes, "fc": {"type": "LI", "tau": f64(1e-3), "r": f64(1), "v_leak": f64(0)}}, chain)
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


os.makedirs(os.path.join(HERE, "errors"), exist_ok=True)
recurrent_cuba()
folds()
errors()
