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

recordings() {
  find -H "$folder" -type f \( -iname '*.wav' -o -iname '*.flac' -o -iname '*.mp3' -o -iname '*.ogg' \
    -o -iname '*.opus' -o -iname '*.aif*' -o -iname '*.au' -o -iname '*.caf' -o -iname '*.w64' \) "$@"
}

# Of the paths on standard input, those that the archive does not have as they are.
missing() { pa-index --missing -0 "$@" "$archive" || give_up "$archive: cannot be read"; }

# Paths, each behind the time of its last change, by which a file that failed is known again.
with_change() { { xargs -0 -r stat --printf '%.9Z %n\0' -- 2>"$work/vanished" || true; } | sort -z; }

# Files that failed before and have not changed since are not tried, nor reported, every night.
touch "$archive.failed"
# Those that were moved or renamed are known again by their contents.
recordings ! -mmin "-$wait" -print0 | missing --moved --wait 600 | with_change >"$work/missing"
sort -z "$archive.failed" | comm -z -12 - "$work/missing" >"$work/known"
comm -z -23 "$work/missing" "$work/known" | sed -z 's/^[0-9.]* //' >"$work/new"
note "$folder: $(count "$work/new") new or changed," \
  "$(recordings -mmin "-$wait" -print0 | tr -cd '\0' | wc -c) too recent," \
  "$(count "$work/known") failed before and unchanged"

# Only what is not archived yet: a recording under two names would be found twice.
compress_new() {
  local file
  while IFS= read -r -d '' file; do
    case $file in
      *.[Ww][Aa][Vv])
        # flac takes the original away when it has decoded the result and found it the same.
        if flac --silent --best --verify --keep-foreign-metadata-if-present \
          --delete-input-file -- "$file" 2>"$work/messages"; then
          note "compressed $file"
          file=${file%.*}.flac
        else
          fault "$file: not compressed: $(tr '\n' ' ' <"$work/messages")"
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
    pa-index -v --wait 600 "$archive" 2>"$work/stored"
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
