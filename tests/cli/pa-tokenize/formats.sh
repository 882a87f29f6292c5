# Each format that is lines: how many lines it has, and the shape of the last one (tokens written as T).
for format in tsv jsonl kaldi km ctm audacity; do
  # A label track is of one recording.
  [ $format = audacity ] && inputs=audio/talks/travel.opus || inputs='audio/query.opus audio/talks/travel.opus'
  case $format in ctm | audacity) times=--times ;; *) times=--no-times ;; esac
  pa-tokenize $times --format $format $inputs >out
  case $format in
    ctm | audacity) echo "$format: $([ "$(wc -l <out)" -gt 100 ] && echo 'a line a token')" ;;
    *) echo "$format: $(wc -l <out) lines" ;;
  esac
  tail -n 1 out | sed -E 's/([0-9]+[, ])*[0-9]+(\]?)$/T\2/; s/([0-9]+ )+T/T/; s/\[([0-9]+,)+[0-9]+\]/[T]/' |
    sed -E 's/(1|^)[ \t][0-9.]+[ \t][0-9.]+[ \t]?/\1 TIME TIME /; s/^[0-9.]+\t[0-9.]+\t/TIME TIME /'
done
# A second recording in a label track is reported and left out.
pa-tokenize --format audacity audio/query.opus audio/talks/travel.opus >two || echo "status $?"
pa-tokenize --format audacity audio/query.opus | cmp - two
# Documents have a tier for each recording, and an interval or annotation for each token.
tokens=$(pa-tokenize audio/query.opus audio/talks/travel.opus | cut -f 3 | grep -v '^#' | wc -w)
pa-tokenize --format textgrid audio/query.opus audio/talks/travel.opus >out
grep 'name = ' out
[ "$(grep -c 'text = "[0-9]' out)" = "$tokens" ] && echo 'an interval a token'
pa-tokenize --format eaf audio/query.opus audio/talks/travel.opus >out
[ "$(grep -c '<ANNOTATION_VALUE>[0-9]' out)" = "$tokens" ] && echo 'an annotation a token'
