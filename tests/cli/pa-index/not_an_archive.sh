# Neither a file nor a folder of other things becomes an archive.
echo text >file
mkdir music
touch music/song.wav
for archive in file music none/a.pai file/a.pai; do
  printf 'a\t1.00\t1\n' | pa-index $archive || echo "exit $?"
done
cat file
ls music
for archive in file music none; do
  pa-index --dump $archive || echo "exit $?"
done
