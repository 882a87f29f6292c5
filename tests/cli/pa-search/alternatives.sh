# With soft costs, what may stand in place of a query's token counts as much as it is likely.
bash data/soft-model >model
printf 'x.wav\t1.00\t1\n' | sed '1i #pairalign 1 model=0000000000000000 tokenizer=vq vocab=64' | pa-index -q foreign.pai
id=$(pa-search --cost soft --model ./model foreign.pai 2>&1 | sed 's/.*this is model \([0-9a-f]*\),.*/\1/')
{
  echo "#pairalign 1 model=$id tokenizer=vq vocab=64"
  printf 'seven.wav\t1.00\t7 7 7 7 7 7\n'
  printf 'nine.wav\t1.00\t9 9 9 9 9 9\n'
} | pa-index -q a.pai
soft() { pa-search --cost soft --model ./model -k 0 "$@" | cut -f 1,2,4; }
query() { printf '%s\t1.00\t3 3 3 3 3 3\t\t%s\n' "$1" "$2 $2 $2 $2 $2 $2"; }
echo "nothing resembles the query but its alternatives:"
printf 'plain\t1.00\t3 3 3 3 3 3\n' | soft a.pai || echo "exit $?"
{
  query itself 3:1
  query seven 7:1
  query rather-nine 9:600,7:400
} | soft a.pai
echo "renderings, alignment, JSON, unit costs:"
{
  query both 9:1
  query both 7:1
} | soft --fuse a.pai
query seven 7:1 | pa-search --cost soft --model ./model --alignment a.pai | cut -f 1,2,6
printf '{"key":"seven","tokens":[3,3,3,3,3,3],"alternatives":[[[[7,1]]],[[[7,1]]],[[[7,1]]],[[[7,1]]],[[[7,1]]],[[[7,1]]]]}\n' | soft a.pai
query seven 7:1 | pa-search a.pai || echo "exit $?"
echo "faults:"
query long 64:1 | pa-search --cost soft --model ./model a.pai || echo "exit $?"
printf 'short\t1.00\t3 3\t\t3:1\n' | pa-search --cost soft --model ./model a.pai || echo "exit $?"
