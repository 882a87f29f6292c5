# A folder with one file that is no audio: it is named, the status tells, the others are archived.
mkdir folder
cp audio/talks/garden.opus audio/talks/weather.opus folder/
cp data/audio/text.wav folder/notes.wav
set +e
pa-tokenize folder 2>said | pa-index folder.pai
echo "exit ${PIPESTATUS[*]}"
cut -d : -f 1-2 said >&2
pa-index --dump folder.pai | tail -n +2 | cut -f 1,2
