# needs: opusdec sox soxi
# The mean of all channels, one of them, a record for each; a channel that is the inverse of another is no silence.
opusdec --quiet --rate 16000 audio/query.opus left.wav
opusdec --quiet --rate 16000 audio/talks/garden.opus garden.wav
sox garden.wav right.wav trim 0 "$(soxi -D left.wav)"
sox -D -M left.wav right.wav both.wav
sox -D left.wav inverse.wav vol -1
sox -D -M left.wav inverse.wav inverted.wav
tokens() { pa-tokenize --tokenizer vq "$@" | tail -n +2 | cut -f 3; }
tokens left.wav >left
tokens --channel 1 both.wav | cmp - left
tokens --channel 2 both.wav | cmp - <(tokens right.wav)
tokens inverted.wav | cmp - left
pa-tokenize --tokenizer vq --channel each both.wav left.wav | tail -n +2 | cut -f 1
tokens --channel each both.wav | cmp - <(tokens left.wav right.wav)
tokens --channel each - <both.wav | cmp - <(tokens left.wav right.wav)
cat both.wav | tokens --channel each - | cmp - <(tokens left.wav right.wav)
pa-tokenize --tokenizer vq --channel each --window 1 both.wav | tail -n +2 | cut -f 1
pa-tokenize --tokenizer vq --channel 2 left.wav both.wav | tail -n +2 | cut -f 1
pa-tokenize --tokenizer vq 'both.wav#channel=2' | tail -n +2 | cut -f 1,3 | cmp - <(
  printf 'both.wav#channel=2\t%s\n' "$(tokens right.wav)")
for channel in 0 left 65; do pa-tokenize --channel "$channel" left.wav >/dev/null || echo "exit $?"; done
# Headers name the channel: archives are of one, queries of any.
{
for channel in 1 2 each; do
  pa-tokenize --tokenizer vq --channel "$channel" both.wav | tee "$channel.tsv" | head -n 1
done
pa-index one.pai 1.tsv
pa-index one.pai 2.tsv 2>&1 || echo "exit $?"
pa-tokenize --tokenizer vq --channel 2 --skip one.pai both.wav 2>&1 || echo "exit $?"
pa-tokenize --tokenizer vq --channel 1 --skip one.pai left.wav both.wav | pa-index one.pai
pa-index --dump one.pai | cut -f 1
pa-search one.pai -k 1 2.tsv | wc -l
} | sed -E 's/model=[0-9a-f]{16}/model=ID/g'
echo "-- an archive that does not name it"
sed '1s/ channel=each//' each.tsv | pa-index old.pai
pa-tokenize --tokenizer vq --channel each --skip old.pai both.wav left.wav | pa-index old.pai
pa-index --dump old.pai | tail -n +2 | cut -f 1
