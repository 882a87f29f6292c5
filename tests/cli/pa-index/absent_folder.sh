# Recordings in folders that are not on this machine have no source; those between them, in folders that are, have theirs.
mkdir here here/deeper
for name in here/a.wav here/b.wav here/deeper/c.wav d.wav; do echo $name >$name; done
printf '%s\t1.00\t1 2\n' gone/x.wav here/a.wav gone/y.wav gone/deeper/z.wav here/b.wav here/none.wav here/deeper/c.wav \
  https://example.org/talks/e.wav d.wav 'd.wav#t=0.00,1.00' | pa-index a.pai
printf '%s\n' gone/x.wav here/a.wav gone/y.wav here/b.wav here/none.wav here/deeper/c.wav d.wav | pa-index --missing a.pai
