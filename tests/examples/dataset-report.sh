#!/usr/bin/env bash
# examples/dataset-report on a folder with a near-duplicate, an unreadable file and an odd name.
. "$(dirname "$0")/check.sh"
needs python3
report=$examples/dataset-report/report.sh

mkdir -p 'my & audio'
cp "$talks"/*.opus 'my & audio/'
cp "$talks/garden.opus" 'my & audio/<garden>.opus'
head -c 100 "$talks/kitchen.opus" >'my & audio/broken.flac'
status=0
"$report" 'my & audio' out >printed 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "with a broken file: $status"
has printed '^out/index.html: 13 recordings, 1 not readable$'
[ "$(grep -vc '^#' out/strings.tsv)" -eq 13 ] || fail 'not the strings of all recordings'
has out/failures.txt 'broken.flac'

# The page is well formed, and holds what it is to hold.
python3 - out >cells <<'END'
import html.parser
import sys
import xml.dom.minidom

xml.dom.minidom.parse(sys.argv[1] + "/figures.svg")

class Page(html.parser.HTMLParser):
    VOID = {"meta", "img"}
    OPTIONAL = {"html"}

    def __init__(self):
        super().__init__()
        self.open, self.text = [], ""

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "img":
            assert dict(attributes)["src"] == "figures.svg"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if "td" in self.open or "h2" in self.open or "h1" in self.open:
            print(data.strip())

page = Page()
page.feed(open(sys.argv[1] + "/index.html", encoding="utf-8").read())
assert page.open == [], page.open
END
has cells '^Recordings of my & audio$'
has cells '^my & audio/<garden>\.opus$'
has cells '^Could not be read$'
grep -A 2 -x 'opus' cells | sed -n 2p >opus
same opus <<'END'
13
END
sed -n '/^Near-duplicates$/,/^All figures$/p' cells | grep -c 'garden' >pairs
same pairs <<'END'
2
END

# Lists are sorted: the shortest recording is the first of its list, the longest of its own.
first_of() { sed -n "/^$1\$/,\$p" cells | sed -n 2p; }
shortest=$(grep -v '^#' out/strings.tsv | sort -t $'\t' -k 2,2n | sed -n 1p | cut -f 1)
longest=$(grep -v '^#' out/strings.tsv | sort -t $'\t' -k 2,2nr | sed -n 1p | cut -f 1)
[ "$(first_of Shortest)" = "$shortest" ] || fail "shortest: $(first_of Shortest)"
[ "$(first_of Longest)" = "$longest" ] || fail "longest: $(first_of Longest)"

mkdir none
cp 'my & audio/broken.flac' none/
status=0
"$report" none empty >printed 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "nothing readable: $status"
has printed 'no recording could be read'
