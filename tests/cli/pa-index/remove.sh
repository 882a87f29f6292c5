# Keys as they stand in records; one without a time stands for its parts; one that is not there is named.
printf '%s\n' $'a b.wav\t1.00\t1' $'a\\tb\\\\.wav\t1.00\t2' $'\\#1.wav\t1.00\t3' $'talk.wav#t=0.00,3.00\t3.00\t4' \
  $'talk.wav#t=3.00,6.00\t3.00\t5' $'talk.wave\t1.00\t6' $'one.wav#t=0.00,3.00\t3.00\t7' $'one.wav#t=3.00,6.00\t3.00\t8' | pa-index a.pai
printf '%s\n' 'a\tb\\.wav' '\#1.wav' talk.wav 'one.wav#t=3.00,6.00' | pa-index --remove -v a.pai
pa-index --dump a.pai
printf '%s\n' none.wav 'a b.wav' 'bad\q' 'one.wav#t=3.00,6.00' '' | pa-index --remove a.pai || echo "exit $?"
pa-index --dump a.pai
pa-index --info a.pai | grep -e '^records' -e '^removed' | sed 's/some [0-9]*/some N/'
pa-index --check a.pai
