# A folder without audio, and a name with an escape sequence: named, readable, one line.
mkdir empty
touch $'bad\n\e[31m.wav'
pa-tokenize empty $'bad\n\e[31m.wav' | wc -l
# A link that leads nowhere may be a folder on a disk that is not mounted.
mkdir top
cp audio/query.opus top
ln -s "$PWD/not-mounted" top/disk2
pa-tokenize top | wc -l
