# An archive without records is one still; nothing to remove is nothing done; without an archive it is a fault.
printf 'a\t1.00\t1\n' | pa-index a.pai
echo a | pa-index --remove a.pai
pa-index --dump a.pai
pa-index --info a.pai | grep -e segments -e '^records'
pa-index --remove a.pai </dev/null
echo a | pa-index --remove none.pai || echo "exit $?"
ls
