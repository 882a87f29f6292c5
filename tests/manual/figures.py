"""usage: figures.py DOCUMENT...: the metrics of the tokenizers in tables of documents are those of the
recorded run, docs/results.json (`make record`). Looks at the columns named after a tokenizer, whose
numbers must be, at their precision, among what was recorded of it. 77: no run is recorded."""
import json
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
recorded = root / "docs" / "results.json"
if not recorded.exists():
    sys.exit(77)

TOKENIZERS = ("vq", "dpvq", "pairalign")
NUMBER = re.compile(r"(?<![\w.])(\d[\d,]*\.?\d*|\.\d+)( %)?")


def numbers(value):
    if isinstance(value, dict):
        for member in value.values():
            yield from numbers(member)
    elif isinstance(value, list):
        for member in value:
            yield from numbers(member)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield float(value)


def rows_of(value, tokenizer):
    """All that stands in rows of this name: "vq", "vq soft", ..."""
    if isinstance(value, dict):
        for name, member in value.items():
            if re.split(r"\W", name)[0] == tokenizer:
                yield from numbers(member)
            else:
                yield from rows_of(member, tokenizer)


def tables(text):
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.M):
        rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in block.splitlines()]
        yield rows[0], rows[2:]


run = json.loads(recorded.read_text())
known = {tokenizer: sorted(set(rows_of(run, tokenizer))) for tokenizer in TOKENIZERS}
compared, wrong = 0, []
for document in sys.argv[1:]:
    for head, rows in tables((root / document).read_text()):
        for column, title in enumerate(head):
            tokenizer = title.strip("*`")
            if tokenizer not in TOKENIZERS:
                continue
            for row in rows:
                for number, percent in NUMBER.findall(row[column] if column < len(row) else ""):
                    digits = len(number.partition(".")[2])
                    wanted = f"{float(number.replace(',', '')):.{digits}f}"
                    scale = 100 if percent else 1
                    compared += 1
                    if not any(f"{scale * value:.{digits}f}" == wanted for value in known[tokenizer]):
                        wrong.append(f"{document}: {row[0]}, {tokenizer}: {number}{percent}")
if wrong or compared == 0:
    print(f"{compared} numbers compared; not in docs/results.json:", *wrong, sep="\n")
    sys.exit(1)
