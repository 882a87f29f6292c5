# With -0 keys are taken as they are.
printf '%s\n' $'a\\nb\\\\.wav\t1.00\t1' $'c.wav\t1.00\t2' $'d\\\\n.wav\t1.00\t3' | pa-index a.pai
printf '%s\0' $'a\nb\\.wav' 'd\n.wav' | pa-index --remove -0 a.pai
pa-index --dump a.pai
