#!/usr/bin/python3
"""Writes this folder's .net files (h5py), and with --record runs each of them in Lava and writes what it did.

make_data.py             the .net files
make_data.py --record    also NAME.npz: x, and s, u, v of every block; needs lava 0.11 and lava-dl on the Python path
"""
import os
import sys

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
CUBA = {"type": "CUBA", "iDecay": 4096, "vDecay": 400, "vThMant": 60, "refDelay": 1, "gradedSpike": False}


def cuba(**fields):
    return {**CUBA, **fields}


def put(group, name, value):
    """As slayer writes them: types as arrays of one fixed text, neuron types as variable text."""
    if value is None:
        return
    if isinstance(value, dict):
        inner = group.create_group(name)
        for key, item in value.items():
            put(inner, key, item)
    elif isinstance(value, str) and group.name.endswith("neuron"):
        group.create_dataset(name, data=value, dtype=h5py.string_dtype())
    elif isinstance(value, str):
        group.create_dataset(name, data=np.array([value], "S10"))
    else:
        group.create_dataset(name, data=value)


def write(name, layers, **more):
    path = os.path.join(HERE, name + ".net")
    with h5py.File(path, "w", libver="earliest") as f:
        for k, layer in enumerate(layers):
            put(f, f"layer/{k}", layer)
        for key, value in more.items():
            put(f, key.replace("__", "/"), value)
    return path


def even(rng, *shape, low=-120, high=121):
    return (rng.integers(low // 2, high // 2 + 1, shape) * 2).astype(np.float32)


def dense(weight, neuron=None, **fields):
    weight = np.asarray(weight, np.float32)
    neuron = cuba() if neuron is None else neuron
    return {"type": "dense", "shape": np.array([weight.shape[0]]), "weight": weight, "neuron": neuron or None, **fields}


def conv(shape, weight, **fields):
    return {"type": "conv", "shape": np.array(shape), "weight": weight, "stride": np.array([1, 1]),
            "padding": np.array([0, 0]), "dilation": np.array([1, 1]), "groups": 1, "neuron": cuba(), **fields}


def networks():
    """name -> (layers, one step's input shape, options)."""
    rng = np.random.default_rng(7)
    # Synaptic filters, parameters per neuron, odd weights, biases; the second layer only excites.
    yield "filtered", [
        dense(rng.integers(-127, 128, (9, 12)), cuba(iDecay=700, vDecay=np.arange(9) * 450, vThMant=np.arange(9) * 30 + 40),
              bias=rng.integers(-20, 21, 9).astype(np.float32)),
        dense(rng.integers(0, 200, (5, 9)), cuba(iDecay=0, vDecay=4096, vThMant=300), bias=np.array([3.0], np.float32)),
    ], (12,), {}
    # A delay per synapse, per output, per input, and one for all.
    yield "delays", [
        dense(even(rng, 8, 6), cuba(vDecay=100), delay=rng.integers(0, 5, (8, 6)).astype(np.float32) + 0.75),
        dense(even(rng, 6, 8, low=-60, high=121), delay=np.array([0, 1, 2, 0, 70, 4])),
        dense(even(rng, 5, 6, low=-60, high=121), delay=np.array([2, 0, 0, 1, 2, 2])),
        dense(even(rng, 4, 5, low=-60, high=121), delay=3),
    ], (6,), {}
    yield "recurrent", [
        {"type": "dense_rec", "shape": np.array([7]), "weight": even(rng, 7, 5, low=-20), "weight_rec": even(rng, 7, 7),
         "bias": np.array([4.0], np.float32), "neuron": cuba(iDecay=1000)},
        dense(even(rng, 3, 7, low=-40), {}),
    ], (5,), {}
    # Kernel, stride, padding and dilation differ by axis; parameters per channel; a flatten; a readout.
    yield "images", [
        {"type": "input", "shape": np.array([2, 7, 6])},
        conv([4, 4, 6], even(rng, 4, 1, 3, 2, 1), stride=np.array([2, 1]), padding=np.array([1, 1]),
             dilation=np.array([1, 2]), groups=np.array(2), bias=np.array([5.0, -3, 0, 8], np.float32),
             neuron=cuba(vThMant=np.array([40, 60, 80, 50]), vDecay=np.array([0, 400, 4096, 1000]))),
        conv([3, 3, 5], even(rng, 3, 4, 2, 2), stride=1, padding=0, dilation=1),
        {"type": "flatten", "shape": np.array([1, 1, 45])},
        {**dense(even(rng, 6, 45, low=-40, high=50)), "shape": np.array([6, 1, 1]), "bias": np.full(6, 2.0, np.float32)},
        {"type": "dense", "shape": np.array([1, 1, 1]), "weight": even(rng, 6), "neuron": cuba(vThMant=(1 << 18) - 1)},
    ], (2, 7, 6), {}
    # Neurons driven through their bias, cleared now and then.
    yield "driven", [
        {"type": "input", "shape": np.array([2, 5, 4]), "weight": np.array([9.0], np.float32), "bias": np.array([-4.0], np.float32),
         "neuron": cuba(vDecay=1024, type="LOIHI")},
        conv([3, 3, 2], even(rng, 3, 2, 3, 3), bias=np.array([1.0, 2, 3], np.float32)),
        {"type": "flatten", "shape": np.array([1, 1, 18])},
        dense(even(rng, 4, 18, low=-60, high=90), cuba(iDecay=512)),
    ], (2, 5, 4), {"reset_interval": 7}
    # Weights that netx changes: clipped, one sign only, and types that only h5py's casual users write.
    rows = rng.integers(-40, 41, (6, 8)).astype(np.float64) * 10
    yield "changed", [
        {"type": "dense", "shape": np.array([6]), "weight": rows, "neuron": cuba(type="CUBA", vThMant=90)},
        dense(-rng.integers(1, 257, (5, 6)), bias=np.full(5, 150.0)),
        dense(rng.integers(-256, 1, (4, 5)) // 2 * 2, bias=np.full(4, 120.0)),
        dense(rng.integers(1, 256, (3, 4)).astype(np.int32), cuba(vThMant=500)),
    ], (8,), {}


def errors():
    rng = np.random.default_rng(8)
    w = even(rng, 3, 4)
    good = dense(w)
    image = {"type": "input", "shape": np.array([2, 5, 5])}
    kernel = even(rng, 4, 2, 3, 3)

    def bad(name, *layers, **more):
        write("errors/" + name, layers, **more)

    bad("good", good, dense(even(rng, 2, 3)), simulation={"Ts": 1, "tSample": 16})
    bad("unknown_type", good, {**good, "type": "densse"})
    bad("pool", image, {"type": "pool", "shape": np.array([2, 2, 2]), "weight": np.ones((2, 1, 2, 2))}, conv([4, 3, 3], kernel))
    bad("sdnn", dense(w, cuba(type="SDNN")))
    bad("resonate", dense(w, cuba(type="ADRF_IZHIKEVICH")))
    bad("alif", dense(w, cuba(type="ALIF")))
    bad("no_type", {**good, "type": None})
    bad("no_shape", {**good, "shape": None})
    bad("no_decay", dense(w, cuba(vDecay=None)))
    bad("decay_range", dense(w, cuba(iDecay=np.array([0, 5000, 1]))))
    bad("float_decay", dense(w, cuba(vDecay=0.25)))
    bad("threshold_count", dense(w, cuba(vThMant=np.array([60, 60]))))
    bad("zeros", dense(np.zeros((3, 4))))
    bad("inhibitory", dense([[-129, 0], [-256, -3]]))
    bad("too_large", dense([[300, 2], [0, 1]]))
    bad("lost", dense([[-256, -256], [-256, -256]]))
    bad("fractions", dense(w + np.float32(0.25)))
    bad("clipped", dense([[300, -2], [-300, 4]]))
    bad("not_finite", dense([[np.nan, 2], [1, 1]]))
    bad("wrong_width", good, dense(even(rng, 2, 5)))
    bad("negative_delay", {**good, "delay": np.array([-1, 0, 0])})
    bad("delay_shape", {**good, "delay": np.array([[0, 1]])})
    bad("long_delay", {**good, "delay": np.array([0, 1, 99])})
    bad("recurrent_delay", {"type": "dense_rec", "shape": np.array([3]), "weight": w, "weight_rec": even(rng, 3, 3),
                            "delay": np.array(1), "neuron": cuba()})
    bad("bias", {**good, "bias": np.array([0.0, 40000, 0])})
    bad("complex", {**good, "weight": {"real": w, "imag": w}})
    bad("no_image", conv([4, 3, 3], kernel))
    bad("conv_shape", image, conv([4, 3, 4], kernel))
    bad("conv_groups", image, conv([4, 3, 3], kernel, groups=2))
    bad("conv_kernel", image, conv([4, 3, 3], even(rng, 4, 2, 7, 3)))
    bad("conv_neuron", image, conv([4, 3, 3], kernel, neuron=None))
    bad("conv_delay", image, conv([4, 3, 3], kernel, delay=np.array(2)))
    bad("conv_sum", image, conv([4, 3, 3], kernel * 2**17))
    bad("no_flatten", image, conv([4, 3, 3], kernel), dense(even(rng, 2, 36)))
    bad("second_input", good, {"type": "input", "shape": np.array([3])})
    bad("only_input", image)
    bad("gap", good)
    with h5py.File(os.path.join(HERE, "errors/gap.net"), "a") as f:
        f.move("layer/0", "layer/1")
    write("errors/no_layers", [], simulation={"Ts": 1})


def record(path, shape, options):
    """x and the states of every block, images as [channels, height, width]."""
    from lava.lib.dl import netx
    from lava.magma.core.run_conditions import RunSteps
    from lava.magma.core.run_configs import Loihi2SimCfg
    from lava.proc import io
    from lava.proc.monitor.process import Monitor

    steps, rng = 40, np.random.default_rng(9)
    net = netx.hdf5.Network(net_config=path, **options)
    if hasattr(net.in_layer, "synapse"):
        x = (rng.random((steps, *shape)) < 0.35).astype(np.uint8)
        flat = x.reshape(steps, -1) if len(net.in_layer.inp.shape) == 1 else x.transpose(0, 3, 2, 1)
        source = io.source.RingBuffer(data=np.moveaxis(flat, 0, -1).astype(np.int32))
        source.s_out.connect(net.inp)
    else:
        image = rng.integers(-5, 90, shape)
        net.in_layer.neuron.bias_mant.init = image.T.astype(np.int32)
        x = np.repeat(image[None], steps, axis=0).astype(np.int16)
    kept = {"x": x}
    probes = []
    for k, layer in enumerate(net.layers):
        sink = io.sink.RingBuffer(shape=tuple(int(n) for n in layer.out.shape), buffer=steps)
        layer.neuron.s_out.connect(sink.a_in)
        u, v = Monitor(), Monitor()
        u.probe(layer.neuron.u, steps)
        v.probe(layer.neuron.v, steps)
        probes.append((sink, u, v))
    net.run(condition=RunSteps(num_steps=steps), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
    for k, (sink, u, v) in enumerate(probes):
        states = {"s": np.moveaxis(sink.data.get(), -1, 0), "u": u.var_read_0.get(), "v": v.var_read_0.get()}
        for name, value in states.items():
            value = value.transpose(0, 3, 2, 1) if value.ndim == 4 else value
            kept[f"{name}{k}"] = value.reshape(steps, -1).astype(np.uint8 if name == "s" else np.int32)
        print(os.path.basename(path), "block", k, "spikes", int(kept[f"s{k}"].sum()))
    net.stop()
    np.savez_compressed(path[:-4] + ".npz", **kept)


if __name__ == "__main__":
    os.makedirs(os.path.join(HERE, "errors"), exist_ok=True)
    errors()
    for case, layers, input_shape, case_options in networks():
        file = write(case, layers)
        if "--record" in sys.argv:
            record(file, input_shape, case_options)
