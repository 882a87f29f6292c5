# A file named, its folder, a path line, a NUL-separated path and its bytes give the same string.
pa-tokenize audio/talks/garden.opus | cut -f 2- >named
mkdir folder
cp audio/talks/garden.opus folder/
pa-tokenize folder | cut -f 2- | cmp - named
echo folder/garden.opus | pa-tokenize | cut -f 2- | cmp - named
printf 'folder/garden.opus\0' | pa-tokenize -0 | cut -f 2- | cmp - named
pa-tokenize - <folder/garden.opus | cut -f 2- | cmp - named
cat folder/garden.opus | pa-tokenize - | cut -f 2- | cmp - named
pa-tokenize -- - <folder/garden.opus | tail -n 1 | cut -f 1,2
pa-tokenize audio/talks | tail -n +2 | cut -f 1
