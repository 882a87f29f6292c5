# Each format: how many lines it has, and the shape of the last one (tokens written as T).
for format in tsv jsonl kaldi km ctm audacity; do
  pa-tokenize --no-times --format $format audio/question.opus audio/talks/travel.opus >out
  case $format in
    ctm | audacity) echo "$format: $([ "$(wc -l <out)" -gt 100 ] && echo 'a line a token')" ;;
    *) echo "$format: $(wc -l <out) lines" ;;
  esac
  tail -n 1 out | sed -E 's/([0-9]+[, ])*[0-9]+(\]?)$/T\2/; s/([0-9]+ )+T/T/; s/\[([0-9]+,)+[0-9]+\]/[T]/' |
    sed -E 's/(1|^)[ \t][0-9.]+[ \t][0-9.]+[ \t]?/\1 TIME TIME /; s/^[0-9.]+\t[0-9.]+\t/TIME TIME /'
done
