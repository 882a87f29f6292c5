# An archive whose manifest is lost is refused by whatever would write to it, and loses nothing; its records can be saved.
printf 'a\t1.00\t1\nb\t1.00\t2\n' | pa-index a.pai
rm a.pai/manifest
sum() { cat a.pai/segment-* | md5sum; }
sum >before
printf 'c\t1.00\t3\n' | pa-index a.pai || echo "append: exit $?"
pa-index a.pai </dev/null || echo "empty append: exit $?"
pa-index --merge a.pai || echo "merge: exit $?"
echo a | pa-index --remove a.pai || echo "remove: exit $?"
echo a | pa-index --missing a.pai || echo "missing: exit $?"
sum | cmp - before
pa-index --salvage saved.pai a.pai
pa-index --dump saved.pai
