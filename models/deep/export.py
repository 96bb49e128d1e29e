"""Trains the network of this folder that is small enough to ship, and writes deep.json, deep.npz and its test set.

    /usr/bin/python3 models/deep/export.py --synfire build/release/bin/synfire

As train.py, on the digits, but narrower, with spikes as input (a microcontroller takes nothing else) and with
weights that are whole multiples -127..127 of a power of two during training already (rounded forwards, straight
through backwards), so that integers of 8 bits hold exactly what was trained. Each pixel becomes four inputs that
spike in every step while its grey level reaches 2, 5, 9 and 13.
"""
import argparse
import json
import math
import pathlib

import numpy as np
import torch

from network import BETA, STEPS, THETA, Deep
from train import LAYERS, digits, initial_weights, model, train

HERE = pathlib.Path(__file__).resolve().parent
WIDTH, EPOCHS, SEED, SHIPPED = 128, 60, 1, 100
LEVELS = (2, 5, 9, 13)


def steps_of(weights):
    """Per layer the power of two of which 127 reach 4.5 standard deviations."""
    return [2.0 ** -math.floor(math.log2(127 / (4.5 * w.std()))) for w in weights]


def coded(images):
    """[images, 64 * 4], 0 or 1; the four inputs of a pixel stand side by side."""
    return (images[:, :, None] >= np.array(LEVELS)).reshape(len(images), -1).astype(np.float32)


def numpy_run(weights, images):
    """The same network in double precision: readout and all spikes [layer][image, step, neuron]."""
    u = [np.zeros((len(images), len(w))) for w in weights[:-1]]
    s = [np.zeros_like(v) for v in u]
    spikes, readout = [[] for _ in u], 0.0
    for _ in range(STEPS):
        x = images.astype(float)
        for l, w in enumerate(weights[:-1]):
            u[l] = x @ w.T + BETA * u[l] - THETA * s[l]
            s[l] = x = (u[l] > THETA).astype(float)
            spikes[l].append(x)
        readout = readout + x @ weights[-1].T
    return readout, [np.stack(layer, 1) for layer in spikes]


def write(integers, steps, inputs, labels):
    document = model(inputs.shape[1], WIDTH, LAYERS, "spikes")
    arrays = {}
    dense = [layer for layer in document["layers"] if layer["type"] == "dense"]
    for layer, q, step in zip(dense, integers, steps):
        arrays[layer["name"]] = q.astype(np.int8)
        layer["weight"] = {"file": "deep.npz", "key": layer["name"], "scale": step}
    layers = ",\n    ".join(json.dumps(layer) for layer in document.pop("layers"))
    head = json.dumps(document)[:-1]
    (HERE / "deep.json").write_text(f'{head}, "layers": [\n    {layers}\n]}}\n')
    np.savez_compressed(HERE / "deep.npz", **arrays)
    np.save(HERE / "test_spikes.npy", np.repeat(inputs[:, None], STEPS, 1).astype(np.uint8))
    np.save(HERE / "test_labels.npy", labels.astype(np.uint8))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--synfire", required=True, help="the synfire program")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    x, y, x_test, y_test = digits()
    x, x_test = coded(x), coded(x_test)
    weights = initial_weights(arguments.synfire, "variance-conserving", SEED, x.shape[1], WIDTH, LAYERS,
                              ["--input", f"rate={x.mean():.4f}"], "spikes")
    steps = steps_of(weights)
    net = Deep(weights, "triangle", steps)
    data = [torch.tensor(x), torch.tensor(y).long(), torch.tensor(x_test), torch.tensor(y_test).long()]
    for epoch in range(EPOCHS):
        rate = 1e-3 if epoch < EPOCHS * 2 // 3 else 2e-4
        result = train(net, data, 1, SEED + 1000 * epoch, rate)[-1]
        print(f"epoch {epoch + 1}: {result['accuracy']:.4f} {result['loss']:.4f}", flush=True)

    integers = [np.clip(np.round(w.detach().numpy() / step), -127, 127) for w, step in zip(net.weights, steps)]
    readout, spikes = numpy_run([q * step for q, step in zip(integers, steps)], x_test)
    logits, _ = net(data[2])
    agree = np.array_equal(readout.argmax(1), logits.detach().numpy().argmax(1))
    right = readout.argmax(1) == y_test
    print(f"accuracy in double precision {right.mean():.4f} on {len(x_test)} test images, "
          f"{right[:SHIPPED].mean():.4f} on the {SHIPPED} that are shipped; torch answers "
          f"{'alike' if agree else 'otherwise somewhere'}; spikes per neuron and step by layer:",
          *(f"{layer.mean():.3f}" for layer in spikes))
    write(integers, steps, x_test[:SHIPPED], y_test[:SHIPPED])


if __name__ == "__main__":
    main()
