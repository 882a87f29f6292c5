#!/usr/bin/env bash
# Tests of the manual: run.sh generated|roff|examples NAME|completions SHELL, with BIN for the tools.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What is committed is what the option tables and the documents give now.
test_generated() {
  "$root/scripts/make-manual.sh" "$BIN" "$scratch"
  local folder
  for folder in man completions; do
    diff -ru "$root/$folder" "$scratch/$folder" || { echo 'run: make manual' >&2; return 1; }
  done
}

# Readers of manual pages find nothing wrong with them, and `whatis` finds what they are.
test_roff() {
  local page
  for page in "$root"/man/*.[1-8]; do
    # Pages of one version say so; a date would change with every build.
    mandoc -Tlint -Wwarning "$page" | grep -v 'missing date, using' >"$scratch/lint" || true
    groff -ww -Wbreak -Kutf8 -t -man -Tutf8 -Z "$page" 2>>"$scratch/lint" >"$scratch/output"
    if [ -s "$scratch/lint" ]; then cat "$scratch/lint"; return 1; fi
    grep -q '^.SH NAME$' "$page"
  done
}

# The examples of a tool's page, or of a document.
test_examples() {
  case $1 in
    pa-*) "$BIN/pa-manual" --examples "$1" >"$scratch/$1.md"; set -- "$scratch/$1.md" ;;
    *) set -- "$root/docs/$1.md" ;;
  esac
  /usr/bin/env python3 "$here/examples.py" --bin "$BIN" "$1"
}

test_completions() {
  /usr/bin/env python3 "$here/completions.py" --bin "$BIN" --completions "$root/completions" "$1"
}

"test_$1" "${@:2}"
