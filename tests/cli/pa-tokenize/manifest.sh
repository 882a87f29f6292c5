# Lists of fairseq and Kaldi: their keys, in their order, with the strings of the files they name.
{
mkdir corpus
cp -r audio/talks 'corpus/the talks'
(cd corpus && pa-tokenize 'the talks/garden.opus' 'the talks/travel.opus') | cut -f 2- >named
printf '%s\nthe talks/garden.opus\t475680\nthe talks/travel.opus\t552480\n' "$PWD/corpus" >train.tsv
pa-tokenize --manifest train.tsv >fairseq
cut -f 2- fairseq | cmp - named
cut -f 1 fairseq | tail -n +2
echo "-- one line of units for each of the manifest"
pa-tokenize --manifest train.tsv --format km | wc -l
echo "-- wav.scp"
printf 'garden %s/corpus/the talks/garden.opus\ntravel corpus/the talks/travel.opus\n' "$PWD" >wav.scp
pa-tokenize --manifest - <wav.scp | cut -f 2- | cmp - named
pa-tokenize --manifest wav.scp --format kaldi | cut -d ' ' -f 1
pa-tokenize --manifest wav.scp --window 6 | tail -n +2 | cut -f 1
echo "-- keys like those of parts"
printf 'travel#t=1,2 corpus/the talks/travel.opus\ngarden#t=1,2 corpus/the talks/garden.opus#t=1,2\n' |
  pa-tokenize --manifest - | tail -n +2 | cut -f 1
echo "-- faults"
printf 'a sox a.mp3 -t wav - |\ngarden corpus/the talks/garden.opus\nb none.wav\n' |
  pa-tokenize --manifest - | tail -n +2 | cut -f 1
echo "exit ${PIPESTATUS[1]}"
pa-tokenize --manifest none.tsv || echo "exit $?"
pa-tokenize --manifest wav.scp corpus || echo "exit $?"
pa-tokenize --manifest wav.scp --skip a.pai || echo "exit $?"
} | sed -E 's/model=[0-9a-f]{16}/model=ID/' # which changes with every trained model
