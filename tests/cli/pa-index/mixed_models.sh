# Another model, tokenizer or vocabulary than the archive's is refused, the next input is not.
header() { echo "#pairalign 1 model=$1 tokenizer=$2 vocab=$3"; }
{ header aaaaaaaaaaaaaaaa vq 512; printf 'a\t1.00\t1\n'; } >one.tsv
{ header bbbbbbbbbbbbbbbb vq 512; printf 'b\t1.00\t1\n'; } >two.tsv
{ header aaaaaaaaaaaaaaaa dpvq 512; printf 'c\t1.00\t1\n'; } >three.tsv
{ header aaaaaaaaaaaaaaaa vq 512; printf 'd\t1.00\t1\n'; } >four.tsv
pa-index a.pai one.tsv two.tsv three.tsv four.tsv || echo "exit $?"
pa-index --dump a.pai
