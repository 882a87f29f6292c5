# Nothing on standard error unless asked: -v tells what was done, --progress draws and erases.
pa-tokenize -v --tokenizer vq audio/query.opus 2>&1 >/dev/null | sed -E 's/[0-9.]+ h of audio, [0-9]+ x/H h of audio, N x/; s/(read by [a-z]+) [0-9.]+/\1/'
pa-tokenize audio/talks >plain
pa-tokenize --progress audio/talks audio/talks audio/talks 2>bar | cut -f 1 | sort -u | wc -l
pa-tokenize --progress audio/talks 2>/dev/null | cmp - plain
# Whatever was drawn, the last thing written is the blank line over it.
[ ! -s bar ] || tr '\r' '\n' <bar | tail -n 1 | grep -c '^ *$' | grep -qx 1
