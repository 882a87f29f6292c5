# A write that fails is told and gives status 2, in records and in help.
pa-tokenize audio/query.opus >/dev/full || echo "exit $?"
pa-tokenize --help >/dev/full || echo "exit $?"
# Closed standard output is no place to write to either.
pa-tokenize audio/query.opus >&- || echo "exit $?"
