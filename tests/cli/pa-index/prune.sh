# Records of files that are gone go, with their windows; those on a disk that is perhaps not mounted stay.
mkdir -p audio1 disk/deep
for f in audio1/a audio1/b audio1/c disk/d disk/deep/e f; do echo "$f" >$f.wav; done
printf '%s\t1.00\t1\n' audio1/a.wav 'audio1/b.wav#t=0.00,1.00' 'audio1/b.wav#t=1.00,2.00' audio1/c.wav disk/d.wav disk/deep/e.wav f.wav \
  never-there.wav | pa-index a.pai
pa-index --prune -v a.pai
rm audio1/b.wav f.wav
pa-index --prune --dry-run a.pai
pa-index --prune -v a.pai
mv disk away && mkdir disk
pa-index --prune -v a.pai || echo "exit $?"
pa-index --dump a.pai
pa-index --prune --force -v a.pai
rm audio1/*
pa-index --prune a.pai || echo "exit $?"
pa-index --dump a.pai
