#!/usr/bin/env bash
# Search speech by typing: synthetic voices say the words, and these recordings together are the query.
set -euo pipefail

usage() {
  cat <<'END'
usage: say-words.sh [-l LANGUAGE] [-w COMMAND]... [OPTIONS OF find-words.sh] ARCHIVE.pai WORDS...
  -l LANGUAGE  that espeak-ng knows (en); `espeak-ng --voices` lists them
  -w COMMAND   another synthesiser instead of espeak-ng and flite: run with the words as "$1" and the
               file to write as "$2"; may be repeated
  -n HITS, -c SECONDS, -s SCORE, -o FOLDER: see ../term-search
END
}

language=en
commands=()
passed=()
while getopts l:w:n:c:s:o:h option; do
  case $option in
    l) language=$OPTARG ;;
    w) commands+=("$OPTARG") ;;
    n | c | s | o) passed+=("-$option" "$OPTARG") ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -ge 2 ] || { usage >&2; exit 2; }
archive=$1
words="${*:2}"

if [ ${#commands[@]} -eq 0 ]; then
  if command -v espeak-ng >/dev/null; then
    for variant in '' +f3 +m7; do
      commands+=("espeak-ng -v $language$variant -w \"\$2\" -- \"\$1\"")
    done
  fi
  if [[ $language == en* ]] && command -v flite >/dev/null; then
    for voice in slt rms; do
      commands+=("flite -voice $voice -t \"\$1\" -o \"\$2\"")
    done
  fi
  [ ${#commands[@]} -gt 0 ] || {
    echo "say-words: no synthesiser; install espeak-ng, or name one with -w" >&2
    exit 2
  }
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
spoken=()
for command in "${commands[@]}"; do
  file=$work/voice-${#spoken[@]}.wav
  bash -c "$command" say-words "$words" "$file" >&2 && [ -s "$file" ] || {
    echo "say-words: no recording by: $command" >&2
    exit 2
  }
  spoken+=("$file")
done
"$(dirname "$0")/../term-search/find-words.sh" "${passed[@]}" "$archive" "${spoken[@]}"
