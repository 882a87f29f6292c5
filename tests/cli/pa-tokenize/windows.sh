# A record for each window, with a media fragment; windows abut unless a hop is given.
pa-tokenize --window 4 --hop 2 audio/talks/railway.opus | tail -n +2 | cut -f 1,2
echo
pa-tokenize --window 4 audio/talks/railway.opus | tail -n +2 | cut -f 1,2
