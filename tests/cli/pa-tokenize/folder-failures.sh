# A folder without audio, and a name with an escape sequence: named, readable, one line.
mkdir empty
touch $'bad\n\e[31m.wav'
pa-tokenize empty $'bad\n\e[31m.wav' | wc -l
