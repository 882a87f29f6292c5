# Curves of a training, also while its last line is being written; a line cut within is named.
cat >log <<'END'
{"event": "start", "stage": "geometric", "step": 0, "command": "pa-train", "recipe": {}}
{"event": "step", "stage": "geometric", "step": 20, "steps": 80, "loss": 5.0, "agreement": 0.1, "learning_rate": 0.001, "view_share": 0.2}
{"event": "step", "stage": "geometric", "step": 40, "steps": 80, "loss": 3.0, "agreement": 0.4, "learning_rate": 0.002, "view_share": 0.2}
{"event": "validation", "stage": "geometric", "step": 40, "agreement": 0.3, "tokenizers": {"vq": {"edit_similarity": 0.5, "tokens_per_second": 30.1}}}
{"event": "step", "stage": "geometric", "step": 60, "steps": 80, "loss": 2.0, "agre
END
pa-stats --log log
pa-stats -v --log - <log | grep view_share
pa-stats --log log --format json
pa-stats --log log --format svg | python3 -c '
import sys, xml.etree.ElementTree as tree
for text in tree.parse(sys.stdin.buffer).iter("{http://www.w3.org/2000/svg}text"):
    if text.get("font-weight") == "bold":
        print(text.text)'
head -n 1 log | pa-stats --log -
echo '{"event": "end", "model": "0123456789abcdef"}' >>log
pa-stats --log log 2>&1 | head -n 2
pa-stats --log data/strings.tsv || echo "exit $?"
pa-stats --log /dev/null || echo "exit $?"
pa-stats --log absent || echo "exit $?"
