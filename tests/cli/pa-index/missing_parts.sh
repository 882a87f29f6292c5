# Parts of a file stand for it; a record whose file was not there says nothing of the file.
echo audio >talk.wav
printf 'talk.wav#t=0.00,3.00\t3.00\t1\ntalk.wav#t=3.00,6.00\t3.00\t1\nlater.wav\t1.00\t1\n' | pa-index a.pai
echo audio >later.wav
printf '%s\n' talk.wav later.wav | pa-index --missing a.pai
printf 'later.wav\t1.00\t1\n' | pa-index a.pai
printf '%s\n' talk.wav later.wav | pa-index --missing a.pai
