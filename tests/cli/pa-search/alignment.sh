# How query and place correspond, and by how many seconds they are apart, in the times of the files.
printf 'talk.wav#t=20.00,22.00\t2.00\t9 9 1 2 3 4 9 9\t0 200 400 600 800 1000 1200 1400\n' >talk.tsv
printf 'said.wav\t1.00\t1 2 5 4\t0 210 400 590\nput.wav\t1.00\t1 2 3 7 4\t0 200 400 500 600\n' >said.tsv
printf 'untimed 1 3 4\n' >untimed.txt
pa-index a.pai talk.tsv
pa-search -k 1 --alignment a.pai said.tsv | cut -f 1,2,3,6,7
pa-search -k 1 --alignment --format jsonl a.pai said.tsv | grep -o '"alignment".*'
pa-search -k 1 --alignment --input-format kaldi a.pai untimed.txt | cut -f 1,2,3,6,7
echo "as wholes:"
pa-search -k 1 --alignment --mode global a.pai said.tsv | cut -f 1,2,3,6,7
echo "between files, without an archive:"
pa-search -k 1 --between said.tsv talk.tsv | cut -f 1,2,3,6,7
ls -d "${TMPDIR:-/tmp}"/pa-search-* 2>/dev/null || echo "nothing left behind"
pa-search --between said.tsv || echo "exit $?"
pa-search --between a.pai said.tsv || echo "exit $?"
pa-search --alignment --format trec a.pai said.tsv || echo "exit $?"
