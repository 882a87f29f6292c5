# --pre: audio is read from a command, for the files that --pre-glob names; what fails there fails the file.
cat >unpack <<'END'
#!/bin/sh
exec gzip -dc
END
chmod +x unpack
mkdir talks
gzip -c audio/query.opus >talks/query.opus.gz
cp audio/talks/garden.opus talks/
PATH=$PWD:$PATH
pa-tokenize --tokenizer vq --pre unpack --pre-glob '*.gz' talks | tail -n +2 | cut -f 1
pa-tokenize --tokenizer vq --pre unpack --pre-glob '*.gz' talks | tail -n 1 | cut -f 2- |
  cmp - <(pa-tokenize --tokenizer vq audio/query.opus | tail -n +2 | cut -f 2-)
pa-tokenize --tokenizer vq --pre unpack 'talks/query.opus.gz#t=0.5,1.5' | tail -n +2 | cut -f 1,2
pa-tokenize --tokenizer vq --pre unpack --pre-glob '*' --pre-glob '!*.opus' audio/query.opus | wc -l
pa-tokenize --tokenizer vq --pre unpack audio/query.opus 2>said | tail -n +2 || true
cut -d : -f 1-3 said
pa-tokenize --pre false audio/query.opus 2>&1 >out || true
pa-tokenize --pre no-such-program x 2>&1 | head -n 1
pa-tokenize --pre-glob '*.gz' x 2>&1 | head -n 1
