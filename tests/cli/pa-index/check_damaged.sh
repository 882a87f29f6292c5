# A changed byte is found in the section where it is, and the other segment's fault is named too.
printf 'key-one\t1.00\t1\n' | pa-index a.pai
printf 'key-two\t1.00\t1\n' | pa-index a.pai
sed -i 's/key-one/kez-one/' a.pai/segment-000001
truncate -s -1 a.pai/segment-000002
pa-index --check a.pai
