#!/usr/bin/env bash
# The sandbox gives the same strings, and a link that leads out of the folder leads nowhere.
. "$(dirname "${BASH_SOURCE[0]}")/check.sh"
needs bwrap
bwrap --ro-bind / / --unshare-all true 2>/dev/null || { echo 'skipped: no user namespaces here'; exit 77; }

mkdir uploads secret
cp "$talks/garden.opus" uploads/
pa-tokenize "$PWD/uploads" >without
"$examples/sandbox/sandboxed.sh" uploads --times >with
same with <without

cp "$talks/museum.opus" secret/
ln -s "$PWD/secret/museum.opus" uploads/
"$examples/sandbox/sandboxed.sh" uploads >with 2>said && fail 'a file outside is read'
has said 'museum.opus: cannot open'
[ "$(grep -vc '^#' with)" = 1 ] || fail 'the file inside is not read'

"$examples/sandbox/sandboxed.sh" gone 2>said && fail 'a folder that is not there'
has said 'sandboxed.sh: gone: not a folder'
