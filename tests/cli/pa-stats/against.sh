# Recordings meet by key or by name without folders and extension; the overall figure and each.
cat >short <<'END'
#pairalign 1 model=fedcba9876543210 tokenizer=pairalign vocab=64
one.opus	4.00	1 2 3 4
talks/two.wav	3.00	9 3 6
stranger.wav	1.00	1
END
pa-stats -v short --against data/strings.tsv | sed 1,/^against/d
pa-stats --format json short --against data/strings.tsv | sed 's/.*"against"/"against"/'
