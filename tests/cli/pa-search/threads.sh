# The same bytes for any number of threads.
awk 'BEGIN { for (i = 0; i < 400; ++i) {
  printf "k%03d\t1.00\t", i * 7 % 400
  for (j = 0; j < i % 23 + 1; ++j) printf "%s%d", j ? " " : "", i * j % 11
  print "" } }' >strings
pa-index a.pai strings
for jobs in 1 2 7; do pa-search -q -j $jobs -k 20 a.pai strings >hits.$jobs; done
cmp hits.1 hits.2
cmp hits.1 hits.7
wc -l <hits.1
