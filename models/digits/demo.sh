#!/usr/bin/env bash
# The main job, end to end: compiles the trained digits network for a microcontroller and for Loihi, compares the
# integers with the float64 reference over the test images, and runs the firmware in QEMU spike for spike.
# usage: models/digits/demo.sh [synfire]     (default: build/release/bin/synfire); writes build/digits-{mcu,loihi}
set -euo pipefail
cd "$(dirname "$0")/../.."
synfire=${1:-build/release/bin/synfire}
model=models/digits/digits.onnx
calibration=(--calibrate models/digits/calibration.npy)
data=(--input models/digits/test_spikes.npy --labels models/digits/test_labels.npy)

run() {
    printf '\n$ synfire %s\n' "$*"
    "$synfire" "$@"
}

mkdir -p build
run compile "$model" --target mcu "${calibration[@]}" -o build/digits-mcu
run compile "$model" --target loihi "${calibration[@]}" -o build/digits-loihi
# 8-bit weights cannot give every spike of the float64 network, so a tolerance is typed; the firmware gets none.
run verify build/digits-mcu "${data[@]}" --agree 0.9
run verify build/digits-loihi "${data[@]}" --agree 0.85
run verify build/digits-mcu --input models/digits/test_spikes.npy --qemu mps2-an386
