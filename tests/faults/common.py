"""What the tests of faults share."""
import os
import shutil

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli", "data")
RECIPE = """{"stages": ["geometric"], "checkpoint_every": 2, "validate_every": 3,
 "encoder": {"width": 8, "blocks": 1, "dimension": 4, "codes": 8},
 "geometric": {"steps": 6, "crops": 2, "crop_seconds": 0.5, "piece_low_seconds": 0.2,
               "piece_high_seconds": 0.4}}"""
HEADER = "#pairalign 1 model=0123456789abcdef tokenizer=vq vocab=512\n"


def strings(name, count, step):
    lines = [f"{name}{i}.wav\t1.00\t{' '.join(str((i * step + t) % 512) for t in range(20))}\n"
             for i in range(count)]
    return (HEADER + "".join(lines)).encode()


class Fault(Exception):
    """What a run did wrong."""


def prepare_training(folder, recipe=RECIPE):
    """A recipe of a model that trains in a moment, and audio to train it on."""
    with open(folder + "/recipe.json", "w", encoding="ascii") as file:
        file.write(recipe)
    os.mkdir(folder + "/audio")
    for name in ("whole.flac", "nan.wav"):
        shutil.copy(f"{DATA}/audio/{name}", folder + "/audio/")
