pa-stats data/strings.tsv
echo
grep -v '^#' data/queries.tsv | pa-stats
