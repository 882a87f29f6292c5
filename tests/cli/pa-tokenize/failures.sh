# Each input that fails is named, in its turn; the others are written; the status is 2.
pa-tokenize -j 2 audio/query.opus data/audio/text.wav gone.wav data/audio/whole.flac \
  data/audio/empty.wav data/audio/truncated.flac audio/talks/weather.opus >out 2>said || echo "exit $?"
cut -f 1 out | tail -n +2
cut -d : -f 1-2 said >&2
