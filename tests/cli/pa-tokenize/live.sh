# needs: opusdec
# Windows of a pipe are written while it is open, and so are tokens in a format with a line for each; the lines are those
# of the file.
opusdec --quiet --rate 16000 audio/talks/garden.opus garden.wav
mkfifo feed
pa-tokenize --tokenizer vq --window 1 - <feed >out &
exec 3>feed
head -c 160044 garden.wav >&3
for ((i = 0; i < 600; i++)); do
  [ "$(wc -l <out)" -ge 4 ] && break
  sleep 0.1
done
echo "while it is open: $(tail -n +2 out | head -n 3 | cut -f 1 | tr '\n' ' ')"
tail -c +160045 garden.wav >&3
exec 3>&-
wait
tail -n +2 out | cmp - <(pa-tokenize --tokenizer vq --window 1 - <garden.wav | tail -n +2)
cat garden.wav | pa-tokenize --window 2 --hop 1 - | cmp - <(pa-tokenize --window 2 --hop 1 - <garden.wav)
for tokenizer in vq dpvq pairalign; do
  cat garden.wav | pa-tokenize --tokenizer $tokenizer --format ctm - |
    cmp - <(pa-tokenize --tokenizer $tokenizer --format ctm - <garden.wav)
done
head -c 200000 garden.wav | pa-tokenize --tokenizer vq --window 1 - 2>/dev/null | tail -n +2 >out || true
echo "exit ${PIPESTATUS[1]}"
[ "$(wc -l <out)" -ge 4 ]
