#!/usr/bin/env python3
"""Writes rolled/*.onnx and rolled.npz: networks over several time steps as snnTorch and SpikingJelly export them, with
the input x and the spikes s of the last layer as the framework computed them; and refused/rolled_*.onnx.

Needs torch 1.13, onnx, numpy, snnTorch 0.9.4 and SpikingJelly (074bf581) on PYTHONPATH. Seeded.
"""
import copy, os
import numpy as np
import onnx, torch
import snntorch as snn
from onnx import TensorProto, helper, numpy_helper
from spikingjelly.activation_based import layer, neuron, functional
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
RECORDED = {}


class Copies(nn.Module):
    """One step after the other inside forward()."""

    def __init__(self, sizes, make, axis=0, result="stack", cut="index", scale=4.0):
        super().__init__()
        self.axis, self.result, self.cut = axis, result, cut
        self.linear = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])
        for one in self.linear:
            one.weight.data *= scale
        self.neuron = nn.ModuleList([make() for _ in sizes[1:]])

    def steps(self, x):
        if self.cut == "split":
            return [part.squeeze(self.axis) for part in x.split(1, self.axis)]
        if self.cut == "narrow":
            return [x.narrow(self.axis, t, 1).squeeze(self.axis) for t in range(x.shape[self.axis])]
        return [x.select(self.axis, t) for t in range(x.shape[self.axis])]

    def forward(self, x):
        states, self.spikes, total = [None] * len(self.neuron), [], None
        for h in self.steps(x):
            for i, (linear, unit) in enumerate(zip(self.linear, self.neuron)):
                h = linear(h)
                if states[i] is None:
                    zero = torch.zeros_like(h)
                    states[i] = (zero, zero) if isinstance(unit, (snn.Synaptic, snn.RLeaky)) else (zero,)
                if isinstance(unit, snn.Synaptic):
                    h, *states[i] = unit(h, *states[i])
                elif isinstance(unit, snn.RLeaky):
                    h, mem = unit(h, *states[i])
                    states[i] = (h, mem)
                elif isinstance(unit, snn.Leaky):
                    h, *states[i] = unit(h, *states[i])
                else:
                    h = unit(h)
            self.spikes.append(h)
            total = h if total is None else total + h
        stacked = torch.stack(self.spikes, self.axis)
        return {"stack": stacked, "last": h, "sum": total, "rate": total / len(self.spikes),
                "mean": stacked.mean(self.axis)}[self.result]


class LayerByLayer(nn.Module):
    """Linear on the whole sequence, neurons step by step."""

    def __init__(self):
        super().__init__()
        self.l1, self.l2 = nn.Linear(12, 16), nn.Linear(16, 5)
        self.n1, self.n2 = snn.Leaky(beta=0.9), snn.Leaky(beta=0.7, reset_mechanism="zero")
        self.l1.weight.data *= 4
        self.l2.weight.data *= 4

    def run(self, unit, current):
        mem, spikes = torch.zeros_like(current[0]), []
        for one in current:
            spike, mem = unit(one, mem)
            spikes.append(spike)
        return torch.stack(spikes)

    def forward(self, x):
        return self.run(self.n2, self.l2(self.run(self.n1, self.l1(x))))


class Image(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.pool, self.linear = nn.Conv2d(1, 4, 3, padding=1), nn.MaxPool2d(2), nn.Linear(64, 5)
        self.a, self.b = snn.Leaky(beta=0.9), snn.Leaky(beta=0.9)
        self.conv.weight.data *= 3
        self.linear.weight.data *= 3

    def forward(self, x):
        m, k, spikes = torch.zeros(1, 4, 8, 8), torch.zeros(1, 5), []
        for one in x:
            h, m = self.a(self.conv(one), m)
            h, k = self.b(self.linear(self.pool(h).flatten(1)), k)
            spikes.append(h)
        return torch.stack(spikes)


class Heaviside(nn.Module):
    def forward(self, x):
        return (x >= 0).float()


def plif():
    unit = neuron.ParametricLIFNode(init_tau=3.0)
    unit.surrogate_function = Heaviside()
    return unit


class Decoded(nn.Module):
    def __init__(self, network, decode):
        super().__init__()
        self.network, self.decode = network, decode

    def forward(self, x):
        self.spikes = self.network(x)
        return self.decode(self.spikes)


def multi_step(*modules, scale=8.0):
    network = nn.Sequential(*modules)
    functional.set_step_mode(network, "m")
    for one in network.modules():
        if isinstance(one, (nn.Linear, nn.Conv2d)):
            one.weight.data *= scale
    return network


def export(name, make, shape, axis=0, dynamic=None, record=True):
    """The first seed whose last layer spikes in 0.1 to 0.6 of all cells."""
    for seed in range(200):
        torch.manual_seed(seed)
        network = make().eval()
        x = (torch.rand(*shape) < 0.5).float()

        def reset():
            for one in network.modules():
                if isinstance(one, neuron.BaseNode):
                    one.reset()

        with torch.no_grad():
            result = network(x)
        spikes = getattr(network, "spikes", result)
        spikes = torch.stack(spikes, axis) if isinstance(spikes, list) else spikes
        reset()
        if 0.1 < float(spikes.mean()) < 0.6:
            break
    path = os.path.join(HERE, "rolled" if record else "refused", name + ".onnx")
    with torch.no_grad():
        torch.onnx.export(network, x, path, input_names=["x"], output_names=["spk_out"], opset_version=13,
                          dynamic_axes=dynamic)
    if record:
        steps = shape[axis]
        RECORDED[name + "_x"] = x.numpy().reshape(steps, -1).astype(np.uint8)
        RECORDED[name + "_s"] = spikes.numpy().reshape(steps, -1).astype(np.uint8)
    return path


def scan(name):
    """Scan as converters from other frameworks write it: the body is one step of two IF layers."""
    rng = np.random.default_rng(3)
    w1, w2 = (rng.normal(0, 1, s).astype(np.float32) for s in ((10, 14), (14, 5)))
    inits = {"w1": w1, "w2": w2, "one": np.float32(1), "z1": np.zeros((1, 14), np.float32), "z2": np.zeros((1, 5), np.float32)}
    body, node = [], helper.make_node
    for k, x in (("1", "x_t"), ("2", "s1")):
        body += [node("MatMul", [x, "w" + k], ["c" + k]), node("Add", ["v" + k, "c" + k], ["u" + k]),
                 node("GreaterOrEqual", ["u" + k, "one"], ["b" + k]), node("Cast", ["b" + k], ["s" + k], to=1),
                 node("Sub", ["u" + k, "s" + k], ["n" + k])]
    info = lambda n, *s: helper.make_tensor_value_info(n, TensorProto.FLOAT, s)
    graph = helper.make_graph(body, "body", [info("v1", 1, 14), info("v2", 1, 5), info("x_t", 1, 10)],
                              [info("n1", 1, 14), info("n2", 1, 5), info("s2", 1, 5)])
    outer = helper.make_graph([node("Scan", ["z1", "z2", "x"], ["e1", "e2", "spk_out"], body=graph, num_scan_inputs=1)],
                              "scan", [info("x", 6, 1, 10)], [info("spk_out", 6, 1, 5)],
                              [numpy_helper.from_array(v, k) for k, v in inits.items()])
    onnx.save(helper.make_model(outer, opset_imports=[helper.make_opsetid("", 13)], ir_version=7),
              os.path.join(HERE, "rolled", name + ".onnx"))
    x, v1, v2, spikes = (rng.random((6, 10)) < 0.5), np.zeros(14), np.zeros(5), []
    for row in x:
        v1 = v1 + row @ w1.astype(np.float64)
        s1 = v1 >= 1
        v1, v2 = v1 - s1, v2 + s1 @ w2.astype(np.float64)
        s2 = v2 >= 1
        v2 = v2 - s2
        spikes.append(s2)
    RECORDED[name + "_x"], RECORDED[name + "_s"] = x.astype(np.uint8), np.array(spikes).astype(np.uint8)


def refused(name, path, change):
    model = copy.deepcopy(onnx.load(path))
    change(model.graph)
    onnx.save(model, os.path.join(HERE, "refused", name + ".onnx"))


def other_weights(graph):
    """The third step has a first layer of its own."""
    [weight] = [i for i in graph.initializer if i.name == "linear.0.weight"]
    other = numpy_helper.from_array(numpy_helper.to_array(weight) * np.float32(1.001), "other")
    graph.initializer.append(other)
    [n for n in graph.node if n.op_type == "Gemm" and weight.name in n.input][2].input[1] = "other"


def other_start(graph):
    """The first step adds a constant potential."""
    [zero] = [i for i in graph.initializer if list(i.dims) == [1, 16]]
    zero.CopyFrom(numpy_helper.from_array(np.linspace(0, 1, 16, dtype=np.float32)[None], zero.name))


def trips(graph):
    for n in graph.node:
        if n.op_type == "Constant" and any(i in n.output for m in graph.node if m.op_type == "Loop" for i in m.input[:1]):
            n.attribute[0].t.CopyFrom(numpy_helper.from_array(np.array(3, np.int64)))


def sum_inside(graph):
    """A layer reads the sum over all steps."""
    spikes = graph.output[0].name
    weight = numpy_helper.from_array(np.ones((5, 2), np.float32), "late")
    axes = numpy_helper.from_array(np.array([0], np.int64), "axes")
    graph.initializer.extend([weight, axes])
    graph.node.append(helper.make_node("ReduceSum", [spikes, "axes"], ["total"], keepdims=0, name="total"))
    graph.node.append(helper.make_node("MatMul", ["total", "late"], ["y"], name="late"))
    graph.output[0].CopyFrom(helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2]))


def main():
    os.makedirs(os.path.join(HERE, "rolled"), exist_ok=True)
    sizes = [12, 16, 6]
    copies = lambda make, **k: lambda: Copies(sizes, make, **k)
    one_d = lambda t, n=12: (t, 1, n)
    plain = lambda: snn.Leaky(beta=0.9)
    export("copies_of_2", copies(plain), one_d(2))
    path = export("copies_of_5_zero", copies(lambda: snn.Leaky(beta=0.8, reset_mechanism="zero", threshold=0.6)), one_d(5))
    refused("rolled_other_weights", path, other_weights)
    export("copies_of_5_none", copies(lambda: snn.Leaky(beta=0.9, reset_mechanism="none", threshold=1.5)), one_d(5))
    export("copies_of_4_nodelay", copies(lambda: snn.Leaky(beta=0.9, reset_delay=False)), one_d(4))
    export("copies_of_4_three_layers", lambda: Copies([10, 12, 12, 5], lambda: snn.Leaky(beta=0.8)), one_d(4, 10))
    export("copies_of_6_synaptic", copies(lambda: snn.Synaptic(alpha=0.6, beta=0.8)), one_d(6))
    export("copies_of_6_recurrent", lambda: Copies([12, 6, 6], lambda: snn.RLeaky(beta=0.8, linear_features=6)), one_d(6))
    export("copies_along_axis_1", lambda: Copies(sizes, plain, axis=1), (1, 6, 12), axis=1)
    export("copies_last", copies(plain, result="last"), one_d(6))
    export("copies_sum", copies(plain, result="sum"), one_d(6))
    export("copies_rate", copies(plain, result="rate"), one_d(5))
    export("copies_mean", copies(plain, result="mean"), one_d(5))
    export("copies_split", copies(plain, cut="split"), one_d(4))
    export("copies_narrow", copies(plain, cut="narrow"), one_d(4))
    export("copies_lif_v_reset", copies(lambda: neuron.LIFNode(v_reset=-0.3), scale=6.0), one_d(5))
    export("copies_if_soft_last", copies(lambda: neuron.IFNode(v_reset=None), result="last"), one_d(6))
    export("layer_by_layer", LayerByLayer, one_d(5))
    refused("rolled_other_start", export("copies_of_3", copies(plain), one_d(3)), other_start)
    linear = layer.Linear
    lif = lambda **k: lambda: multi_step(linear(10, 14), neuron.LIFNode(**k), linear(14, 5), neuron.LIFNode(**k))
    path = export("loop_lif", lif(), one_d(6, 10))
    refused("rolled_trips", path, trips)
    refused("rolled_sum_inside", path, sum_inside)
    export("loop_lif_v_reset", lif(v_reset=-0.25, v_threshold=0.8), one_d(5, 10))
    export("loop_lif_no_decay_input", lif(decay_input=False, v_reset=None), one_d(5, 10))
    export("loop_if_three_layers", lambda: multi_step(
        linear(10, 14), neuron.IFNode(v_reset=None), linear(14, 8, bias=False), neuron.IFNode(v_reset=None), linear(8, 4),
        neuron.IFNode(v_reset=None)), one_d(7, 10))
    export("loop_of_1", lambda: multi_step(linear(10, 14), neuron.IFNode(), linear(14, 5), neuron.IFNode()), one_d(1, 10))
    export("loop_any_length", lif(), one_d(6, 10), dynamic={"x": {0: "T"}})
    export("loop_any_batch", lif(), one_d(6, 10), dynamic={"x": {1: "N"}})
    export("loop_mean", lambda: Decoded(lif()(), lambda y: y.mean(0)), one_d(6, 10))
    export("sequence_plif", lambda: multi_step(linear(10, 14), plif(), linear(14, 5), plif()), one_d(5, 10))
    export("loop_image", lambda: multi_step(
        layer.Conv2d(1, 4, 3, padding=1), layer.BatchNorm2d(4), neuron.IFNode(), layer.MaxPool2d(2),
        layer.Conv2d(4, 6, 3, padding=1, bias=False), layer.BatchNorm2d(6), neuron.LIFNode(v_reset=None),
        layer.AvgPool2d(2), layer.Flatten(), linear(24, 5), neuron.IFNode(), scale=4.0), (4, 1, 1, 8, 8))
    export("copies_image", Image, (3, 1, 1, 8, 8))
    scan("scan_if")
    export("rolled_two_if", copies(lambda: neuron.IFNode(v_reset=None)), one_d(2), record=False)
    export("rolled_two_synaptic", copies(lambda: snn.Synaptic(alpha=0.3, beta=0.5)), one_d(2), record=False)
    export("copies_of_2_recurrent", lambda: Copies([12, 6, 6], lambda: snn.RLeaky(beta=0.8, linear_features=6)), one_d(2))
    np.savez_compressed(os.path.join(HERE, "rolled.npz"), **RECORDED)


if __name__ == "__main__":
    main()
