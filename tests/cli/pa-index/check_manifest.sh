printf 'a\t1.00\t1\n' | pa-index a.pai
sed -i 's/"records":1/"records":2/' a.pai/manifest
pa-index --check a.pai || echo "exit $?"
pa-index --dump a.pai
