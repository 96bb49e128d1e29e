#!/usr/bin/env bash
# From a bare Debian 12 to the answer in one command: installs the packages that are missing, builds, and runs the main
# job (models/digits/demo.sh). May be run again; needs root or sudo only where a package is missing.
set -euo pipefail
cd "$(dirname "$0")"

packages=(
    g++ cmake ninja-build pkg-config                 # the build
    libfmt-dev libcli11-dev nlohmann-json3-dev       # text, command line, JSON
    libvalijson-dev                                  # JSON Schema of the .json models
    libonnx-dev libprotobuf-dev protobuf-compiler    # ONNX models
    libhdf5-dev                                      # NIR models, Lava-DL .net files
    libzip-dev                                       # .npz archives
    libserialport-dev                                # boards at a serial line
    libmetis-dev                                     # cores of Loihi to chips
    libeigen3-dev                                    # least squares
    libjs-d3 libkainjow-mustache-dev                 # HTML reports
    libgtest-dev libgmock-dev                        # tests
    librandom123-dev libssl-dev                      # tests: random numbers, hashes
    gcc-arm-none-eabi gcc-riscv64-unknown-elf        # firmware
    qemu-system-arm qemu-system-misc                 # runs the firmware: Cortex-M and RISC-V
)

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if ((${#missing[@]})); then
    as_root=()
    if (($(id -u) != 0)); then
        command -v sudo >/dev/null || { echo "setup.sh: run me as root, or install sudo: ${missing[*]}" >&2; exit 1; }
        as_root=(sudo)
    fi
    echo "== installing ${missing[*]}"
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
fi

echo "== building"
cmake --preset release
cmake --build --preset release

echo "== the main job: models/digits/demo.sh"
models/digits/demo.sh
