# A result does not wait for the end of the path list: the pipe stays open while it is read.
mkfifo paths
pa-tokenize -j 2 <paths >out &
exec 3>paths
echo audio/query.opus >&3
for ((i = 0; i < 300; i++)); do
  [ "$(wc -l <out)" -eq 2 ] && break
  sleep 0.1
done
wc -l <out
exec 3>&-
wait
