# What is no list of fairseq or Kaldi is refused by name; km keeps a line for an entry that failed.
printf '{"audio_filepath": "a.wav", "duration": 1.0, "text": "x"}\n' >nemo.json
printf 'path,text\na.wav,hello\n' >corpus.csv
printf 'client_id\tpath\tsentence\nx\ta.wav\thello there\n' >common-voice.tsv
printf 'a.wav\nb.wav\n' >list.txt
for list in nemo.json corpus.csv common-voice.tsv list.txt audio/query.opus; do
  pa-tokenize --manifest "$list" | tail -n +2 || true
done
echo "-- km"
printf '.\ngone.wav\t1\naudio/query.opus\t2\ndata/audio/empty.wav\t3\n' >train.tsv
pa-tokenize --tokenizer vq --manifest train.tsv --format km 2>/dev/null | awk '{ print NR, (NF > 0) }' || true
