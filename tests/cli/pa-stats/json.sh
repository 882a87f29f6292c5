pa-stats --format json data/strings.tsv
