# Queries on stdin, from several files, in other formats; archives and files in any order.
pa-index a.pai data/strings.tsv
pa-search -k 1 a.pai <data/queries.tsv
printf 'kaldi-key 3 4 5\n' >k
printf '{"key":"json-key","seconds":1,"tokens":[3,4,5]}\n' >j
pa-search -k 1 k a.pai - j <data/queries.tsv
pa-search -k 1 --input-format kaldi a.pai k
