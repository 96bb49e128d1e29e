#!/usr/bin/env bash
# Feeds mutated model files to every front end, and bytes to the serial link of firmware, or to those named
# (./fuzz.sh 60 nir link), under the address and undefined-behaviour sanitizers, each for the given number of seconds
# (default: 60), starting from the files of the tests. Needs Clang. An input that fails is kept in build/fuzz/findings.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-60}
cmake --preset sanitize >/dev/null
names=("${@:2}")
if ((${#names[@]} == 0)); then
    for source in tests/fuzz/fuzz_*.cpp; do
        name=${source#tests/fuzz/fuzz_}
        names+=("${name%.cpp}")
    done
fi
cmake --build --preset sanitize --target "${names[@]/#/fuzz_}"

# libhdf5 works in child processes, whose reports go to files. It asks for the memory that a damaged file names, is
# refused, and gives up on the file. Little freed memory is kept back, since every child process gets a copy.
reports=$PWD/build/fuzz/reports
rm -rf "$reports"
mkdir -p "$reports" build/fuzz/findings

fuzz() {
    local corpus=build/fuzz/corpus/$1 good=1
    mkdir -p "$corpus"
    ASAN_OPTIONS=allocator_may_return_null=1:quarantine_size_mb=8:log_path=$reports/$1 \
        build/sanitize/bin/fuzz_"$1" -max_total_time="$seconds" -max_len=65536 -timeout=30 -rss_limit_mb=2048 \
        -malloc_limit_mb=0 -print_funcs=0 -artifact_prefix=build/fuzz/findings/"$1"- \
        "$corpus" tests/unit/"$1"/data >build/fuzz/"$1".log 2>&1 || good=0
    for report in "$reports/$1".*; do
        if [[ -e $report ]] && grep -qE 'ERROR: |runtime error: ' "$report" && ! died_in_libhdf5 "$report"; then
            cat "$report"
            good=0
        fi
    done
    if ((good)); then
        grep '^Done' build/fuzz/"$1".log | sed "s/^/$1: /"
    else
        tail -n 60 build/fuzz/"$1".log
        return 1
    fi
}

# Whether the innermost frame that is the library's or ours is the library's.
died_in_libhdf5() {
    grep -E '^ *#[0-9]+ ' "$1" | grep -m1 -E 'synfire::|libhdf5' | grep -q libhdf5
}

# As many at a time as there are cores.
jobs=()
failed=0
for name in "${names[@]}"; do
    if ((${#jobs[@]} >= $(nproc))); then
        wait "${jobs[0]}" || failed=1
        jobs=("${jobs[@]:1}")
    fi
    fuzz "$name" &
    jobs+=($!)
done
for job in "${jobs[@]}"; do wait "$job" || failed=1; done
exit "$failed"
