# On a terminal without a path it explains itself instead of waiting.
script -qec 'pa-tokenize 2>&1 >/dev/null' /dev/null </dev/null >said || echo $?
tr -d '\r' <said >&2
