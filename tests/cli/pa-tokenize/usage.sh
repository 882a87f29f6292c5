# Wrong use goes to standard error with status 2, and nothing to standard output.
try() { pa-tokenize "$@" || echo "exit $?" >&2; }
try --no-such-option
try --jobs many x
try --tokenizer vq --penalty 0.2 x
try --tokenizer dpvq --penalty 0.2 --rate 10 x
try --hop 1 x
try --window 0 x
try --window 3 --hop 0 x
try --tokenizer nonsense x
try --format nonsense x
try -0 x
try --tokenizer vq --rate 10 x
try --tokenizer vq --cap 0.2 x
try --tokenizer pairalign --penalty 0.2 --rate 10 x
try --cap 0 x
try --end-quantile 1 x
try --rate nan x
try --window 1,5 x
try --frames --tokenizer vq x
try --frames --embeddings out.npy x
