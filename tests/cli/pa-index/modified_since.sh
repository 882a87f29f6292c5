# A recording that was modified after its string was made, as one that was still being written, is missing until
# its string comes again; a time in the future does not count.
echo growing >grown.wav
touch -d '2001-01-01' grown.wav
echo same >same.wav
touch -d '2100-01-01' same.wav
printf '%s\t1.00\t1\n' grown.wav same.wav >strings.tsv
touch -d '2001-01-02' strings.tsv
pa-index a.pai strings.tsv
printf '%s\n' grown.wav same.wav | pa-index --missing a.pai
echo -- modified
touch -d '2001-01-03' grown.wav
pa-index a.pai strings.tsv
printf '%s\n' grown.wav same.wav | pa-index --missing a.pai
echo -- modified, and so long that it cannot have been read
truncate -s 1T long.wav
printf 'long.wav\t1.00\t1\n' >long.tsv
touch -d '2001-01-02' long.tsv
timeout 20 pa-index a.pai long.tsv
echo long.wav | pa-index --missing a.pai
rm long.wav
echo -- through a pipe
mkfifo strings
pa-index a.pai strings &
exec 3>strings
sleep 0.1
echo more >>grown.wav
printf 'grown.wav\t1.00\t1\n' >&3
exec 3>&-
wait
echo grown.wav | pa-index --missing a.pai
echo -- another recording, not modified since, is moved to its name
touch -d '2001-01-01' other.wav
pa-index a.pai strings &
exec 3>strings
sleep 0.1
mv other.wav grown.wav
printf 'grown.wav\t1.00\t1\n' >&3
exec 3>&-
wait
echo grown.wav | pa-index --missing a.pai
echo -- made again
printf 'grown.wav\t1.00\t1\n' | pa-index a.pai
echo grown.wav | pa-index --missing a.pai
