# The bare name, on a terminal: every tool explains itself at once, with examples.
for tool in pa-tokenize pa-index pa-search pa-rerank pa-stats pa-train; do
  timeout 10 script -qec "$tool 2>&1 >/dev/null" /dev/null </dev/null >said || echo "$tool: exit $?"
  tr -d '\r' <said >&2
done
