# Strings of two models, or of two tokenizers, are not mixed: not in an archive, not in a search.
pa-tokenize audio/query.opus >ours
sed -E '1s/model=[0-9a-f]+/model=0123456789abcdef/' ours >theirs
pa-tokenize --tokenizer dpvq audio/query.opus >other
pa-index ours.pai ours
for strings in theirs other; do
  pa-index ours.pai $strings 2>said || echo "pa-index: exit $?"
  [ -s said ] || echo "pa-index says nothing"
  pa-search ours.pai $strings >hits 2>said || echo "pa-search: exit $?"
  [ -s said ] || echo "pa-search says nothing"
  [ ! -s hits ] || echo "pa-search found something"
done
pa-index --dump ours.pai | cmp - ours
