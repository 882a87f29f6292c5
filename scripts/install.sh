#!/usr/bin/env bash
# Behind `make install` and `make uninstall`. The list of what was installed lies among it: to
# uninstall takes neither the build folder nor luck, and installing a version over another leaves no
# file of the older one behind.
# usage: [DESTDIR=ROOT] scripts/install.sh install PREFIX BUILD
#        [DESTDIR=ROOT] scripts/install.sh uninstall PREFIX
set -eu
export LC_ALL=C  # one order of sorting

action=$1
prefix=$(realpath -ms "$2")
root=${DESTDIR:+$(realpath -ms "$DESTDIR")}
list=$root$prefix/share/pairalign/installed-files

# Removes the files named on standard input, absolute paths below $root, and of the folders that
# become empty those that only pairalign uses.
remove() {
  local path folder
  while IFS= read -r path; do
    rm -f "$root$path"
    folder=${path%/*}
    while [[ ${folder#"$prefix"}/ == */pairalign/* ]] && rmdir "$root$folder" 2>/dev/null; do
      folder=${folder%/*}
    done
  done
}

install() {
  local build=$1 before=
  if [ -e "$list" ]; then
    before=$(sort "$list")
  fi
  DESTDIR=$root cmake --install "$build" --prefix "$prefix" >/dev/null
  # The names of CMake's list end without a newline after the last one.
  { cat "$build/install_manifest.txt"; echo; echo "${list#"$root"}"; } | grep . | sort >"$list"
  comm -23 <(printf '%s' "${before:+$before$'\n'}") "$list" | remove
  echo "installed $(wc -l <"$list") files below $root$prefix"
  case :$PATH: in
    *":$prefix/bin:"*) ;;
    *) [ -n "$root" ] || echo "to run the tools by their names: export PATH=\"$prefix/bin:\$PATH\"" ;;
  esac
}

uninstall() {
  if [ ! -e "$list" ]; then
    echo "nothing to uninstall: there is no $list" >&2
    return
  fi
  local files
  files=$(cat "$list")
  remove <<<"$files"
  echo "removed $(wc -l <<<"$files") files below $root$prefix"
}

"$action" "${@:3}"
