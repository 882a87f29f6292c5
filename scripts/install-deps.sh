#!/usr/bin/env bash
# Installs the Debian packages that a task needs, and only those that are missing. With all of them
# present it touches nothing and needs neither network nor root.
set -eu

usage() {
  cat <<'END'
usage: scripts/install-deps.sh [--list] [TASK]...
  build     compile and test (the default)
  examples  run the examples of examples/, which `make test` does
  cluster   try examples/cluster: brings daemons, which nothing else needs
  check     the long tests, fuzzing, static analysis, coverage
  mpi       train on several processes or machines at once
  torch     a training step in PyTorch, which the benchmark sets ours beside
  eval      the evaluation and the benchmarks against other programs
  audio     make the clips of examples/audio again
  deb       make Debian packages and try them
  format    format the source
  --list    print the packages with what each is for, and install nothing
END
}

# package, what it is for
packages() {
  case $1 in
    build) cat <<'END'
g++               C++17 compiler
cmake             build system
ninja-build       runs the build
pkg-config        finds the libraries below
libsndfile1-dev   reads audio files: WAV, FLAC, Ogg, Opus, MP3, ...
libsoxr-dev       resampling
libkissfft-dev    FFT
libdnnl-dev       oneDNN: matrix products of the model
libcli11-dev      command lines
libfmt-dev        text formatting
libxxhash-dev     checksums and identities
nlohmann-json3-dev  JSON
libmsgsl-dev      spans
doctest-dev       unit tests
python3           tests that read our files with other means than ours
lowdown           manual pages from docs/
mandoc            tests of the manual pages
groff-base        the same
zsh               tests of its completions
fish              the same
END
      ;;
    examples) cat <<'END'
python3           looks at what they made
sox               cuts out what was found
opus-tools        the same for Opus files; and encodes again
flac              compresses archived originals
parallel          spreads work over machines
bubblewrap        the sandbox of examples/sandbox
END
      ;;
    check) cat <<'END'
clang             sanitizers and libFuzzer
clang-tidy        static analysis
cppcheck          the same, by other means
libomp-dev        OpenMP of clang
gcovr             reports coverage
END
      ;;
    cluster) cat <<'END'
slurmctld         the job scheduler
slurmd            runs jobs
slurm-client      submits them
munge             by which these know one another
openssh-server    a host to send work to
openssh-client    sends it
END
      ;;
    mpi) cat <<'END'
libopenmpi-dev    processes that train one model together
openmpi-bin       starts them
END
      ;;
    torch) echo 'python3-torch     the step of pa-train in PyTorch' ;;
    eval) cat <<'END'
python3           scripts of the evaluation and of the benchmarks
libedlib-dev      edit-distance library that search is compared with
gnuplot-nox       plots of the benchmarks
END
      ;;
    audio) cat <<'END'
espeak-ng         the voices
sox               cuts, joins and degrades
opus-tools        encodes
END
      ;;
    deb) cat <<'END'
dpkg-dev          finds the packages that the tools depend on
lintian           checks packages
debootstrap       makes the clean Debian in which they are tried
END
      ;;
    format) echo 'clang-format      source formatter' ;;
    *) usage >&2; exit 2 ;;
  esac
}

list=no
tasks=()
for argument; do
  case $argument in
    --list) list=yes ;;
    -h | --help) usage; exit 0 ;;
    *) tasks+=("$argument") ;;
  esac
done
[ ${#tasks[@]} -gt 0 ] || tasks=(build)

wanted=$(for task in "${tasks[@]}"; do packages "$task"; done)
if [ $list = yes ]; then
  echo "$wanted"
  exit 0
fi

if ! command -v dpkg-query >/dev/null; then
  echo "install-deps: no Debian system; please install the equivalents of:" >&2
  echo "$wanted" >&2
  exit 1
fi

missing=()
reasons=
while read -r package reason; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] && continue
  missing+=("$package")
  reasons+=$(printf '  %-20s %s' "$package" "$reason")$'\n'
done <<<"$wanted"
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

echo "installing ${#missing[@]} Debian packages:"
printf '%s' "$reasons"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "install-deps: this needs root, and there is no sudo; please run as root:" >&2
    echo "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
# The quiet switches keep the log to what matters; faults are still printed.
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
