# A query without a hit has no line in a run, and is counted by pa-stats as one that found nothing.
printf 'a.wav\t1.00\t1 2 3 4 5\nb.wav\t1.00\t6 7 8 9 10\n' >records.tsv
printf 'x.wav\t1.00\t1 2 3 4 5\ny.wav\t1.00\t300 301 302\n' >queries.tsv
pa-index a.pai records.tsv
pa-search --max-distance 0 --format trec a.pai queries.tsv >run
cut -d ' ' -f 1-4 run
printf 'x 0 a 1\ny 0 b 1\n' >qrels
pa-stats --qrels qrels run | grep -E '^(queries|MAP|MRR)'
