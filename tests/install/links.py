"""usage: links.py PREFIX: every relative link of the installed documents leads to a file, and so does
every path below share/ that a manual page names."""
import pathlib
import re
import sys

prefix = pathlib.Path(sys.argv[1])
missing, links = [], 0


def check(source: pathlib.Path, target: pathlib.Path) -> None:
    global links
    links += 1
    if not target.exists():
        missing.append(f"{source.relative_to(prefix)}: {target}")


for document in sorted(prefix.glob("share/**/*.md")):
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.S | re.M)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path = link.split("#")[0]
        if path and "://" not in path and not path.startswith("mailto:"):
            check(document, document.parent / path)
for page in sorted(prefix.glob("share/man/**/*.[1-8]")):
    text = page.read_text().replace("\\-", "-")
    for path in re.findall(r"share/pairalign/[\w./-]*\w", text):
        check(page, prefix / path)

if missing or links < 20:
    print(f"{links} links looked at; these lead nowhere:", *missing, sep="\n")
    sys.exit(1)
