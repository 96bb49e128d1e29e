#!/usr/bin/env bash
# Runs every command that a page shows in a ```sh block, in order, in a scratch folder that sees models/, examples/ and
# the built synfire. A page whose commands fail, or that shows none, fails.
# usage: run_commands.sh SOURCE_DIR BINARY_DIR PAGE...
set -euo pipefail
source_dir=$1 binary_dir=$2
shift 2
for page in "$@"; do
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    ln -s "$source_dir/models" "$source_dir/examples" "$scratch"
    awk '/^```sh$/ {on = 1; next} /^```/ {on = 0} on' "$source_dir/$page" >"$scratch/commands"
    [ -s "$scratch/commands" ] || { echo "$page: shows no command in a \`\`\`sh block"; exit 1; }
    echo "== $page"
    (cd "$scratch" && PATH="$binary_dir:$PATH" bash -euxo pipefail commands) || { echo "$page: a command failed"; exit 1; }
    rm -rf "$scratch"
done
