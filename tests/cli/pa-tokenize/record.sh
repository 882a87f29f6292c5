# Header, then KEY, SECONDS, TOKENS: decimal ids below the vocabulary, no id twice in a row with vq.
pa-tokenize audio/talks/travel.opus >out
head -n 1 out | sed -E 's/model=[0-9a-f]{16} /model=ID /'
tail -n +2 out | awk -F '\t' '{
  n = split($3, token, " ")
  for (i = 1; i <= n; i++) {
    if (token[i] !~ /^(0|[1-9][0-9]*)$/ || token[i] > 511) print "no token:", token[i]
    if (i > 1 && token[i] == token[i - 1]) print "twice in a row:", token[i]
  }
  print $1, $2, NF, (n > 50 && n < 576 ? "some tokens" : n " tokens")
}'
