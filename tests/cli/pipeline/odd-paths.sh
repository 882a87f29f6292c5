# Spaces, a TAB, a newline and a leading '#' in paths survive the whole way.
mkdir 'a folder'
cp audio/talks/garden.opus 'a folder/with space.opus'
cp audio/talks/weather.opus $'tab\there.opus'
cp audio/talks/railway.opus $'new\nline.opus'
cp audio/talks/museum.opus '#first.opus'
printf '%s\0' '#first.opus' 'a folder/with space.opus' $'new\nline.opus' $'tab\there.opus' |
  pa-tokenize -0 | pa-index odd.pai
pa-index --dump odd.pai | tail -n +2 | cut -f 1,2
pa-index --dump odd.pai | pa-search -k 1 odd.pai | cut -f 1,2 | sed -E 's/#t=.*//'
