# One version, in one file.
[ "$(pa-tokenize --version)" = "pa-tokenize $(cat "$DATA/../../../VERSION")" ]
