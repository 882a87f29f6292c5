#!/bin/sh
# The best hits of each query among those of several archives: what one search of all of them would give,
# but for EVALUE, which counts within the archive that was searched.
# usage: merge-hits.sh HITS FILE…
set -eu
hits=$1
shift
LC_ALL=C sort -t "$(printf '\t')" -k 1,1 -k 4,4gr -k 2,2 -- "$@" |
  awk -F '\t' -v hits="$hits" '$1 != query { query = $1; n = 0 } n++ < hits'
