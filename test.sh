#!/usr/bin/env bash
# Runs all tests of a preset (default: release), QEMU included. What is skipped says why.
set -euo pipefail
cd "$(dirname "$0")"
preset=${1:-release}
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
ctest --preset "$preset" -j "$(nproc)"
