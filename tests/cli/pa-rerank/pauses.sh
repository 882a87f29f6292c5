# needs: sox opusdec
# A query between pauses, as synthesisers speak, scores nearly as it does without them.
opusdec --quiet --rate 16000 audio/talks/travel.opus talk.wav
sox talk.wav query.wav trim 4.5 1.6
sox query.wav padded.wav pad 1 1.5
for query in query padded; do
  printf '%s.wav\taudio/talks/railway.opus#t=0.2,1.9\n' $query | pa-rerank >$query
done
paste query padded | awk -F '\t' '{ print ($4 - $9)^2 < 0.1^2 ? "the same score" : $0 }'
sox -n -r 16000 -b 16 -c 1 silence.wav trim 0 1
echo "-- nothing but silence is compared as it is"
printf 'silence.wav\tsilence.wav\n' | pa-rerank
