pa-search --help
