# The figures of a run worked out by hand: AP 1/1 and (1/2 + 2/3) / 3; x is left out for q1.
cat >qrels <<'END'
q1 0 a 2
q1 0 x -1
q2 0 a 1
q2 0 b 1
q2 0 c 1
q3 0 a 0
END
cat >run <<'END'
q1 Q0 x 1 0.9 tag
q1 Q0 a 2 0.8 tag
q2 Q0 x 1 0.9 tag
q2 Q0 b 3 0.5 tag
q2 Q0 a 2 0.5 tag
END
pa-stats -v --qrels qrels run
pa-stats --format json --qrels qrels <run
pa-stats --qrels qrels run --min-relevance 2 | head -n 4
