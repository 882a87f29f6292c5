#!/usr/bin/env bash
# Archives what is new in a folder of recordings: for cron, or a timer of systemd.
set -euo pipefail

usage() {
  cat <<'END'
usage: archive-new.sh [-w MINUTES] [-c] [-l LOG] FOLDER ARCHIVE.pai
  -w MINUTES  skip files modified within the last MINUTES, which may be incomplete (5)
  -c          compress new WAV files to FLAC, without loss, before they are archived
  -l LOG      append messages to LOG; then only failures are printed
Exit status: 0 done, or another run is in progress; 2 something failed; it is reported.
END
}

wait=5
compress=no
log=
while getopts w:cl:h option; do
  case $option in
    w) wait=$OPTARG ;;
    c) compress=yes ;;
    l) log=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -eq 2 ] || { usage >&2; exit 2; }

if [ -n "$log" ]; then exec 3>>"$log"; else exec 3>&1; fi
note() { printf '%s %s\n' "$(date '+%F %T')" "$*" >&3; }
# Cron mails what is printed, so a fault goes to both, and to one place where they are the same.
fault() {
  failed=yes
  note "$*"
  [ -z "$log" ] || printf 'archive-new: %s\n' "$*" >&2
}
give_up() { fault "$*"; exit 2; }
failed=no
here=$(dirname "$(realpath -- "$0")")

# Keys are absolute paths: cron starts in another folder than you do.
folder=$(cd -- "$1" 2>/dev/null && pwd) || give_up "$1: no such folder"
archive=${2%/}

# The lock is on an open file, so it ends with the run, however that ends.
exec 9>"$archive.lock" || give_up "$archive.lock: cannot be written"
flock -n 9 || { note "$folder: another run is still at work, nothing done"; exit 0; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A tool that cannot run at all must not look like recordings that cannot be read.
pa-tokenize </dev/null >"$work/header" 2>"$work/messages" ||
  give_up "$(cat "$work/messages")"

count() { tr -cd '\0' <"$1" | wc -c; }

# Of the paths on standard input, those that the archive does not have as they are.
missing() { pa-index --missing -0 "$@" "$archive" || give_up "$archive: cannot be read"; }

# Paths, each behind the time of its last change, by which a file that failed is known again.
with_change() { { xargs -0 -r stat -L --printf '%.9Z %n\0' -- 2>"$work/vanished" || true; } | sort -z; }

# A time of change far in the future is that of a wrong clock, not of a file still being written.
status=0
"$here/find-audio.sh" "$folder" \( -mmin "-$wait" ! -newermt '1 hour' -fprint0 "$work/recent" -o -print0 \) \
  >"$work/found" 2>"$work/messages" || status=$?
# What cannot be listed is a fault; a link to a folder above it is not, nor does it hold anything else.
while IFS= read -r line; do
  case $line in *'File system loop detected'*) ;; *) fault "$line" ;; esac
done <"$work/messages"
[ "$status" -le 1 ] || give_up "find-audio.sh ended with status $status"

# Files that failed before and have not changed since are not tried, nor reported, every night.
touch "$archive.failed"
# Those that were moved or renamed are known again by their contents.
missing --moved --wait 600 <"$work/found" | with_change >"$work/missing"
sort -z "$archive.failed" | comm -z -12 - "$work/missing" >"$work/known"
comm -z -23 "$work/missing" "$work/known" | sed -z 's/^[0-9.]* //' >"$work/new"
note "$folder: $(count "$work/new") new or changed," \
  "$(count "$work/recent") too recent," \
  "$(count "$work/known") failed before and unchanged"

# The sound of a file as the tools read it: rate, channels, length, levels. Fails if it is damaged.
sound() { pa-stats --format tsv "$1" | sed 1d | cut -f 4,5,7,11-27; }

# Replaces a WAV file by a FLAC file of which the tools, too, read the same sound.
to_flac() {
  if [ -e "$2" ]; then echo "$2 already exists"; return 1; fi
  flac --silent --warnings-as-errors --best --verify --keep-foreign-metadata-if-present --force \
    -o "$2.part" -- "$1" && sound "$2.part" >"$work/flac" || return
  cmp -s "$work/wav" "$work/flac" || { echo 'the FLAC file would not have the same sound'; return 1; }
  sync -- "$2.part" && mv -- "$2.part" "$2" && rm -- "$1"
}

# Only what is not archived yet: a recording under two names would be found twice. What is damaged is
# left as it is; pa-tokenize reports it. So are links, whose files may be of use elsewhere.
compress_new() {
  local file flac
  while IFS= read -r -d '' file; do
    flac=${file%.*}.flac
    case $file in
      *.[Ww][Aa][Vv])
        if [ -L "$file" ] || ! sound "$file" >"$work/wav" 2>"$work/messages"; then
          :
        elif to_flac "$file" "$flac" >"$work/messages" 2>&1; then
          note "compressed $file"
          file=$flac
        else
          rm -f -- "$flac.part"
          fault "$file: not compressed: $(sed '/^NOTE:/d' "$work/messages" | tr '\n' ' ')"
        fi
        ;;
    esac
    printf '%s\0' "$file"
  done
}
if [ $compress = yes ]; then
  compress_new <"$work/new" >"$work/compressed"
  mv "$work/compressed" "$work/new"
fi

with_change <"$work/new" >"$work/tried"

# Each batch is in the archive before the next begins: a run that is cut short has not been in vain.
split -t '\0' -l 200 "$work/new" "$work/batch."
for batch in "$work"/batch.*; do
  [ -e "$batch" ] || break
  set +e
  pa-tokenize -q -0 <"$batch" 2>"$work/messages" |
    pa-index -v --wait 600 --commit-every 0 "$archive" 2>"$work/stored"
  status=("${PIPESTATUS[@]}")
  set -e
  while IFS= read -r line; do fault "$line"; done <"$work/messages"
  [ "${status[1]}" -eq 0 ] || give_up "$(cat "$work/stored")"
  while IFS= read -r line; do note "$line"; done <"$work/stored"
  [ "${status[0]}" -le 2 ] || give_up "pa-tokenize ended with status ${status[0]}"
done

# What is missing still, in the state in which it was tried, has failed.
missing <"$work/new" | with_change | comm -z -12 - "$work/tried" | sort -z -m - "$work/known" \
  >"$archive.failed"
note "done in $SECONDS s"
[ $failed = no ] || exit 2
