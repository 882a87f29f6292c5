#!/usr/bin/env bash
# pa-tokenize on audio from strangers, in a sandbox: it sees the folder and the programs, all of it
# read-only, no network, no other process, no home, and at most 4 GB of memory.
#   sandboxed.sh FOLDER [OPTION]... >strings      options of pa-tokenize; keys are absolute paths
set -eu
folder=${1:?usage: sandboxed.sh FOLDER [OPTION]...}
shift
inside=$(realpath -- "$folder")
[ -d "$inside" ] || { echo "sandboxed.sh: $folder: not a folder" >&2; exit 2; }
prefix=$(dirname -- "$(dirname -- "$(realpath -- "$(command -v pa-tokenize)")")")

sandbox=(bwrap --unshare-all --die-with-parent --new-session --cap-drop ALL --clearenv
  --setenv LC_ALL C --setenv TMPDIR /tmp
  --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink usr/bin /bin
  --proc /proc --dev /dev --tmpfs /tmp
  --ro-bind "$prefix/bin/pa-tokenize" "$prefix/bin/pa-tokenize"
  --ro-bind "$prefix/share/pairalign" "$prefix/share/pairalign"
  --ro-bind "$inside" "$inside" --chdir "$inside")
[ -e /etc/ld.so.cache ] && sandbox+=(--ro-bind /etc/ld.so.cache /etc/ld.so.cache)
# Debian's BLAS and the like are links through this folder.
[ -d /etc/alternatives ] && sandbox+=(--ro-bind /etc/alternatives /etc/alternatives)

ulimit -v 4000000 -c 0
exec "${sandbox[@]}" "$prefix/bin/pa-tokenize" "$@" "$inside"
