# Keys that are no paths: the list that pa-tokenize read says where the audio is.
cat >wav.scp <<END
asked audio/query.opus
talk-07 audio/talks/travel.opus
END
pa-tokenize --manifest wav.scp | pa-index a.pai
pa-index --dump a.pai | pa-search --no-self a.pai >hits
cut -f 1,2 hits | sed -E 's/#.*//'
pa-rerank --manifest wav.scp hits | cut -f 1,2 | sed -E 's/#.*//'
echo "-- without it, and with a key that it lacks"
pa-rerank hits || echo "exit $?"
grep -v asked wav.scp >short.scp
pa-rerank --manifest short.scp hits || echo "exit $?"
