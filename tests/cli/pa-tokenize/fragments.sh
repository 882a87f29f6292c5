# needs: opusdec sox
# A key with a media fragment, as hits and windows have, is heard as that part, from arguments and from lists.
tokens() { tail -n +2 | cut -f 3; }
pa-tokenize --tokenizer vq 'audio/talks/garden.opus#t=4.65,6.15' | tail -n +2 | cut -f 1,2
echo 'audio/talks/garden.opus#t=4.65,6.15' | pa-tokenize --tokenizer vq | tail -n +2 | cut -f 1,2
printf 'g audio/talks/garden.opus#t=4.65,6.15\n' >wav.scp
pa-tokenize --tokenizer vq --manifest wav.scp | tail -n +2 | cut -f 1,2
echo "-- the same samples as a program would cut"
opusdec --quiet --rate 16000 audio/query.opus q.wav
sox -D q.wav part.wav trim 0.5 1
pa-tokenize --tokenizer vq 'q.wav#t=0.5,1.5' | tail -n +2 | cut -f 2,3 | cmp - <(pa-tokenize --tokenizer vq part.wav | tail -n +2 | cut -f 2,3)
pa-tokenize --tokenizer vq --window 1 'audio/talks/garden.opus#t=2,4' | tail -n +2 | cut -f 1,2
echo "-- a file of that name wins, and its key is no part of another's"
cp q.wav 'q.wav#t=1,2'
pa-tokenize --tokenizer vq 'q.wav#t=1,2' >whole.tsv
tail -n +2 whole.tsv | cut -f 1
tokens <whole.tsv | cmp - <(pa-tokenize --tokenizer vq q.wav | tokens)
pa-index a.pai whole.tsv
echo 'q.wav#t=1,2' | pa-index --missing a.pai
pa-tokenize --tokenizer vq --skip a.pai 'q.wav#t=1,2' | tail -n +2
echo "-- faults"
for part in t=9,8 t=100 t=1,1 channel=3; do
  pa-tokenize --tokenizer vq "audio/query.opus#$part" | tail -n +2 || true
done
pa-tokenize --tokenizer vq 'gone.opus#t=1,2' | tail -n +2 || true
