#!/usr/bin/env bash
# One epoch of models/deep/train.py on a narrow network: weights come from `synfire init`, the variance-conserving ones
# reach the last layer, Kaiming's do not, and without a surrogate that sees silence they get no gradient at all.
# usage: train_deep.sh SOURCE_DIR SYNFIRE
set -euo pipefail
python=/usr/bin/python3
$python -c 'import torch, sklearn' 2>/dev/null || { echo "SKIP: python3-torch and python3-sklearn are not installed"; exit 0; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# -B: no __pycache__ in the sources
$python -B "$1/models/deep/train.py" --synfire "$2" --width 64 --epochs 1 --seeds 1 -o "$scratch/results.json"
$python - "$scratch/results.json" <<'END'
import json
import sys

runs = {(run["scheme"], run["surrogate"]): run for run in json.load(open(sys.argv[1]))["runs"]}
assert len(runs) == 4
for surrogate in ("fast-sigmoid", "triangle"):
    alive, dead = runs["variance-conserving", surrogate], runs["kaiming", surrogate]
    assert alive["epochs"][0]["rate"][-1] > 0.01, alive
    assert dead["epochs"][0]["rate"][-1] == 0, dead
    assert min(alive["gradient_norm"]) > 0, alive
assert max(runs["kaiming", "triangle"]["gradient_norm"]) == 0
assert runs["kaiming", "triangle"]["epochs"][0] == runs["kaiming", "triangle"]["epochs"][1]
END
$python -c 'import matplotlib' 2>/dev/null || { echo "python3-matplotlib is not installed: the plot was not drawn"; exit 0; }
$python -B "$1/models/deep/plot.py" "$scratch/results.json" "$scratch/results.svg"
test -s "$scratch/results.svg"
