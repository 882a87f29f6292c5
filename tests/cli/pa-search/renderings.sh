# All strings of one key of the file that is searched are found, whichever comes last.
printf 'q.wav\t1.00\t1 2 3 4 5 6\n' >first.tsv
printf 'q.wav\t1.00\t11 12 13 14 15 16\n' >second.tsv
printf 'r.wav\t1.00\t1 2 3 4 5 6\nr.wav\t1.00\t11 12 13 14 15 16\n' >talk.tsv
for query in first second; do
  pa-search --between $query.tsv talk.tsv -k 1 --min-score 0.9 | cut -f 1-4
done
