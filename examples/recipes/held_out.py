"""Words that no natural pair may hold, so that what is found of them says how well training generalises."""

import hashlib


def held_out(word):
    """`word` in lower case."""
    return int(hashlib.md5(word.encode()).hexdigest(), 16) % 4 == 0
