"""Draws results of train.py: accuracy over epochs, activity and gradients over layers, all seeds.

    /usr/bin/python3 models/deep/plot.py models/deep/digits256.json models/deep/digits256.svg
"""
import json
import pathlib
import sys

import matplotlib
import numpy as np

matplotlib.use("Agg")
matplotlib.rcParams.update({"svg.hashsalt": "deep", "font.size": 9, "svg.fonttype": "none"})
import matplotlib.pyplot as plt  # noqa: E402

COLOUR = {"variance-conserving": "tab:blue", "kaiming": "tab:red"}
LINE = {"fast-sigmoid": "-", "triangle": "--"}
FLOOR = 1e-12  # where a gradient of exactly zero is drawn


def main(source, target):
    document = json.loads(pathlib.Path(source).read_text())
    settings, runs = document["settings"], document["runs"]
    figure, (accuracy, activity, gradient) = plt.subplots(1, 3, figsize=(12, 3.6))
    for scheme, surrogate in sorted({(run["scheme"], run["surrogate"]) for run in runs}):
        chosen = [run for run in runs if (run["scheme"], run["surrogate"]) == (scheme, surrogate)]
        style = {"color": COLOUR[scheme], "linestyle": LINE[surrogate]}
        curves = np.array([[epoch["accuracy"] for epoch in run["epochs"]] for run in chosen])
        for curve in curves:
            accuracy.plot(curve, **style, linewidth=0.5, alpha=0.5)
        accuracy.plot(curves.mean(0), **style, linewidth=2, label=f"{scheme}, {surrogate}")
        layers = np.arange(1, settings["layers"] + 1)
        if surrogate == "fast-sigmoid":  # the surrogate does not touch the network before training
            before = np.array([run["epochs"][0]["rate"] for run in chosen])
            activity.errorbar(layers, before.mean(0), before.std(0), color=COLOUR[scheme], linestyle=":",
                              label=f"{scheme}, before training")
        after = np.array([run["epochs"][-1]["rate"] for run in chosen])
        activity.plot(layers, after.mean(0), **style, label=f"{scheme}, {surrogate}, after")
        norms = np.maximum([run["gradient_norm"] for run in chosen], FLOOR)
        gradient.semilogy(np.arange(1, settings["layers"] + 2), np.exp(np.log(norms).mean(0)), **style,
                          marker=".", label=f"{scheme}, {surrogate}")
    accuracy.set(xlabel="epoch", ylabel="accuracy on the test images", ylim=(0, 1))
    activity.set(xlabel="layer", ylabel="spikes per neuron and step", ylim=(-0.01, 0.5))  # room for the legend
    gradient.set(xlabel="layer (11: readout)", ylabel="gradient before training (1e-12: exactly 0)")
    for axes in (accuracy, activity, gradient):
        axes.legend(fontsize=6)
    figure.suptitle(f"{settings['layers']} layers of {settings['width']} LIF neurons, {settings['data']}, "
                    f"{settings['steps']} steps, theta {settings['theta']:g}, beta {settings['beta']:g}; "
                    f"mean and single seeds")
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None} if str(target).endswith(".svg") else None)


if __name__ == "__main__":
    main(*sys.argv[1:3])
