printf 'good\t1.00\t3 4\nbad\t1.00\t3 x\n' >strings
pa-stats strings absent | head -n 4
printf 'q 0 a\n' >qrels
pa-stats --qrels qrels strings || echo "exit $?"
printf 'q 0 a 0\n' >qrels
pa-stats --qrels qrels /dev/null || echo "exit $?"
printf 'twice\t1.00\t1\ntwice\t1.00\t1\n' >twice
pa-stats strings --pairs twice || echo "exit $?"
pa-stats strings --against absent || echo "exit $?"
pa-stats strings --pairs absent || echo "exit $?"
