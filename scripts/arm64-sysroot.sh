#!/usr/bin/env bash
# usage: scripts/arm64-sysroot.sh FOLDER
# Unpacks the arm64 libraries that pairalign is built on into FOLDER, unless these are there. Nothing
# of them runs, and this machine's own packages are left alone.
#   SUITE, MIRROR  of Debian (default: bookworm, http://deb.debian.org/debian)
set -eu
folder=$1
packages=libstdc++-12-dev,libc6-dev
for package in $("$(dirname "$0")/install-deps.sh" --list build | awk '$1 ~ /-dev$/ { print $1 }'); do
  packages+=,$package
done
[ "$(cat "$folder/complete" 2>/dev/null)" != "$packages" ] || exit 0
rm -rf "$folder"
mkdir -p "$folder"
mmdebstrap --quiet --architectures=arm64 --variant=extract \
  --include="$packages" \
  "${SUITE:-bookworm}" "$folder" "${MIRROR:-http://deb.debian.org/debian}"
# Links to absolute paths would lead out of it.
find "$folder/usr/lib" -type l -lname '/*' | while IFS= read -r link; do
  ln -snf "$(realpath -m --relative-to="$(dirname "$link")" "$folder$(readlink "$link")")" "$link"
done
echo "$packages" >"$folder/complete"
