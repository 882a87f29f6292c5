# What is not known is said to be unknown, not zero.
printf 'a 1 2 3\n' | pa-index a.pai
pa-index --info a.pai | head -n 11
