#!/usr/bin/env python3
"""What bash, zsh and fish offer with the completions of this project, asked of the shells themselves."""
import argparse
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

# What is typed; what must be offered; what must not.
CASES = [
    ("pa-tokenize --tok", ["--tokenizer"], ["--times"]),
    ("pa-tokenize --tokenizer ", ["pairalign", "vq", "dpvq"], ["notes.txt"]),
    ("pa-tokenize --format=js", ["jsonl"], ["tsv"]),
    ("pa-tokenize --model ", ["default", "mine.safetensors"], ["notes.txt"]),
    ("pa-tokenize ", ["a talk.FLAC", "speech.wav", "folder/"], ["notes.txt", "mine.safetensors"]),
    ("pa-tokenize folder/", ["folder/deep.opus"], ["folder/deep.txt"]),
    ("pa-tokenize --skip ", ["talks.pai/"], ["notes.txt", "speech.wav"]),
    ("pa-index --pack en", ["entropy"], ["fixed"]),
    ("pa-index ta", ["talks.pai/"], ["tables.tsv"]),
    ("pa-index talks.pai ta", ["tables.tsv"], []),
    ("pa-search talks.pai --cost ", ["unit", "soft"], ["talks.pai/"]),
    ("pa-search ta", ["talks.pai/", "tables.tsv"], []),
    ("pa-rerank --format ", ["tsv", "jsonl", "trec", "table"], ["tables.tsv"]),
    ("pa-rerank ta", ["tables.tsv"], []),
    ("pa-stats --format ", ["text", "json", "svg", "tsv", "jsonl"], ["tables.tsv"]),
    ("pa-stats --log tab", ["tables.tsv"], []),
    ("pa-train --recipe ", ["recipe.json"], ["notes.txt"]),
    ("pa-train --noise ", ["folder/"], ["speech.wav"]),
    ("pa-train --stage fix", ["fixed-teacher"], ["geometric"]),
]
FILES = ["a talk.FLAC", "speech.wav", "notes.txt", "mine.safetensors", "recipe.json", "tables.tsv",
         "folder/deep.opus", "folder/deep.txt", "talks.pai/manifest"]

BASH = r"""
for file in "$COMPLETIONS"/bash/*.bash; do source "$file"; done
while IFS= read -r line; do
  # As readline splits a line: at blanks, and around each =.
  words=${line//=/ = }
  read -ra COMP_WORDS <<<"$words"
  [[ $line == *[\ =] ]] && COMP_WORDS+=('')
  [[ $line == *= ]] && unset 'COMP_WORDS[-1]'
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
  "_${COMP_WORDS[0]//-/_}"
  for reply in "${COMPREPLY[@]}"; do
    if [[ -d $reply ]]; then echo "$reply/"; else echo "$reply"; fi
  done
  echo .
done
"""
FISH = r"""
for file in $COMPLETIONS/fish/*.fish
    source $file
end
while read -l line
    complete -C "$line"
    echo .
end
"""


def answers(shell, environment, folder):
    """The words that `shell` offers for each case."""
    command = {"bash": ["bash", "--norc", "-c", BASH], "fish": ["fish", "--no-config", "-c", FISH],
               "zsh": ["zsh", "-f", os.path.join(HERE, "offers.zsh")]}[shell]
    typed = "".join(line + "\n" for line, _, _ in CASES)
    process = subprocess.run(command, input=typed, cwd=folder, env=environment, text=True,
                             stdout=subprocess.PIPE, timeout=120, check=True)
    offered = process.stdout.split("\n.\n") if process.stdout != "" else []
    if process.stdout.startswith(".\n"):
        offered = [""] + process.stdout[2:].split("\n.\n")
    return [[word.split("\t")[0].replace("\\", "") for word in reply.split("\n") if word]
            for reply in offered]


def check(shell, environment, folder):
    offered = answers(shell, environment, folder)[:len(CASES)]
    if len(offered) != len(CASES):
        print(f"{shell}: {len(offered)} answers to {len(CASES)} lines")
        return 1
    failures = 0
    for (line, wanted, unwanted), words in zip(CASES, offered):
        # An option with = is completed as a whole by some shells, its value alone by others.
        words = [word.split("=", 1)[1] if word.startswith("--") and word.find("=") not in
                 (-1, len(word) - 1) else word.rstrip("= ") for word in words]
        missing = [word for word in wanted if word not in words and word.rstrip("/") not in words]
        surplus = [word for word in unwanted if word in words]
        if missing or surplus:
            failures += 1
            print(f"{shell}: '{line}': missing {missing}, not wanted {surplus}, offered {words}")
    print(f"{shell}: {len(CASES) - failures} of {len(CASES)} as expected")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder of the tools")
    parser.add_argument("--completions", required=True, help="folder of the completions")
    parser.add_argument("shell", choices=["bash", "zsh", "fish"])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as home:
        for name in FILES:
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            open(path, "w", encoding="utf-8").close()
        environment = dict(os.environ, HOME=home, COMPLETIONS=os.path.abspath(arguments.completions),
                           PATH=os.path.abspath(arguments.bin) + ":" + os.environ["PATH"])
        return 1 if check(arguments.shell, environment, folder) else 0


if __name__ == "__main__":
    sys.exit(main())
