# The same bytes for any number of threads, messages included.
for jobs in 1 2 7; do
  pa-tokenize -j $jobs --times audio data/audio >out.$jobs 2>err.$jobs || echo "exit $?"
done
cmp out.1 out.2
cmp out.1 out.7
cmp err.1 err.2
cmp err.1 err.7
