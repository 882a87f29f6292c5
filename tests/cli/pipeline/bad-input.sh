# What is no file of the right kind, given to each tool where it wants one: a message and status 2.
export PAIRALIGN_FFMPEG= # what it says depends on its version
mkdir folder
mkfifo pipe
: >empty
head -c 3000 /dev/zero >zeros
tool() { timeout 20 "$@" >out </dev/null || echo "$1 exit $?"; }
pa-tokenize audio/query.opus >strings
pa-index a.pai strings
echo '# audio, and a model'
for input in folder empty zeros; do tool pa-tokenize $input; done
for model in folder empty zeros pipe strings; do tool pa-tokenize --model ./$model audio/query.opus; done
# A length of the header that is longer than the file; one that is shorter than the JSON; and numbers
# of tensors that no file could hold.
{ printf '\377\377\377\377\377\377\377\177'; head -c 100 /dev/zero; } >lie
tool pa-tokenize --model ./lie audio/query.opus
printf '\2\0\0\0\0\0\0\0{"a":1}' >lie
tool pa-tokenize --model ./lie audio/query.opus
printf '\110\0\0\0\0\0\0\0{"t":{"dtype":"F32","shape":[1e300],"data_offsets":[0,1e300]}}          ' >lie
tool pa-tokenize --model ./lie audio/query.opus
echo '# records'
for input in folder zeros; do
  tool pa-index b.pai $input
  tool pa-search a.pai $input
  tool pa-stats $input
done
echo '# archives'
for archive in empty zeros pipe folder; do
  tool pa-index --dump $archive
  tool pa-search $archive strings
  tool pa-index --check $archive
done
tool pa-index zeros strings
tool pa-tokenize --skip zeros audio/query.opus
echo '# recipes and checkpoints'
for recipe in folder empty zeros; do tool pa-train --print-recipe --recipe $recipe; done
cp zeros m.checkpoint
tool pa-train --resume -o m audio/talks
tool pa-train -o folder audio/talks
tool pa-train -o pipe audio/talks
echo '# pipes with something in them are as good as files'
cat audio/query.opus >pipe &
tool pa-tokenize pipe
wait
tail -n +2 out | cut -f 1
cat strings >pipe &
tool pa-index c.pai pipe
wait
pa-index --dump c.pai | cmp - strings
mkfifo folder/sound.wav
tool pa-tokenize folder
ls
