# Entropy coding holds the same records in less room, is kept by later appends and by --merge, and left by --pack fixed.
for i in $(seq 400); do
  printf 'k%03d\t3.00\t' $i
  for j in $(seq 40); do echo -n $(((i * j * j / 7) % 5 * 100))' '; done | sed 's/ $/\n/'
done >in.tsv
bytes() { pa-index --info --format json $1 | grep -m1 "\"$2\":" | tr -dc 0-9.; }
pa-index fixed.pai in.tsv
head -n 200 in.tsv | pa-index --pack entropy a.pai
tail -n 200 in.tsv | pa-index a.pai
for step in 'appended' 'merged' 'fixed again'; do
  case $step in
    merged) pa-index --merge a.pai ;;
    fixed*) pa-index --merge --pack fixed a.pai ;;
  esac
  pa-index --dump a.pai | cmp - in.tsv
  pa-index --check a.pai
  awk -v a=$(bytes a.pai tokens) -v ratio=$(bytes a.pai bits_per_token) -v step="$step" \
    'BEGIN { print step ":", a, "tokens,", ratio < 4 ? "less than 4 bits each" : ratio " bits each" }'
done
grep -c '"pack"' a.pai/manifest || true
