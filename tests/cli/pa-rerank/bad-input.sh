# What cannot be read is named, the rest is ranked, and the status tells.
query=audio/query.opus
cat >hits <<END
$query	audio/talks/travel.opus#t=4.55,6.15	7	0.7	1e-9
$query	audio/talks/gone.opus#t=1,2	9	0.5	0.1
$query	audio/talks/gone.opus#t=5,6	9	0.4	0.2
$query	audio/talks/harbour.opus#t=900,901	9	0.4	0.2
-	audio/talks/travel.opus#t=4.55,6.15	7	0.7	1e-9
gone.wav	audio/talks/travel.opus#t=4.55,6.15	7	0.7	1e-9
no tab
$query	audio/talks/travel.opus	7	0.7	often
$query	a\\qb	7	0.7	1
END
pa-rerank hits | cut -f 1,2 | sed -E 's/#.*//'
pa-rerank hits >/dev/null 2>&1 || echo "exit $?"
echo "-- no hits, no file"
pa-rerank </dev/null || echo "exit $?"
pa-rerank absent || echo "exit $?"
echo "-- a file that ends early is compared as far as it goes"
head -c 20000 audio/talks/travel.opus >cut.opus
printf '%s\tcut.opus\n' "$query" | pa-rerank | cut -f 1
echo "-- what is not a list of hits is named once"
pa-tokenize audio/query.opus >strings.tsv
pa-rerank strings.tsv audio/query.opus <<<'{"query":"a"}' || echo "exit $?"
printf '\tb\n' | pa-rerank || echo "exit $?"
printf 'a\tb\t1\t1\t-5\n' | pa-rerank || echo "exit $?"
