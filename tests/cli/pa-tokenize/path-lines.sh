# Lines come out in their order; empty ones are skipped, a folder is walked, "-" cannot be meant.
printf '%s\n' audio/talks/weather.opus '' audio/query.opus - audio/talks/garden.opus |
  pa-tokenize | tail -n +2 | cut -f 1
echo "exit ${PIPESTATUS[1]}"
# Nothing in, only the header out.
pa-tokenize </dev/null | wc -l
