# Hits of windows -> pairs `KEY#t=a,b TAB KEY#t=c,d` of places in different recordings, each once.
# Hits of windows that overlap, at the same distance in the same recording, become one longer pair.
BEGIN { FS = OFS = "\t"; longest = 1.8; drift = 0.2 }
{
  at = match($1, /#t=[0-9.]+,[0-9.]+$/); key = substr($1, 1, at - 1); split(substr($1, at + 3), a, ",")
  at = match($2, /#t=[0-9.]+,[0-9.]+$/); other = substr($2, 1, at - 1); split(substr($2, at + 3), b, ",")
  if (key == other || key > other) next   # the pair is found from its other end too
  pair = key OFS other
  if (pair in a_end && a[1] < a_end[pair] && a[2] - a_start[pair] <= longest &&
      b[2] > b_start[pair] && b[2] - b_start[pair] <= longest &&
      (b[1] - a[1]) - (b_start[pair] - a_start[pair]) < drift &&
      (b_start[pair] - a_start[pair]) - (b[1] - a[1]) < drift) {
    if (a[2] > a_end[pair]) a_end[pair] = a[2]
    if (b[2] > b_end[pair]) b_end[pair] = b[2]
    next
  }
  if (pair in a_end) flush(pair)
  a_start[pair] = a[1] + 0; a_end[pair] = a[2] + 0; b_start[pair] = b[1] + 0; b_end[pair] = b[2] + 0
}
function flush(pair,   keys) {
  split(pair, keys, FS)
  printf "%s#t=%.2f,%.2f\t%s#t=%.2f,%.2f\n", keys[1], a_start[pair], a_end[pair], keys[2], b_start[pair], b_end[pair]
}
END { for (pair in a_end) flush(pair) }
