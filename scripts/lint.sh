#!/usr/bin/env bash
# Static analysis of lib/ and cmd/: clang-tidy by .clang-tidy, and cppcheck.
#   scripts/lint.sh BUILD [SOURCE]...    BUILD holds compile_commands.json; no SOURCE: all
set -eu
cd "$(dirname "$0")/.."
build=$1
shift
sources=("$@")
if [ ${#sources[@]} -eq 0 ]; then
  mapfile -t sources < <(git ls-files -co --exclude-standard 'lib/*.cpp' 'cmd/*.cpp')
fi

status=0
cppcheck --quiet --std=c++17 --language=c++ --enable=warning,performance,portability \
  --error-exitcode=1 --suppressions-list=.cppcheck -I lib -I cmd -j "$(nproc)" \
  "${sources[@]}" || status=1

# What this build leaves out (MPI) cannot be parsed without its headers.
compiled=()
for source in "${sources[@]}"; do
  if grep -q "/$source\"" "$build/compile_commands.json"; then compiled+=("$source"); fi
done

# GCC's options that clang does not know are no news.
printf '%s\0' "${compiled[@]}" |
  xargs -0 -n 4 -P "$(nproc)" clang-tidy --quiet -p "$build" \
    --extra-arg=-Wno-unknown-warning-option --extra-arg=-fopenmp=libomp 2>/dev/null || status=1
exit $status
