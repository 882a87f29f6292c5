# A slip of the keys is told apart from nonsense, in options and in what they may be.
try() { "$@" </dev/null || echo "exit $?" >&2; }
try pa-tokenize --tokeniser vq x
try pa-tokenize --tok=vq x
try pa-tokenize --colour x
try pa-tokenize -Z x
try pa-tokenize --tokenizer pairaling x
try pa-index a.pai --dmup
try pa-index --pack entrop a.pai
try pa-search a.pai --cost sotf
try pa-stats --format scg
try pa-train --stage fixed-teecher -o m.safetensors x
