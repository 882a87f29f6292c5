#!/usr/bin/env python3
"""Recognises English speech without transcripts and prints when its words were said, for `pa-train --words`.

  recognise-words.py TRAIN librispeech >recognised.ctm
  cat TRAIN/words.ctm recognised.ctm >words.ctm

Recognises all audio in these folders of TRAIN with pocketsphinx (Debian: python3-pocketsphinx, pocketsphinx-en-us, ffmpeg),
in a fifth of its duration on one core, and prints words whose posterior probability is at least --confidence as lines of a
NIST CTM. Held-out words are left out, as in TRAIN/words.ctm.
"""

import argparse
import multiprocessing
import os
import pathlib
import subprocess

from pocketsphinx import Decoder

from held_out import held_out

MODELS = "/usr/share/pocketsphinx/model/en-us/"
AUDIO = {".flac", ".mp3", ".ogg", ".opus", ".wav"}
FRAMES_PER_SECOND = 100


def start():
    global decoder
    config = Decoder.default_config()
    for option, value in (("-hmm", MODELS + "en-us"), ("-lm", MODELS + "en-us.lm.bin"),
                          ("-dict", MODELS + "cmudict-en-us.dict"), ("-logfn", os.devnull)):
        config.set_string(option, value)
    config.set_string("-cmn", "batch")  # of each recording by itself: the same result for any number of jobs
    config.set_boolean("-remove_silence", False)  # or times would not be those of the recording
    decoder = Decoder(config)


def recognise(path):
    """(word, start, end, confidence) of each word, fillers left out."""
    pcm = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-ar", "16000", "-ac", "1", "-f", "s16le", "-"],
                         check=True, stdout=subprocess.PIPE).stdout
    decoder.start_utt()
    decoder.process_raw(pcm, False, True)
    decoder.end_utt()
    probability = decoder.get_logmath().exp
    # Variants of a pronunciation are written WORD(2); fillers are <sil>, [NOISE] and the like.
    return [(segment.word.split("(")[0], segment.start_frame / FRAMES_PER_SECOND,
             (segment.end_frame + 1) / FRAMES_PER_SECOND, min(probability(segment.prob), 1))
            for segment in decoder.seg() or [] if segment.word[0].isalpha()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=pathlib.Path)
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("--confidence", type=float, default=0.7, help="(default: 0.7)")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    recordings = sorted(path for folder in options.folders for path in (options.train / folder).rglob("*")
                        if path.suffix in AUDIO)
    with multiprocessing.Pool(options.jobs, start) as pool:
        for path, words in zip(recordings, pool.imap(recognise, recordings)):
            name = path.relative_to(options.train).with_suffix("")
            for word, begin, end, confidence in words:
                if confidence >= options.confidence and not held_out(word):
                    print(f"{name} 1 {begin:.2f} {end - begin:.2f} {word} {confidence:.2f}", flush=True)


if __name__ == "__main__":
    main()
