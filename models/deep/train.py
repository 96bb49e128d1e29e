"""Trains ten layers of spiking neurons from weights of `synfire init`, one scheme against another.

    /usr/bin/python3 models/deep/train.py --synfire build/release/bin/synfire            (digits)
    /usr/bin/python3 models/deep/train.py --synfire ... --mnist DIR                      (idx files of MNIST)

README.md says what is compared and what came out. Needs python3-torch, python3-sklearn, python3-numpy.
"""
import argparse
import gzip
import json
import multiprocessing
import pathlib
import subprocess
import tempfile
import time

import numpy as np
import torch

from network import BETA, STEPS, SURROGATES, THETA, Deep

LAYERS, CLASSES = 10, 10
BATCH, RATE = 64, 1e-3
SPLIT_SEED = 0  # which digits are test images; independent of the training seed


def model(inputs, width, layers, kind="analog"):
    """The snn-json of the network without weights."""
    chain = []
    for l in range(1, layers + 1):
        chain.append({"type": "dense", "name": f"fc{l}", "units": width})
        chain.append({"type": "neuron", "name": f"lif{l}", "model": "lif", "beta": BETA, "threshold": THETA})
    chain.append({"type": "dense", "name": f"fc{layers + 1}", "units": CLASSES})
    chain.append({"type": "neuron", "name": "readout", "model": "i"})
    return {"format": "snn-json", "version": 1, "name": "deep", "input": {"shape": [inputs], "kind": kind},
            "defaults": {"compare": "gt", "reset": {"mode": "subtract", "timing": "next_step"},
                         "discretisation": "exp_euler"}, "layers": chain}


def initial_weights(synfire, scheme, seed, inputs, width, layers, options=(), kind="analog"):
    """The matrices that `synfire init` draws, in order."""
    with tempfile.TemporaryDirectory() as folder:
        source, drawn = pathlib.Path(folder, "model.json"), pathlib.Path(folder, "drawn.json")
        source.write_text(json.dumps(model(inputs, width, layers, kind)))
        subprocess.run([synfire, "init", source, "-o", drawn, "--scheme", scheme, "--seed", str(seed), "--quiet",
                        *options], check=True, stderr=subprocess.DEVNULL)  # Kaiming's warnings: the point here
        arrays = safetensors(drawn.with_suffix(".safetensors"))
        return [arrays[f"fc{l}.weight"].astype(np.float32) for l in range(1, layers + 2)]


def safetensors(path):
    """All arrays of the file: the length of a JSON header, the header, the bytes."""
    raw = path.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    types = {"F64": "<f8", "F32": "<f4"}
    return {name: np.frombuffer(raw[start + a["data_offsets"][0]:start + a["data_offsets"][1]],
                                types[a["dtype"]]).reshape(a["shape"])
            for name, a in json.loads(raw[8:start]).items() if name != "__metadata__"}


def digits():
    """UCI digits, grey levels 0..16: train images, train labels, test images, test labels."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split
    data = load_digits()
    x, x_test, y, y_test = train_test_split(data.data, data.target, test_size=0.2, random_state=SPLIT_SEED,
                                            stratify=data.target)
    return x, y, x_test, y_test


def idx(folder, stem):
    """An idx file of MNIST, gzipped or not; None where the folder has none."""
    for path in sorted(pathlib.Path(folder).glob(stem + "*")):
        raw = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
        shape = [int.from_bytes(raw[4 + 4 * k:8 + 4 * k], "big") for k in range(raw[3])]
        return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)
    return None


def mnist(folder):
    x, y = idx(folder, "train-images"), idx(folder, "train-labels")
    x_test, y_test = idx(folder, "t10k-images"), idx(folder, "t10k-labels")
    if x_test is None or y_test is None:
        raise SystemExit(f"{folder}: no t10k-images and t10k-labels in it")
    if x is None or y is None:
        print(f"{folder} has no training images: 8000 of the t10k images train, the other 2000 test")
        x, y, x_test, y_test = x_test[:8000], y_test[:8000], x_test[8000:], y_test[8000:]
    return x.reshape(len(x), -1), y, x_test.reshape(len(x_test), -1), y_test


def standardized(x, y, x_test, y_test):
    """Every pixel around its mean, the mean square of all values 1: what `synfire init` takes for granted."""
    mean, sd = x.mean(0), (x - x.mean(0)).std()
    tensors = [torch.tensor((part - mean) / sd, dtype=torch.float32) for part in (x, x_test)]
    return tensors[0], torch.tensor(y).long(), tensors[1], torch.tensor(y_test).long()


def gradient_norms(net, x, y):
    """Norm of the loss's gradient per layer, for one batch."""
    net.zero_grad()
    logits, _ = net(x)
    torch.nn.functional.cross_entropy(logits, y).backward()
    return [float(w.grad.norm()) for w in net.weights]


def evaluate(net, x, y):
    with torch.no_grad():
        logits, rates = net(x)
    return {"loss": round(float(torch.nn.functional.cross_entropy(logits, y)), 5),
            "accuracy": round(float((logits.argmax(1) == y).float().mean()), 5),
            "rate": [round(float(r), 5) for r in rates.mean(1)]}


def train(net, data, epochs, seed, rate=RATE, optimizer="adam"):
    """Gradient descent on the cross entropy of the readout; returns the test results of every epoch, 0 before training."""
    x, y, x_test, y_test = data
    torch.manual_seed(seed)
    optimizer = (torch.optim.Adam(net.parameters(), lr=rate) if optimizer == "adam" else
                 torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9))
    history = [evaluate(net, x_test, y_test)]
    start = [w.detach().clone() for w in net.weights]
    for epoch in range(epochs):
        if epoch == 1 and all(torch.equal(w, before) for w, before in zip(net.weights, start)):
            # Every gradient of an epoch was exactly zero: the next ones are the same.
            return history + [history[-1]] * (epochs - 1)
        order = torch.randperm(len(x))
        for first in range(0, len(x), BATCH):
            part = order[first:first + BATCH]
            optimizer.zero_grad()
            logits, _ = net(x[part])
            torch.nn.functional.cross_entropy(logits, y[part]).backward()
            optimizer.step()
        history.append(evaluate(net, x_test, y_test))
    return history


def one_run(job):
    arguments, data, scheme, surrogate, seed = job
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # gradients of silent layers are that small
    weights = initial_weights(arguments.synfire, scheme, seed, data[0].shape[1], arguments.width, LAYERS)
    net = Deep(weights, surrogate)
    begin = time.time()
    record = {"scheme": scheme, "surrogate": surrogate, "seed": seed,
              "gradient_norm": [float(f"{g:.3g}") for g in gradient_norms(net, data[0][:256], data[1][:256])],
              "epochs": train(net, data, arguments.epochs, seed, arguments.rate, arguments.optimizer)}
    last = record["epochs"][-1]
    print(f"{scheme:20s} {surrogate:12s} seed {seed}: accuracy {last['accuracy']:.3f}  "
          f"rate of layer {LAYERS} {record['epochs'][0]['rate'][-1]:.3f} -> {last['rate'][-1]:.3f}  "
          f"({time.time() - begin:.0f} s)", flush=True)
    return record


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--synfire", required=True, help="the synfire program")
    parser.add_argument("--mnist", metavar="DIR", help="folder with the idx files; without it, the digits")
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rate", type=float, default=RATE, help="learning rate")
    parser.add_argument("--optimizer", choices=["adam", "sgd"], default="adam", help="sgd: with momentum 0.9")
    parser.add_argument("--schemes", nargs="+", default=["variance-conserving", "kaiming"])
    parser.add_argument("--surrogates", nargs="+", default=list(SURROGATES), choices=list(SURROGATES))
    parser.add_argument("-o", "--output", type=pathlib.Path, help="results as JSON")
    arguments = parser.parse_args()
    data = standardized(*(mnist(arguments.mnist) if arguments.mnist else digits()))
    jobs = [(arguments, data, scheme, surrogate, seed) for seed in range(arguments.seeds)
            for surrogate in arguments.surrogates for scheme in arguments.schemes]
    with multiprocessing.Pool(2) as pool:
        runs = pool.map(one_run, jobs, chunksize=1)
    runs.sort(key=lambda run: (run["surrogate"], run["scheme"], run["seed"]))
    if arguments.output:
        settings = {"data": "mnist" if arguments.mnist else "digits", "train_images": len(data[0]),
                    "test_images": len(data[2]), "layers": LAYERS, "width": arguments.width, "steps": STEPS,
                    "theta": THETA, "beta": BETA, "batch": BATCH, "optimizer": arguments.optimizer,
                    "learning_rate": arguments.rate}
        lines = ",\n".join(json.dumps(run) for run in runs)
        arguments.output.write_text(f'{{"settings": {json.dumps(settings)},\n"runs": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
