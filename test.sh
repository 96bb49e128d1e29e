#!/usr/bin/env bash
# Runs the tests of a preset (default: release, which has all of them, QEMU included). What is skipped says why. Sanitized,
# fewer random networks are drawn, firmware runs on two boards, since it is not what the sanitizers watch, and the pages and the
# longest tests are left out; CMakePresets.json names them.
set -euo pipefail
cd "$(dirname "$0")"
preset=${1:-release}
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
ctest --preset "$preset" -j "$(nproc)"
