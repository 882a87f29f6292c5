# A file that changed: all parts of it as it was go, also those that have no newer part.
echo long >talk.wav
for t in 0.00,3.00 3.00,6.00; do printf 'talk.wav#t=%s\t3.00\t1\n' $t; done | pa-index a.pai
printf 'other.wav\t3.00\t1\n' | pa-index a.pai
echo no >talk.wav
printf 'talk.wav#t=0.00,3.00\t3.00\t2\n' | pa-index -v a.pai
pa-index --dump a.pai
