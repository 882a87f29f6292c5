pa-rerank --help
