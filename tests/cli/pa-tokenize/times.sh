# There are as many starts as there are tokens, ascending, within the recording.
pa-tokenize audio/talks/travel.opus | tail -n +2 | awk -F '\t' '{
  tokens = split($3, token, " ")
  starts = split($4, start, " ")
  if (starts != tokens) print starts, "starts for", tokens, "tokens"
  if (start[1] != 0) print "first start:", start[1]
  for (i = 2; i <= starts; i++) if (start[i] + 0 <= start[i - 1] + 0) print "not ascending at", i
  if (start[starts] >= $2 * 1000) print "beyond the end:", start[starts]
  print NF, "fields"
}'
# The tokens are those without times.
cmp <(pa-tokenize audio/talks | cut -f 1-3) <(pa-tokenize --no-times audio/talks)
cmp <(pa-tokenize --times audio/talks) <(pa-tokenize audio/talks)
pa-tokenize --times --no-times audio/talks || echo "exit $?"
for format in ctm audacity textgrid eaf; do
  pa-tokenize --no-times --format $format audio/talks 2>&1 | head -n 1
done
