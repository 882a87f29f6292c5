#!/usr/bin/env bash
# examples/dataset-report on splits with a leak, an unreadable file and an odd name.
. "$(dirname "$0")/check.sh"
needs python3
report=$examples/dataset-report/report.py

mkdir -p 'my & audio/train' 'my & audio/test'
cp "$talks"/*.opus 'my & audio/train/'
cp "$talks/garden.opus" 'my & audio/test/<garden>.opus'
cp "$talks/harbour.opus" 'my & audio/test/'
mv 'my & audio/train/kitchen.opus' 'my & audio/test/'
head -c 100 "$talks/kitchen.opus" >'my & audio/train/broken.flac'
status=0
"$report" --by '([a-z]*)>?[.]opus' --split folder:2 'my & audio' out >printed 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "with a broken file: $status, $(cat printed)"
has printed '^out/index.html: 15 recordings, 1 damaged$'
[ "$(grep -vc '^#' out/strings.tsv)" -eq 14 ] || fail 'not the strings of all recordings'
[ "$(wc -l <out/audio.jsonl)" -eq 15 ] || fail 'not a row for each recording'
has out/failures.txt 'broken.flac'

# The page is well formed, holds what it is to hold, and loads nothing.
python3 - out/index.html >texts <<'END'
import html.parser
import re
import sys
import xml.dom.minidom

page = open(sys.argv[1], encoding="utf-8").read()
plots = re.findall("<svg.*?</svg>", page, re.S)
for plot in plots:
    xml.dom.minidom.parseString(plot)
assert not re.search(r'\b(src|href)=|@import|url\(', page), "loads something"

class Page(html.parser.HTMLParser):
    VOID = {"meta"}

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if data.strip() and "style" not in self.open:
            print(data.strip())

parser = Page()
parser.feed(page)
assert parser.open == [], parser.open
print(f"{len(plots)} plots")
END
has texts '^my & audio$'
has texts '^my & audio/test/<garden>\.opus$'
has texts '^Minutes by group$'
has texts '^Signal-to-noise ratio$'
has texts '^Token rate$'
has texts '^Vocabulary$'
has texts '^damaged$'
has texts '^2 of 2 pairs are in two splits'
sed -n '/^Near-duplicates$/,/^Token strings$/p' texts | grep -cE 'garden|harbour' >leaks
same leaks <<'END'
4
END

# Without groups and splits it is the same page, of one colour; nothing readable is an error.
"$report" "$talks" plain >printed
has printed '^plain/index.html: 12 recordings, 0 damaged$'
mkdir none
cp 'my & audio/train/broken.flac' none/
status=0
"$report" none empty >printed 2>&1 || status=$?
[ "$status" -ne 0 ] || fail 'nothing readable: status 0'
has printed 'no recording could be read'
