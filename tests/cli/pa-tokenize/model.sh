# A model is found by option, then by $PAIRALIGN_MODEL, then beside the program.
pa-tokenize --model nonesuch x 2>&1 | cut -d : -f 1-2
PAIRALIGN_MODEL=/nonesuch.safetensors pa-tokenize x 2>&1 | cut -d : -f 1-2
pa-tokenize --model data/audio/text.wav x 2>&1 | cut -d : -f 1-2
PAIRALIGN_MODEL=/nonesuch.safetensors pa-tokenize --model default audio/query.opus | tail -n 1 | cut -f 1
