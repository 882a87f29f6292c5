# A stream that was cut short may end within a string, which then looks like a whole one: a warning tells.
printf '#pairalign 1 vocab=512\na\t3.00\t1 2\nb\t3.00\t1 2 3' | pa-index a.pai
pa-index --dump a.pai
echo '# JSON that is complete is whole'
printf '{"key":"c","tokens":[5]}' | pa-index -v a.pai
echo "-- its recording is missing until the whole string comes"
echo audio >speech.wav
printf 'speech.wav\t9.00\t1 2 3 4' | pa-index c.pai 2>/dev/null
echo speech.wav | pa-index --missing c.pai
printf 'speech.wav\t9.00\t1 2 3 45 6\n' | pa-index c.pai
echo speech.wav | pa-index --missing c.pai
