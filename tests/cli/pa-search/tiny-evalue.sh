# E-values below the smallest normal number, down to 0, are numbers in every format.
awk 'BEGIN {
  x = 1
  for (i = 0; i < 60; ++i) {
    printf "%d.wav\t9.00\t", i
    for (j = 0; j < 160 + 2 * i; ++j) {
      x = (x * 16807) % 2147483647
      printf "%s%d", j ? " " : "", x % 499
    }
    print ""
  }
}' >long.tsv
pa-index a.pai long.tsv
pa-search -k 1 a.pai long.tsv | cut -f 5 >tsv
pa-search -k 1 --format jsonl a.pai long.tsv | sed 's/.*"evalue":\(.*\)}/\1/' >jsonl
wc -l <jsonl
grep -c 'e-3[12]' tsv | sed 's/^[1-9].*/some are below the smallest normal number/'
diff tsv jsonl && echo both say the same
