#!/usr/bin/env bash
# Where were these words said? Searches an archive for the words of a recording, and plays each hit.
set -euo pipefail
export LC_ALL=C # keys are bytes, and numbers have a point

usage() {
  cat <<'END'
usage: find-words.sh [-n HITS] [-c SECONDS] [-s SCORE] [-o FOLDER] ARCHIVE.pai QUERY...
  -n HITS     how many places to show (5)
  -c SECONDS  of the recording to hear before and after the words (0.5)
  -s SCORE    leave out hits whose search score is below this, in bits (20)
  -o FOLDER   write each place to a WAV file there, instead of playing it
QUERY is an audio file; `rec query.wav` of SoX makes one. Several are the same words said several
times, and searched together; hits are then ranked by the first. Exit status: 1 when nothing is found.
END
}

hits=5
candidates=100 # of the search, for pa-rerank
context=0.5
score=20
folder=
while getopts n:c:s:o:h option; do
  case $option in
    n) hits=$OPTARG ;;
    c) context=$OPTARG ;;
    s) score=$OPTARG ;;
    o) folder=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -ge 2 ] || { usage >&2; exit 2; }
archive=$1
queries=("${@:2}")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A KEY field as the path it stands for: \t, \n, \\ and a leading \# are escapes.
path_of() { printf '%b' "${1/#'\#'/'#'}"; }

# cut_out FILE CHANNEL START SECONDS WAV, where no CHANNEL is all of them: with ffmpeg, which reads
# everything, or with SoX.
cut_out() {
  local pan=() remix=()
  [ -z "$2" ] || { pan=(-af "pan=mono|c0=c$(($2 - 1))") && remix=(remix "$2"); }
  if command -v ffmpeg >/dev/null; then
    ffmpeg -nostdin -v error -ss "$3" -t "$4" -i "file:$1" "${pan[@]}" -y "$5"
  elif [[ $1 == *.opus ]] && command -v opusdec >/dev/null; then
    opusdec --quiet --rate 48000 -- "$1" "$work/decoded.wav" 2>"$work/decoder" &&
      sox "$work/decoded.wav" "$5" trim "$3" "$4" "${remix[@]}"
  else
    sox "$1" "$5" trim "$3" "$4" "${remix[@]}"
  fi
}

play_file() {
  if command -v play >/dev/null; then
    play -q "$1"
  elif command -v ffplay >/dev/null; then
    ffplay -v error -nodisp -autoexit "$1"
  else
    return 1
  fi
}

# Renderings of one query are strings of one key, by which pa-rerank finds the first of them.
fuse=()
[ ${#queries[@]} -eq 1 ] || fuse=(--fuse)
pa-tokenize --alternatives 16 "${queries[@]}" | awk -F '\t' -v OFS='\t' '!/^#/ { if (!key) key = $1; $1 = key } 1' >"$work/query"
{
  pa-search "$archive" "$work/query" "${fuse[@]}" --cost soft -k $candidates --min-score "$score" >"$work/found" &&
    pa-rerank -k "$hits" "$work/found" >"$work/hits"
} || {
  [ $? -eq 1 ] || exit 2
  echo "nothing found" >&2
  exit 1
}

number=0
while IFS=$'\t' read -r _ place _ similarity chance; do
  number=$((number + 1))
  [[ $place =~ ^(.*)#(channel=([0-9]+)&)?t=([0-9.]+),([0-9.]+)$ ]]
  file=$(path_of "${BASH_REMATCH[1]}"; echo .) && file=${file%.}
  channel=${BASH_REMATCH[3]}
  start=${BASH_REMATCH[4]}
  end=${BASH_REMATCH[5]}
  echo "$number. ${BASH_REMATCH[1]}${channel:+, channel $channel,} from $start s to $end s, similarity $(printf %.2f "$similarity"), E-value $chance"
  read -r from length < <(awk -v s="$start" -v e="$end" -v c="$context" \
    'BEGIN { from = s > c ? s - c : 0; printf "%.2f %.2f\n", from, e + c - from }')
  part=$work/hit.wav
  if [ -n "$folder" ]; then
    mkdir -p "$folder"
    part=$folder/$number.wav
  fi
  if ! cut_out "$file" "$channel" "$from" "$length" "$part"; then
    echo "   cannot be played: neither ffmpeg nor SoX can read it" >&2
  elif [ -n "$folder" ]; then
    echo "   $part"
  elif ! play_file "$part" 2>"$work/player"; then
    printf '   no player here; to listen: ffplay -ss %s -t %s -nodisp -autoexit %q\n' "$from" "$length" "$file"
  fi
done <"$work/hits"
