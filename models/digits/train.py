"""Trains the example network of this repository and writes every file of models/digits/.

What: 64-128-10 leaky integrate-and-fire (LIF) neurons with soft reset, trained with a surrogate
gradient on the 8x8 handwritten digits of UCI (part of scikit-learn, so nothing is downloaded).

Why: a compiler for spiking networks needs one small trained model whose right answer is known.
The same weights are written as ONNX and as snn-json + npz, next to an encoded test set, so every
front-end and every target can be asked for the same spikes.

Neuron, per time step (the semantics of snnTorch's Leaky with its default delayed subtract reset):
    v' = (beta * v + x) - theta * (v > theta)       reset by the membrane before the step
    s  = (v' > theta)                               strictly greater

README.md has the command and the packages.
"""
import argparse
import hashlib
import json
import pathlib
import platform

import numpy as np
import onnx.numpy_helper
import sklearn
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

BETA, THETA = 0.9, 1.0
STEPS = 20                # T, time steps per inference
INPUTS, HIDDEN, CLASSES = 64, 128, 10
SPLIT_SEED = 0            # which images are test images; independent of --seed
TEST_CODE_SEED = 1        # the Bernoulli draws of the shipped test set; likewise
CALIBRATION_CODE_SEED = 2 # and of the shipped calibration data: the first training images
CALIBRATION_IMAGES = 240
RATE_TARGET = 0.10        # mean rate every hidden neuron is drawn to: none silent, none saturated
RATE_WEIGHT = 50.0
LAYERS = (("fc1", "lif1"), ("fc2", "lif2"))


class Spike(torch.autograd.Function):
    """Step function forwards; backwards the slope of a fast sigmoid, since a step has none."""

    @staticmethod
    def forward(ctx, distance):
        ctx.save_for_backward(distance)
        return (distance > 0).float()

    @staticmethod
    def backward(ctx, grad):
        (distance,) = ctx.saved_tensors
        return grad / (1.0 + 10.0 * distance.abs()) ** 2


class Digits(torch.nn.Module):
    """One time step with explicit states: the only form every ONNX exporter gets right."""

    def __init__(self):
        super().__init__()
        self.fc1 = torch.nn.Linear(INPUTS, HIDDEN)
        self.fc2 = torch.nn.Linear(HIDDEN, CLASSES)

    def lif(self, x, mem):
        # The reset is not differentiated: its gradient only adds noise to the training.
        reset = (mem.detach() - THETA > 0).float()
        mem = BETA * mem + x - reset * THETA
        # In eval mode a plain comparison, so that the export consists of standard operators.
        return Spike.apply(mem - THETA) if self.training else (mem - THETA > 0).float(), mem

    def forward(self, x, mem1, mem2):
        spk1, mem1 = self.lif(self.fc1(x), mem1)
        spk2, mem2 = self.lif(self.fc2(spk1), mem2)
        self.hidden_spikes = spk1     # for training and checking; not an output of the graph
        return spk2, mem1, mem2


def encode(images, rng):
    """Bernoulli rate code: pixel p spikes with probability p/16 in every step. [N,64] -> [N,T,64]"""
    return (rng.random((len(images), STEPS, INPUTS)) < images[:, None] / 16.0).astype(np.uint8)


def run_torch(net, spikes):
    """Spikes of both layers over time, [N,T,128] and [N,T,10], in float32."""
    x = torch.from_numpy(spikes.astype(np.float32))
    mem1, mem2 = torch.zeros(len(x), HIDDEN), torch.zeros(len(x), CLASSES)
    trains = []
    for t in range(STEPS):
        spk2, mem1, mem2 = net(x[:, t], mem1, mem2)
        trains.append((net.hidden_spikes, spk2))
    return [torch.stack(layer, 1) for layer in zip(*trains)]


def run_float64(weights, spikes, beta):
    """The same network from the exported arrays in float64; also the smallest |v - theta| seen."""
    w = {name: array.astype(np.float64) for name, array in weights.items()}
    x, margin, trains = spikes.astype(np.float64), np.inf, []
    for fc, _ in LAYERS:
        mem, train = np.zeros((len(x), len(w[fc + ".bias"]))), []
        for t in range(STEPS):
            drive = x[:, t] @ w[fc + ".weight"].T + w[fc + ".bias"]
            mem = beta * mem + drive - (mem > THETA) * THETA
            margin = min(margin, np.abs(mem - THETA).min())
            train.append((mem > THETA).astype(np.float64))
        x = np.stack(train, 1)
        trains.append(x)
    return trains, margin


def train(net, images, labels, epochs, seed):
    """Adam with cosine decay; the training images are encoded afresh in every epoch."""
    rng = np.random.default_rng([seed, 2])
    optimiser = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    net.train()
    for epoch in range(epochs):
        spikes, order = encode(images, rng), rng.permutation(len(images))
        for batch in np.array_split(order, len(order) // 64):
            hidden, out = run_torch(net, spikes[batch])
            # Half a nat per spike asks for a lead of several spikes, so ties are rare.
            loss = torch.nn.functional.cross_entropy(0.5 * out.sum(1), torch.from_numpy(labels[batch]))
            uneven = ((hidden.mean((0, 1)) - RATE_TARGET) ** 2).mean()
            optimiser.zero_grad()
            (loss + RATE_WEIGHT * uneven).backward()
            optimiser.step()
        schedule.step()
        print(f"epoch {epoch + 1}: loss of the last batch {loss.item():.4f}", flush=True)
    net.eval()


def write_onnx(net, path):
    zeros = tuple(torch.zeros(1, n) for n in (INPUTS, HIDDEN, CLASSES))
    torch.onnx.export(net, zeros, str(path), opset_version=13, input_names=["x", "mem1", "mem2"],
                      output_names=["spk_out", "mem1_next", "mem2_next"])
    model = onnx.load(str(path))
    model.graph.name = "digits"
    for node in model.graph.node:
        node.ClearField("doc_string")     # some torch versions put the folder of this script there
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def write_json(path):
    layers = []
    for (fc, lif), units in zip(LAYERS, (HIDDEN, CLASSES)):
        tensor = {part: {"file": "digits.npz", "key": f"{fc}.{part}"} for part in ("weight", "bias")}
        layers.append({"type": "dense", "name": fc, "units": units, **tensor})
        layers.append({"type": "neuron", "name": lif, "model": "lif", "beta": BETA, "threshold": THETA})
    path.write_text(json.dumps({
        "format": "snn-json", "version": 1, "name": "digits", "steps": STEPS,
        "defaults": {"compare": "gt", "reset": {"mode": "subtract", "timing": "next_step"}},
        "input": {"shape": [INPUTS], "kind": "spikes", "encoding": {"type": "none"}},
        "layers": layers,
        "outputs": [{"layer": "lif2", "probe": ["spikes"]}],
        "readout": {"rule": "spike_count_argmax", "labels": [str(c) for c in range(CLASSES)]},
    }, indent=1) + "\n")


def check(out, net, labels):
    """Reads the files back and fails unless they all describe the same spikes. Returns the facts."""
    spikes = np.load(out / "test_spikes.npy")
    weights = dict(np.load(out / "digits.npz"))
    stored = onnx.load(str(out / "digits.onnx")).graph.initializer
    in_onnx = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in stored}
    if not all(np.array_equal(in_onnx.get(name), array) for name, array in weights.items()):
        raise SystemExit("digits.onnx and digits.npz hold different weights")
    with torch.no_grad():
        float32 = [train.numpy() for train in run_torch(net, spikes)]
    float64, margin = run_float64(weights, spikes, BETA)
    # ONNX stores beta as float32 and JSON as 0.9; no reader may be able to tell them apart.
    rounded, margin_rounded = run_float64(weights, spikes, float(np.float32(BETA)))
    differing = sum(int((a != b).sum()) for other in (float32, rounded) for a, b in zip(float64, other))
    if differing:
        raise SystemExit(f"{differing} spikes depend on float precision: choose another --seed")

    counts = float64[1].sum(1)
    second, first = np.sort(counts, 1)[:, -2:].T
    return {
        "accuracy32": (float32[1].sum(1).argmax(1) == labels).mean(),
        "accuracy64": (counts.argmax(1) == labels).mean(),
        "margin": min(margin, margin_rounded),
        "ties": int((first == second).sum()),
        "activity": [(x.sum() / len(x), x.mean()) for x in (spikes, *float64)],
        "hidden_rates": "{:.1%} to {:.1%}".format(*np.quantile(float64[0].mean((0, 1)), (0, 1))),
    }


def write_origin(out, facts, args):
    sums = "\n".join(f"{hashlib.sha256((out / name).read_bytes()).hexdigest()}  {name}" for name in
                     ("digits.onnx", "digits.json", "digits.npz", "test_images.npy", "test_spikes.npy", "test_labels.npy",
                      "calibration.npy", "calibration_labels.npy"))
    layers = ", ".join(f"{name} {count:.1f} ({rate:.1%})" for name, (count, rate)
                       in zip(("input", "lif1", "lif2"), facts["activity"]))
    (out / "ORIGIN.md").write_text(f"""\
# Origin of the files in models/digits (written by `train.py`)

**Data.** "Optical Recognition of Handwritten Digits": 1797 images of 8x8 pixels, grey levels 0..16, as
in scikit-learn's `load_digits` (a copy of the test part of the UCI data set). E. Alpaydin, C. Kaynak,
UCI Machine Learning Repository, 1998, https://doi.org/10.24432/C50P49, CC BY 4.0. Our changes: a
stratified split (seed {SPLIT_SEED}) into 1437 training and 360 test images, and a spike code: pixel p spikes
with probability p/16 in each of {STEPS} steps; test set drawn once, numpy `default_rng({TEST_CODE_SEED})`. The calibration data are the first
{CALIBRATION_IMAGES} training images in the same code, `default_rng({CALIBRATION_CODE_SEED})`.

**Command.** `/usr/bin/python3 models/digits/train.py --epochs {args.epochs} --seed {args.seed}`

**Versions.** Python {platform.python_version()}, torch {torch.__version__}, scikit-learn {sklearn.__version__}, \
numpy {np.__version__}, onnx {onnx.__version__}. Another
processor or library may round differently in training and give other weights of like quality.

**Accuracy** on `test_spikes.npy`, argmax of output spike counts, the lowest class wins a tie:
float32 (torch) {facts["accuracy32"]:.2%}, float64 (recomputed from `digits.npz`) {facts["accuracy64"]:.2%}.
Both give the same spikes in both layers, with beta 0.9 (JSON) and with beta rounded to float32 (ONNX).
Smallest distance of a membrane from the threshold: {facts["margin"]:.1e}. Images with a tie: {facts["ties"]}.

**Spikes** per inference, and share of all neuron-steps, mean over the test set:
{layers}. Single hidden neurons fire in {facts["hidden_rates"]} of all steps.

**sha256**

```
{sums}
```
""")


def main():
    parser = argparse.ArgumentParser(description="train and export the digits example network")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=4, help="of weights and training draws; the default "
                        "was the one of 1..6 whose membranes keep farthest from the threshold")
    parser.add_argument("--out", type=pathlib.Path, metavar="DIR",
                        default=pathlib.Path(__file__).resolve().parent)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)      # the order of a parallel sum is not reproducible
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(args.seed)
    data = load_digits()
    train_x, test_x, train_y, test_y = train_test_split(
        data.data, data.target, test_size=360, stratify=data.target, random_state=SPLIT_SEED)
    net = Digits()
    train(net, train_x, train_y, args.epochs, args.seed)
    write_onnx(net, args.out / "digits.onnx")
    write_json(args.out / "digits.json")
    np.savez(args.out / "digits.npz", **{name: p.numpy() for name, p in net.state_dict().items()})
    np.save(args.out / "test_images.npy", test_x.astype(np.uint8))
    np.save(args.out / "test_spikes.npy", encode(test_x, np.random.default_rng(TEST_CODE_SEED)))
    np.save(args.out / "test_labels.npy", test_y.astype(np.uint8))
    few = slice(CALIBRATION_IMAGES)
    np.save(args.out / "calibration.npy", encode(train_x[few], np.random.default_rng(CALIBRATION_CODE_SEED)))
    np.save(args.out / "calibration_labels.npy", train_y[few].astype(np.uint8))
    facts = check(args.out, net, test_y)
    write_origin(args.out, facts, args)
    print("\n".join(f"{name}: {value}" for name, value in facts.items()))


if __name__ == "__main__":
    main()
