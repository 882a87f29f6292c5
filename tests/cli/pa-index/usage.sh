printf 'a\t1.00\t1\n' | pa-index a.pai
for options in '--dump --info' '--dump x.tsv' '--check --input-format tsv' '--format json' \
  '--dump --format text' '--info --format tsv' '--input-format xml' '--remove --merge' \
  '--missing --salvage x.pai' '--salvage x.pai y.pai' '--remove x' '-0' '--merge -0' '--dump --pack fixed' \
  '--pack zip' '--salvage' '--wait nan' '--commit-every 0,5'; do
  pa-index a.pai $options </dev/null || echo "exit $?"
done
pa-index || echo "exit $?"
ls
