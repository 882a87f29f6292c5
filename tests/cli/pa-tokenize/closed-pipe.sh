# Ends by SIGPIPE without a word, as filters do.
yes audio/query.opus | pa-tokenize | head -n 2 | wc -l
