# The same bytes for any number of threads, all the way.
for jobs in 1 2 5; do
  pa-tokenize -j $jobs audio | pa-index talks.$jobs.pai
  pa-index --dump talks.$jobs.pai | pa-search -j $jobs -k 0 talks.$jobs.pai >hits.$jobs
done
cmp hits.1 hits.2
cmp hits.1 hits.5
cut -f 1 hits.1 | uniq | wc -l # each recording was asked about, and found
