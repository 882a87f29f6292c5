# Standard input without "-" is a list: audio and NUL there are told in one line, CR LF and a byte-order mark are none of it.
cp data/audio/whole.flac a.flac
cp data/audio/ten-milliseconds.wav b.wav
pa-tokenize <b.wav | tail -n +2 || true
cat a.flac | pa-tokenize | tail -n +2 || true
pa-tokenize -0 <audio/query.opus | tail -n +2 || true
printf 'a.flac\0b.wav\0' | pa-tokenize | tail -n +2 || true
printf 'a.flac\0b.wav\0' | pa-index --missing x.pai || echo "exit $?"
printf 'a.flac\r\nb.wav\r\n' | pa-tokenize | tail -n +2 | cut -f 1
printf '\xef\xbb\xbfa.flac\nb.wav' | pa-tokenize | tail -n +2 | cut -f 1
# Paths that begin like audio.
cp a.flac ID3
cp b.wav $'\xff\xe1.wav'
printf 'ID3\nb.wav\n' | pa-tokenize | tail -n +2 | cut -f 1
printf '\xff\xe1.wav\n' | pa-tokenize | tail -n +2 | wc -l
for begin in '\xff\xfb\x90\x64' '\xff\xf1\x50\x80' 'ID3\x04\0'; do printf "$begin" | pa-tokenize | tail -n +2 || true; done
printf '\xef\xbb\xbfk\t1.00\t1 2\r\n' | pa-index x.pai
pa-index --dump x.pai | cut -f 1,3
