# Help that was asked for goes to standard output.
pa-tokenize --help
