# Differences of two runs; queries of one term are drawn together.
cat >qrels <<'END'
q1 0 a 1
q2 0 b 1
q3 0 c 1
END
cat >run <<'END'
q1 Q0 a 1 0.9 tag
q2 Q0 b 1 0.9 tag
q3 Q0 x 1 0.9 tag
q3 Q0 c 2 0.5 tag
END
cat >other <<'END'
q1 Q0 x 1 0.9 tag
q1 Q0 a 2 0.8 tag
q2 Q0 x 1 0.9 tag
q2 Q0 b 2 0.8 tag
q3 Q0 x 1 0.9 tag
q3 Q0 c 2 0.5 tag
END
printf 'query\tterm\nq1\tone\nq2\tone\nq3\tthree\n' >terms
pa-stats --qrels qrels run --against other | sed -n '/against/,$p'
pa-stats --qrels qrels run --against other --terms terms | grep -e terms -e MAP
pa-stats --qrels qrels run --against other --terms terms --format json | grep -o '"terms":[0-9]*,"map":{[^}]*}'
pa-stats --qrels qrels run --against run | grep 'MRR .*\['
echo q1 >terms
pa-stats --qrels qrels run --against other --terms terms || echo "exit $?"
pa-stats --qrels qrels run --terms terms || echo "exit $?"
