# What is not archived, or has changed, in the order and the form in which it came.
for file in same touched changed longer 'odd name'; do echo "$file" >"$file.wav"; done
find . -name '*.wav' | sort >list
echo "-- no archive yet"
pa-index --missing a.pai <list | cmp - list
sed 's/$/\t1.00\t1/' list | pa-index a.pai
echo "-- all archived"
pa-index --missing -v a.pai <list
touch -d '2001-01-01' touched.wav
echo chaaged >changed.wav && touch -d '2001-01-01' changed.wav
echo more >>longer.wav
echo new >new.wav
echo "-- changed"
{ echo ./new.wav; cat list; printf './none.wav\nsame.wav\n\n'; } | pa-index --missing a.pai
echo "-- separated by NUL"
printf '%s\0' './odd name.wav' $'new\nline.wav' ./new.wav | pa-index --missing -0 a.pai | tr '\0' '|'
echo
pa-index --missing a.pai </dev/null
pa-index --missing list <list || echo "exit $?"
