#!/usr/bin/env bash
# usage: tests/install/run.sh CASE BUILD
# Installs the build into a scratch folder and does there what CASE, a function below, says.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$2
export LC_ALL=C
unset DESTDIR PAIRALIGN_MODEL PKG_CONFIG_PATH CMAKE_PREFIX_PATH

scratch=$(mktemp -d)
touch "$scratch/log"
trap '[ $? -eq 0 ] || cat "$scratch/log"; rm -rf "$scratch"' EXIT
prefix="$scratch/a prefix"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

install_sh() {
  "$root/scripts/install.sh" "$@" >>"$scratch/log"
}

files() {
  (cd "$1" && find . ! -type d -printf '%P\n' | sort)
}

# As a packager does it, below DESTDIR, among files of others that stay. What is installed works from
# where it lies, and is all gone afterwards.
uninstall() {
  export DESTDIR=$scratch/root
  mkdir -p "$DESTDIR/opt/share/pairalign" "$DESTDIR/opt/bin"
  touch "$DESTDIR/opt/share/pairalign/own.safetensors" "$DESTDIR/opt/bin/other"
  files "$DESTDIR" >"$scratch/others"

  install_sh install /opt "$build"
  local wanted
  for wanted in bin/pa-{tokenize,index,search,stats,train} share/pairalign/default.safetensors \
    share/doc/pairalign/{README.md,LICENSE,CHANGELOG.md} include/pairalign/tokenize.hpp; do
    [ -s "$DESTDIR/opt/$wanted" ] || fail "$wanted is not installed"
  done
  files "$DESTDIR" | sed 's|^|/|' | grep -vFx -f <(sed 's|^|/|' "$scratch/others") |
    diff - "$DESTDIR/opt/share/pairalign/installed-files" || fail 'what is installed is not what is listed'
  "$DESTDIR/opt/bin/pa-tokenize" "$root/examples/audio/query.opus" | grep '^#pairalign' >/dev/null ||
    fail 'the installed pa-tokenize does not find its model'

  install_sh uninstall /opt
  files "$DESTDIR" | diff "$scratch/others" - || fail 'not the files of others are left'
  [ ! -e "$DESTDIR/opt/include/pairalign" ] || fail 'empty folders are left'
  install_sh uninstall /opt 2>"$scratch/message"
  grep -q '^nothing to uninstall: there is no ' "$scratch/message" || fail 'silent about nothing to do'
}

# From the documents, through their links and those of the manual pages, to what is installed.
links() {
  install_sh install "$prefix" "$build"
  python3 "$here/links.py" "$prefix" || fail 'links of installed documents'
  [ -x "$prefix/share/pairalign/examples/nightly/archive-new.sh" ] || fail 'an example is no program'
}

# Where there is no dpkg, install-deps.sh names what to install by the names there, and goes on.
other_systems() {
  local system manager name said tool
  while read -r system manager name; do
    mkdir "$scratch/$system"
    for tool in bash sed awk cat; do ln -s "$(command -v $tool)" "$scratch/$system"; done
    ln -s /bin/false "$scratch/$system/$manager"
    said=$(PATH=$scratch/$system bash "$root/scripts/install-deps.sh" build demo examples check cluster \
      mpi torch eval corpora audio format 2>&1) || fail "$system: status $?"
    grep -q "$name" <<<"$said" || fail "$system: no $name"
    [ "$manager" = none ] || ! grep -o '[^ ]*-dev\b' <<<"${said//-devel/}" || fail "$system calls this otherwise"
  done <<<'fedora dnf libsndfile-devel
arch pacman nlohmann-json
macos brew cpp-gsl
other none libsndfile1-dev'
}

# What debian/ builds with, and what its libpairalign-dev brings, are the libraries that we build with.
# doctest and what only the tools use are not for programs that use the library.
debian_control() {
  local package depends
  for package in $("$root/scripts/install-deps.sh" --list build | awk '$1 ~ /-dev$/ { print $1 }'); do
    grep -q "[ ,]$package[ ,]" <(sed -n '/^Build-Depends:/,/^[A-Z]/p' "$root/debian/control" | sed 's/$/ /') ||
      fail "Build-Depends of debian/control lacks $package"
    case $package in libcli11-dev | doctest-dev) continue ;; esac
    depends=$(sed -n '/^Package: libpairalign-dev/,/^Description/p' "$root/debian/control"
      sed -n '/DEV_PACKAGE_DEPENDS/,/-dev)/p' "$root/cmake/DebianPackages.cmake")
    [ "$(grep -o "[ ,]$package\b" <<<"$depends" | wc -l)" -eq 2 ] || fail "libpairalign-dev lacks $package"
  done
}

# A file that a newer version has no more goes when that is installed.
upgrade() {
  install_sh install "$prefix" "$build"
  files "$prefix" >"$scratch/first"
  touch "$prefix/bin/pa-old"
  echo "$prefix/bin/pa-old" >>"$prefix/share/pairalign/installed-files"
  install_sh install "$prefix" "$build"
  files "$prefix" | diff "$scratch/first" - || fail 'the second installation is not as the first'
}

# Runs the example program $1, which knows nothing of the build, and looks at what it prints.
try_example() {
  cd "$root/examples/audio"
  "$1" "$scratch/talks.pai" query.opus talks/harbour.opus talks/travel.opus >"$scratch/output"
  [ "$(grep -c ' s  token ' "$scratch/output")" -gt 50 ] || fail 'no tokens printed'
  grep -q '^query.opus is said in talks/travel.opus, ' "$scratch/output" || fail 'not found'
}

# The live example $1 gets samples through a pipe and prints the tokens that pa-tokenize in $2 makes of
# the file.
try_live() {
  cd "$scratch"
  python3 - <<'END'
import math, random, struct, wave
random.seed(1)
samples, phase = [], 0
while len(samples) < 16 * 16000:  # gliding tones, each with some noise, and pauses
    length, pitch, level = random.randint(800, 6000), random.uniform(80, 900), random.choice([0, .2, .4])
    for i in range(length):
        phase += 2 * math.pi * pitch * (1 + i / length) / 16000
        tone = sum(math.sin(k * phase) / k for k in range(1, 8))
        samples.append(int(32767 * max(-1, min(1, level * (tone / 2 + random.gauss(0, .1))))))
raw = struct.pack("<%dh" % len(samples), *samples)
open("sound.raw", "wb").write(raw)
with wave.open("sound.wav", "wb") as file:
    file.setparams((1, 2, 16000, 0, "NONE", ""))
    file.writeframes(raw)
END
  local tokenizer
  for tokenizer in vq dpvq pairalign; do
    "$1" "$tokenizer" <sound.raw >live.tokens 2>live.message
    [ "$(wc -l <live.tokens)" -gt 50 ] || fail "live, $tokenizer: no tokens"
    "$2/pa-tokenize" --tokenizer "$tokenizer" --format km sound.wav | tr ' ' '\n' |
      diff <(cut -d ' ' -f 2 live.tokens) - || fail "live, $tokenizer: other tokens than those of the file"
    cat live.message >>"$scratch/log"
  done
}

example_cmake() {
  install_sh install "$prefix" "$build"
  local example
  for example in library live; do
    cmake -S "$root/examples/$example" -B "$scratch/$example" -DCMAKE_PREFIX_PATH="$prefix" >>"$scratch/log"
    cmake --build "$scratch/$example" >>"$scratch/log"
  done
  try_example "$scratch/library/where-said"
  try_live "$scratch/live/live" "$prefix/bin"
}

# Moved after installing, as a tree below DESTDIR is.
example_pkg_config() {
  install_sh install "$scratch/first" "$build"
  mv "$scratch/first" "$scratch/moved"
  PKG_CONFIG_PATH=$(dirname "$(find "$scratch/moved" -name pairalign.pc)")
  export PKG_CONFIG_PATH
  # Word splitting is what pkg-config is made for.
  # shellcheck disable=SC2046
  "${CXX:-c++}" -std=c++17 "$root/examples/library/where_said.cpp" -o "$scratch/where-said" \
    -DDEFAULT_MODEL="\"$(pkg-config --variable=model pairalign)\"" $(pkg-config --cflags --libs pairalign) \
    -Wl,-rpath,"$(pkg-config --variable=libdir pairalign)"
  "${CC:-cc}" -std=c99 -Wall -Wextra -Wpedantic -Werror "$root/examples/live/live.c" -o "$scratch/live-c" \
    -DDEFAULT_MODEL="\"$(pkg-config --variable=model pairalign)\"" $(pkg-config --cflags --libs pairalign) \
    -Wl,-rpath,"$(pkg-config --variable=libdir pairalign)"
  ldd "$scratch/where-said" | grep -q 'libpairalign\.so\.[0-9]*\.[0-9]* => ' || fail 'not linked with the shared library'
  try_example "$scratch/where-said"
  try_live "$scratch/live-c" "$scratch/moved/bin"
}

"$1"
