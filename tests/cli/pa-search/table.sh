# For a person: aligned, with times, a bar for the score; in ASCII where the locale has no more; cut at
# the front where the display is too narrow, without the bar first.
pa-index a.pai data/strings.tsv
{ cat data/queries.tsv; printf 'nothing.wav\t1.00\t60 61\n'; } >queries.tsv
pa-search --format table a.pai queries.tsv | sed 's/E [0-9.e-]*  */E X  /'
echo "-- 44 columns"
COLUMNS=44 pa-search --format table -k 2 a.pai data/queries.tsv | sed 's/E [0-9.e-]*  */E X  /'
echo "-- UTF-8"
LC_ALL=C.UTF-8 pa-search --format table -k 3 a.pai data/queries.tsv | sed -n '4{s/E [0-9.e-]*  */E X  /;p}'
