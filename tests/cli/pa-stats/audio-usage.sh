python3 data/signals.py clips
for arguments in "--flag data/strings.tsv" "--quick data/strings.tsv" "--format tsv data/strings.tsv" \
  "--pairs x clips" "--flag --format tsv clips" "--limit snr clips" "--limit loud=1 clips" \
  "--by folder:x clips" "--by ( clips" "--qrels x --by folder" \
  "--manifest x clips" "-0 clips"; do
  pa-stats $arguments >out || echo "exit $?"
  cat out
done
