#!/usr/bin/python3
"""Trains the network of this folder on the digits of ../digits and writes direct_digits.json, .npz and calibration.npy.

    /usr/bin/python3 models/direct_digits/train.py

64-48-10 leaky integrate-and-fire neurons with soft reset. The image is shown as a constant current ("direct
encoding"): pixels 0..16 are the input in each of 10 steps, no spikes. The test images are those of ../digits (the
same split). Surrogate gradient as in ../digits/train.py.
"""
import json
import pathlib

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HERE = pathlib.Path(__file__).resolve().parent
BETA, THETA, STEPS = 0.9, 1.0, 10
INPUTS, HIDDEN, CLASSES, CALIBRATION_IMAGES = 64, 48, 10, 120


class Spike(torch.autograd.Function):
    """Step function forwards; backwards the slope of a fast sigmoid."""

    @staticmethod
    def forward(ctx, distance):
        ctx.save_for_backward(distance)
        return (distance > 0).float()

    @staticmethod
    def backward(ctx, grad):
        (distance,) = ctx.saved_tensors
        return grad / (1.0 + 10.0 * distance.abs()) ** 2


def lif(x, mem):
    mem = BETA * mem + x - (mem.detach() > THETA).float() * THETA
    return Spike.apply(mem - THETA), mem


def run(fc1, fc2, images):
    """Output spike counts, and how often the hidden neurons spike."""
    current = fc1(images)  # the same in every step
    mem1, mem2 = torch.zeros(len(images), HIDDEN), torch.zeros(len(images), CLASSES)
    counts, rate = 0, 0
    for _ in range(STEPS):
        spikes, mem1 = lif(current, mem1)
        out, mem2 = lif(fc2(spikes), mem2)
        counts, rate = counts + out, rate + spikes.mean() / STEPS
    return counts, rate


def main():
    torch.manual_seed(2)
    torch.set_num_threads(1)
    digits = load_digits()
    train_x, test_x, train_y, test_y = train_test_split(
        digits.data.astype(np.float32), digits.target, test_size=360, random_state=0, stratify=digits.target)
    assert (np.load(HERE.parent / "digits" / "test_labels.npy") == test_y).all()
    fc1, fc2 = torch.nn.Linear(INPUTS, HIDDEN), torch.nn.Linear(HIDDEN, CLASSES)
    with torch.no_grad():
        fc1.weight /= 8  # pixels reach 16
    optimizer = torch.optim.AdamW([{"params": fc1.parameters(), "lr": 5e-4}, {"params": fc2.parameters(), "lr": 3e-3}])
    for _ in range(80):
        for batch in torch.randperm(len(train_x)).split(64):
            counts, rate = run(fc1, fc2, torch.from_numpy(train_x)[batch])
            loss = torch.nn.functional.cross_entropy(counts, torch.from_numpy(train_y)[batch]) + 5 * (rate - 0.15) ** 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        accuracy = (run(fc1, fc2, torch.from_numpy(test_x))[0].argmax(1).numpy() == test_y).mean()
    layers, arrays = [], {}
    for fc, name, units in ((fc1, "1", HIDDEN), (fc2, "2", CLASSES)):
        arrays |= {f"fc{name}.weight": fc.weight.detach().numpy(), f"fc{name}.bias": fc.bias.detach().numpy()}
        tensors = {part: {"file": "direct_digits.npz", "key": f"fc{name}.{part}"} for part in ("weight", "bias")}
        layers += [{"type": "dense", "name": "fc" + name, "units": units, **tensors},
                   {"type": "neuron", "name": "lif" + name, "model": "lif", "beta": BETA, "threshold": THETA}]
    np.savez(HERE / "direct_digits.npz", **arrays)
    (HERE / "direct_digits.json").write_text(json.dumps({
        "format": "snn-json", "version": 1, "name": "direct_digits", "steps": STEPS,
        "defaults": {"compare": "gt", "reset": {"mode": "subtract", "timing": "next_step"}},
        "input": {"shape": [INPUTS], "kind": "analog", "encoding": {"type": "none"}},
        "layers": layers,
        "outputs": [{"layer": "lif2", "probe": ["spikes"]}],
        "readout": {"rule": "spike_count_argmax", "labels": [str(c) for c in range(CLASSES)]},
    }, indent=1) + "\n")
    few = train_x[:CALIBRATION_IMAGES].astype(np.uint8)
    np.save(HERE / "calibration.npy", np.repeat(few[:, None], STEPS, 1))
    print(f"accuracy on the test images: {accuracy:.2%}")


if __name__ == "__main__":
    main()
