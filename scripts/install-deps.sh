#!/usr/bin/env bash
# Installs the Debian packages that a task needs, and only those that are missing. With all of them
# present it touches nothing and needs neither network nor root. On other systems it prints what to
# install there, and goes on.
set -eu

usage() {
  cat <<'END'
usage: scripts/install-deps.sh [--list] [TASK]...
  build     compile and test (the default)
  demo      show what it does: `make demo`
  examples  run the examples of examples/, which `make test` does
  cluster   try examples/cluster: brings daemons, which nothing else needs
  check     the long tests, fuzzing, static analysis, coverage
  mpi       train on several processes or machines at once
  torch     a training step in PyTorch, which the benchmark sets ours beside
  eval      the evaluation and the benchmarks against other programs
  corpora   lay out public corpora for the evaluation: tests/bench/public_corpora.py
  audio     make the clips of examples/audio again
  deb       make Debian packages and try them
  arm64     build for aarch64 and test under emulation
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
libsndfile1-dev   reads audio files: WAV, FLAC, AIFF, CAF, ...
libmpg123-dev     reads MP3
libogg-dev        reads Ogg: its pages,
libopus-dev       and what is in them, Opus
libvorbis-dev     and Vorbis
libebur128-dev    loudness
libsoxr-dev       resampling
libkissfft-dev    FFT
libdnnl-dev       oneDNN: matrix products of the model
libcli11-dev      command lines
libfmt-dev        text formatting
libxxhash-dev     checksums and identities
nlohmann-json3-dev  JSON
libmsgsl-dev      spans
doctest-dev       unit tests
ffmpeg            tests of what it reads for us: M4A, WebM, WMA, AMR, ...
python3           tests that read our files with other means than ours
python3-numpy     the same: matrices of embeddings
praat             the same: TextGrids
lowdown           manual pages from docs/
mandoc            tests of the manual pages
groff-base        the same
zsh               tests of its completions
fish              the same
END
      ;;
    demo) echo 'espeak-ng         says what is typed' ;;
    examples) cat <<'END'
python3           looks at what they made
sox               cuts out what was found
opus-tools        the same for Opus files; and encodes again
flac              compresses archived originals
parallel          spreads work over machines
bubblewrap        the sandbox of examples/sandbox
espeak-ng         says what is typed in examples/say
flite             the same, by other voices
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
espeak-ng         says the terms of typed queries
flite             the same, by another voice
END
      ;;
    corpora) cat <<'END'
python3           lays out public corpora for the evaluation
sox               reads and degrades them
pocketsphinx      aligns words
pocketsphinx-en-us  its model of English
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
    arm64) cat <<'END'
g++-aarch64-linux-gnu  cross compiler
qemu-user         runs what it makes
mmdebstrap        unpacks the libraries of arm64
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

# What a Debian package is called on Fedora, Arch and by Homebrew; others have the same name there, and
# - stands for a part of something else that is named, or of the system.
other_names() {
  cat <<'END'
g++                gcc-c++         gcc            gcc
ninja-build        ninja-build     ninja          ninja
pkg-config         pkgconf-pkg-config pkgconf     pkgconf
libsndfile1-dev    libsndfile-devel libsndfile    libsndfile
libmpg123-dev      mpg123-devel    mpg123         mpg123
libogg-dev         libogg-devel    libogg         libogg
libopus-dev        opus-devel      opus           opus
libvorbis-dev      libvorbis-devel libvorbis      libvorbis
libebur128-dev     libebur128-devel libebur128    libebur128
libsoxr-dev        soxr-devel      libsoxr        libsoxr
libkissfft-dev     kiss-fft-devel  kissfft        kissfft
libdnnl-dev        onednn-devel    onednn         onednn
libcli11-dev       cli11-devel     cli11          cli11
libfmt-dev         fmt-devel       fmt            fmt
libxxhash-dev      xxhash-devel    xxhash         xxhash
nlohmann-json3-dev json-devel      nlohmann-json  nlohmann-json
libmsgsl-dev       guidelines-support-library-devel microsoft-gsl cpp-gsl
doctest-dev        doctest-devel   doctest        doctest
python3            python3         python         python
python3-numpy      python3-numpy   python-numpy   numpy
mandoc             mandoc          mandoc         mandoc
groff-base         groff-base      groff          groff
opus-tools         opus-tools      opus-tools     opus-tools
libomp-dev         libomp-devel    openmp         libomp
clang              clang           clang          llvm
clang-tidy         clang-tools-extra clang        llvm
clang-format       clang-tools-extra clang        clang-format
libopenmpi-dev     openmpi-devel   openmpi        open-mpi
openmpi-bin        openmpi         -              -
python3-torch      python3-torch   python-pytorch pytorch
libedlib-dev       edlib-devel     edlib          edlib
gnuplot-nox        gnuplot         gnuplot        gnuplot
END
}

if ! command -v dpkg-query >/dev/null; then
  column=0
  command='the equivalents of these Debian packages:'
  if command -v dnf >/dev/null; then
    column=2 command='sudo dnf install'
  elif command -v pacman >/dev/null; then
    column=3 command='sudo pacman -S --needed'
  elif command -v brew >/dev/null; then
    column=4 command='brew install'
  fi
  names=$(awk -v column=$column 'NR == FNR { name[$1] = column ? $column : $1; next }
      { wanted = $1 in name ? name[$1] : $1; if (wanted != "-" && !seen[wanted]++) printf " %s", wanted }' \
    <(other_names) - <<<"$wanted")
  echo "install-deps: not a Debian system; nothing was installed. What this needs:" >&2
  echo "  $command$names" >&2
  exit 0
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
