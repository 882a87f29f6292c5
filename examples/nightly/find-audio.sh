#!/usr/bin/env bash
# Finds the recordings that `pa-tokenize FOLDER` reads, for actions of find.
# usage: find-audio.sh FOLDER ACTION…, such as -print0; exit status: that of find
set -euo pipefail
extensions='wav wave bwf flac ogg oga opus spx mp3 mp2 aif aiff aifc au snd caf w64 rf64 sph nist voc pvf
  m4a m4b aac 3gp 3g2 3ga amr awb wma mka ac3 wv ape mpc tta ra dsf webm weba mp4 m4v mov mkv ogv avi flv
  wmv mpg mpeg'
names=(-false)
for extension in $extensions; do names+=(-o -iname "*.$extension"); done
folder=$1
shift
# In the C locale, names need not be UTF-8.
LC_ALL=C exec find -L "$folder" -mindepth 1 -name '.*' -prune -o -type f \( "${names[@]}" \) "$@"
