#!/usr/bin/env python3
"""How many of the pairs that examples/discover finds are the same words.

  pair_precision.py PAIRS words.ctm

PAIRS holds lines of `KEY#t=a,b TAB KEY#t=c,d`; words.ctm gives the times of words of some of the
recordings (recording 1 start duration word), named by the end of a key without its extension. A word
counts as inside a place if its middle is. A pair is right if both places hold a word that is the same and
that both say at the same distance from the beginning, within a third of a second; a pair is judged only if
words are known inside both places. Chance is what the same places give when they are paired anew, at
random. Words that the CTM leaves out count for nothing, so the share is a lower bound.
"""

import collections
import pathlib
import random
import re
import sys

TOLERANCE_S = 0.33


def read_words(path):
    words = collections.defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            recording, _, start, duration, word, *_ = line.split()
            words[recording].append((float(start) + float(duration) / 2, word))
    return words


def place(text):
    key, start, end = re.fullmatch(r"(.*)#t=([0-9.]+),([0-9.]+)", text).groups()
    return str(pathlib.PurePath(key).with_suffix("")), float(start), float(end)


def words_inside(words, found, names):
    """[(time after the beginning of the place, word)]; None where the recording has no labels."""
    key, start, end = found
    parts = key.split("/")
    recording = names.setdefault(key, next((name for name in ("/".join(parts[i:]) for i in range(len(parts)))
                                            if name in words), None))
    return recording and [(middle - start, word) for middle, word in words[recording] if start <= middle < end]


def same(a, b):
    return any(word == other and abs(time - other_time) <= TOLERANCE_S
               for time, word in a for other_time, other in b)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    words, names = read_words(sys.argv[2]), {}
    pairs = [tuple(map(place, line.rstrip("\n").split("\t")[:2]))
             for line in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
    inside = [tuple(words_inside(words, found, names) for found in pair) for pair in pairs]
    judged = [pair for pair in inside if pair[0] and pair[1]]
    if not judged:
        sys.exit("pair_precision: no pair with words in both places")
    others = [b for _, b in judged]
    random.Random(1).shuffle(others)
    right = [pair for pair in judged if same(*pair)]
    types = collections.Counter(" ".join(sorted({word for _, word in a} & {word for _, word in b})) for a, b in right)
    seconds = sum(end - start for pair in pairs for _, start, end in pair) / 2 / max(len(pairs), 1)
    print(f"pairs\t{len(pairs)}\nmean seconds\t{seconds:.2f}\njudged\t{len(judged)}\n"
          f"right\t{len(right)}\t{len(right) / len(judged):.3f}\n"
          f"by chance\t{sum(same(a, b) for (a, _), b in zip(judged, others)) / len(judged):.3f}\n"
          f"different words\t{len(types)}\nmost frequent\t{', '.join(f'{term} {n}' for term, n in types.most_common(8))}")


if __name__ == "__main__":
    main()
