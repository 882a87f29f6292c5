# A list of recordings in place of their strings, as when pa-tokenize was forgotten, is no Kaldi text: it is
# refused, and nothing of it passes for archived.
printf 'talks/a.opus\ntalks/b.opus\n' >list
pa-index a.pai <list || echo "exit $?"
pa-index --missing a.pai <list
pa-index --input-format kaldi -v a.pai <list
# Nor are tokens without keys, and an archive is no folder of audio.
printf '5 17 17 8\n' | pa-index a.pai || echo "exit $?"
# Nor are labels records.
printf '0.000\t0.120\t5\n0.120\t0.200\t7\n' >labels
pa-index a.pai <labels || echo "exit $?"
pa-index --input-format tsv b.pai labels
pa-index --dump b.pai
pa-stats a.pai >/dev/null || echo "exit $?"
