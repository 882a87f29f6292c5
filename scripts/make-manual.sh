#!/usr/bin/env bash
# Makes man/ and completions/ again: section 1 and the completions from the option tables of the tools
# (pa-manual), sections 5 and 7 from documents in Markdown (lowdown).
set -eu

if [ $# -ne 2 ]; then
  echo "usage: scripts/make-manual.sh BIN FOLDER   with the pa-manual in BIN, into FOLDER" >&2
  exit 2
fi
bin=$1
folder=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(head -n 1 "$root/VERSION")

# What lowdown leaves to be done: hyphens that a shell takes, code in bold as in section 1 (\fC is no
# font of terminals), no paragraph macro right below a heading.
finish_roff() {
  sed -E -e '/^\.(SH|SS)$/{N;s/\n/ /;n;/^\.LP$/d}' -e "/^['.]/!s/-/\\\\-/g" -e 's/\\fC/\\fB/g' \
    -e 's/\\f\(CR/\\fB/g'
}

# The page SECTION of the document $1, whose title is "# NAME: what it is". Examples are named by the
# place where they are installed.
page() {
  local document=$root/docs/$1.md section=$2 title name purpose
  [ -e "$document" ] || return 0
  title=$(sed -n '1s/^# //p' "$document")
  name=${title%%:*}
  purpose=${title#*: }
  {
    printf '## NAME\n\n%s - %s\n\n## DESCRIPTION\n' "$name" "$purpose"
    tail -n +2 "$document"
  } | sed -E 's|\[examples/([a-z-]+)\]\(\.\./examples/[a-z-]+\)|**share/pairalign/examples/\1**|g' | lowdown -s -tman --out-no-smarty -m shiftheadinglevelby=-1 -m "title=${name^^}" \
    -m "section=$section" -m "volume=pairalign manual" -m "source=pairalign $version" |
    finish_roff >"$folder/man/$name.$section"
}

mkdir -p "$folder/man" "$folder/completions"
rm -f "$folder"/man/*.[1-8] "$folder"/completions/*/*
"$bin/pa-manual" "$folder"
page tutorial 7
page numpy 7
page record-format 5
page archive-format 5
page model-format 5
