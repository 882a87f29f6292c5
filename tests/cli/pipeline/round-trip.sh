# What comes out of the archive is what went in.
pa-tokenize audio/talks >strings.tsv
pa-index talks.pai <strings.tsv
pa-index --dump talks.pai | cmp - strings.tsv
# In two goes as well.
head -n 5 strings.tsv | pa-index two.pai
{ head -n 1 strings.tsv; tail -n +6 strings.tsv; } | pa-index two.pai
pa-index --dump two.pai | cmp - strings.tsv
