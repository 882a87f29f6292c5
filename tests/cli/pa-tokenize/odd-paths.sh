# Spaces, a TAB, a newline, a leading '#', brackets, and bytes that are not UTF-8.
mkdir 'a folder' '[b,c]'
cp data/audio/whole.flac 'a folder/with space.flac'
cp data/audio/whole.flac $'tab\there.flac'
cp data/audio/whole.flac $'new\nline.flac'
cp data/audio/whole.flac '#first.flac'
cp data/audio/whole.flac '[b,c]/x.flac'
cp data/audio/whole.flac $'\xff.flac'
find . -name '*.flac' -print0 | sort -z | pa-tokenize -0 | tail -n +2 | cut -f 1,2
echo
pa-tokenize '#first.flac' '[b,c]' | tail -n +2 | cut -f 1,2
