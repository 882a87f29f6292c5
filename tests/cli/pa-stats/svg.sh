# One well-formed document a call, whatever there is to draw; headings tell what that is.
headings() {
  python3 -c '
import sys, xml.etree.ElementTree as tree
svg = "{http://www.w3.org/2000/svg}"
root = tree.parse(sys.stdin.buffer).getroot()
assert root.tag == svg + "svg" and root.find(svg + "rect").get("fill") == "#ffffff"
for text in root.iter(svg + "text"):
    if text.get("font-weight") == "bold":
        print(text.text)
print("no data:", sum(text.text == "no data" for text in root.iter(svg + "text")))
'
}
pa-stats --format svg data/strings.tsv >picture
pa-stats --format svg data/strings.tsv | cmp - picture
headings <picture
echo
odd=$(printf 'a<b>&"c" \xff\x01')
cp data/strings.tsv "$odd"
pa-stats --format svg data/strings.tsv --pairs "$odd" --against "$odd" | headings
echo
printf 'q 0 a 1\nq 0 b 1\nq 0 c 1\nr 0 a 1\n' >qrels
printf 'q Q0 a 1 0.9 tag\nq Q0 x 2 0.8 tag\nq Q0 b 3 0.7 tag\n' | pa-stats --qrels qrels --format svg | headings
echo
pa-stats --format svg /dev/null | headings
echo
printf 'one\t1.00\t1 2 3\n' | pa-stats --format svg | headings
