# A file replaced by another of the same size and time is found with --checksum only.
echo one >a.wav
printf 'a.wav\t1.00\t1\n' | pa-index a.pai
cp -p a.wav before
echo two >a.wav
touch -r before a.wav
echo a.wav | pa-index --missing a.pai
echo a.wav | pa-index --missing --checksum a.pai
cp -p before a.wav
echo a.wav | pa-index --missing --checksum a.pai
