# Two keys are enough. A hit is sought in a margin around it, so neighbours find the same place, which is
# listed once; a place without a match keeps its own.
query='audio/talks/harbour.opus#t=3,4'
{
  printf '%s\taudio/talks/harbour.opus#t=2.6,3.6\n' "$query"
  printf '%s\taudio/talks/harbour.opus#t=3.3,4.1\t5\t0.2\t0.5\n' "$query"
  printf '%s\taudio/talks/garden.opus#t=3,4\t7\t0.1\t2\n' "$query"
} >hits
pa-rerank hits | cut -f 1,2 | head -n 1
pa-rerank hits | wc -l
echo "-- without times, all of a recording"
printf '%s\taudio/talks/harbour.opus\n' "$query" | pa-rerank | cut -f 1,2
echo "-- --whole: the place as it is; the same sound is at distance 0"
printf '%s\t%s\n' "$query" "$query" | pa-rerank --whole
printf 'audio/query.opus\taudio/query.opus\n' | pa-rerank --whole
printf 'audio/query.opus\taudio/query.opus\t9\t-0.5\t1e-5\n' | pa-rerank
echo "-- channels"
printf '%s\taudio/talks/harbour.opus#channel=1&t=2.6,3.6\n' "$query" | pa-rerank | cut -f 2
