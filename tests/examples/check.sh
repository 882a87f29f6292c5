# Read by the tests of this folder: a scratch folder to work in, the tools on PATH, and ways to fail.
# Each test is called with the folder of the tools.
# shellcheck shell=bash disable=SC2034
set -euo pipefail
export LC_ALL=C
unset PAIRALIGN_MODEL NO_COLOR
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
examples=$root/examples
talks=$root/examples/audio/talks
PATH=$(cd "$1" && pwd):$PATH
scratch=$(mktemp -d)
clean_up() { rm -rf "$scratch"; }
trap clean_up EXIT
cd "$scratch"

fail() {
  echo "FAILED, line ${BASH_LINENO[0]}: $*" >&2
  exit 1
}

# What $1 holds, and what is wanted on standard input, must be the same.
same() { diff -u --label wanted --label "$1" - "$1" || fail "$1 is not as wanted"; }

# What $1 holds must have a line of the pattern $2.
has() {
  grep -qE -- "$2" "$1" || {
    cat "$1" >&2
    fail "$1 has no line '$2'"
  }
}

# Ends the test as skipped (CTest's SKIP_RETURN_CODE) when a program is not there.
needs() {
  local program
  for program; do
    command -v "$program" >/dev/null || {
      echo "skipped: no $program"
      exit 77
    }
  done
}
