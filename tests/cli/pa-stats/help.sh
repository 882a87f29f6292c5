pa-stats --help
