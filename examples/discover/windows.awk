# Strings with the starts of their tokens -> strings of windows of them, with media fragments as keys.
# Left out are silence, hum and trailing sounds, whose strings are long tokens or the same ones again and again.
BEGIN {
  FS = OFS = "\t"
  length_ = 14; hop = 5       # tokens: about 1.1 s, 0.4 s
  longest = 1.6               # s; longer windows hold a pause
  least_different = 10        # of the tokens
}
/^#/ { print; next }
NF >= 4 {
  count = split($3, token, " ")
  split($4, start, " ")
  start[count + 1] = 1000 * $2
  for (first = 1; first + length_ - 1 <= count; first += hop) {
    end = first + length_
    seconds = (start[end] - start[first]) / 1000
    if (seconds > longest) continue
    delete seen
    different = 0
    tokens = starts = ""
    for (i = first; i < end; ++i) {
      if (!(token[i] in seen)) ++different
      seen[token[i]]
      tokens = tokens (i > first ? " " : "") token[i]
      starts = starts (i > first ? " " : "") start[i] - start[first]
    }
    if (different < least_different) continue
    printf "%s#t=%.2f,%.2f\t%.2f\t%s\t%s\n", $1, start[first] / 1000, start[end] / 1000, seconds, tokens, starts
  }
}
