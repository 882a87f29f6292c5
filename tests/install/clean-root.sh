#!/usr/bin/env bash
# usage: tests/install/clean-root.sh FOLDER_OF_PACKAGES
# Tries the Debian packages where nothing else is: makes a minimal Debian 12 with debootstrap, installs
# pairalign there with apt, makes recordings, archives them and searches; then installs
# libpairalign-dev, and builds and runs examples/library. Needs root and the network. Nothing outside
# the new root is touched, nothing but its own /proc is mounted, and that is gone when this ends.
#   ROOT    where (default: a folder below /tmp, which is deleted at the end; a ROOT that is given stays)
#   MIRROR  of Debian (default: http://deb.debian.org/debian)
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=$(cd "$1" && pwd)
if [ "$(id -u)" -ne 0 ]; then
  echo 'clean-root: a new root is made with chroot(2): run this as root' >&2
  exit 1
fi
if [ -z "${ROOT:-}" ]; then
  ROOT=$(mktemp -d /tmp/clean-root.XXXXXX)
  chmod 755 "$ROOT"  # apt downloads as a user of its own
  trap 'rm -rf --one-file-system "$ROOT"' EXIT
fi

step() {
  printf '\n# %s\n' "$1"
}

# Runs a script inside. The namespaces, and with them the mount, end with it.
inside() {
  unshare --mount --pid --fork --mount-proc="$ROOT/proc" \
    chroot "$ROOT" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} \
    install='apt-get install -qq --no-install-recommends -o Dpkg::Use-Pty=0' \
    bash -euo pipefail -c "$1"
}

if [ ! -e "$ROOT/etc/debian_version" ]; then
  step 'a minimal Debian 12'
  debootstrap --variant=minbase bookworm "$ROOT" "${MIRROR:-http://deb.debian.org/debian}" >/dev/null
fi
rm -rf "$ROOT/trial"
mkdir "$ROOT/trial"
cp "$packages"/*.deb "$ROOT/trial"
cp -r "$here/../../examples/library" "$ROOT/trial/library"

step 'apt install pairalign'
inside '
  apt-get update -qq
  $install /trial/pairalign_*.deb >/dev/null
  pa-tokenize --version'

step 'recordings made inside, archived, and searched by voice'
inside '
  $install espeak-ng >/dev/null
  mkdir /trial/talks && cd /trial
  espeak-ng -w talks/boats.wav "The old boats lie in the harbour, and nobody has painted them for years."
  espeak-ng -w talks/train.wav "I remember the night train to Vienna, and the man who sold us coffee."
  espeak-ng -w query.wav "the night train to Vienna"
  pa-tokenize --times talks | pa-index talks.pai
  pa-index --info talks.pai
  pa-tokenize query.wav | pa-search -k 1 talks.pai | tee hits
  grep -q "talks/train.wav#t=" hits
  pa-tokenize talks | pa-stats >/dev/null'

step 'apt install libpairalign-dev: the example, by CMake and by pkg-config'
inside '
  $install /trial/libpairalign*.deb g++ cmake make pkg-config >/dev/null
  cd /trial/library
  cmake -S . -B build >/dev/null && cmake --build build >/dev/null
  g++ -std=c++17 where_said.cpp -o where-said \
    -DDEFAULT_MODEL="\"$(pkg-config --variable=model pairalign)\"" $(pkg-config --cflags --libs pairalign)
  cd /trial
  library/build/where-said new.pai query.wav talks/*.wav | grep " is said in talks/train.wav"
  library/where-said new.pai query.wav | grep " is said in talks/train.wav"'

step 'apt purge: nothing is left'
inside '
  apt-get purge -qq -o Dpkg::Use-Pty=0 pairalign "libpairalign*" >/dev/null
  [ -z "$(find /usr /etc -name "*pairalign*" -o -name "pa-tokenize*")" ]'
echo
echo 'the packages install, work and go'
