#!/usr/bin/env python3
"""The step of pa-train's geometric stage in PyTorch: pairs of views per second, as JSON.

The same encoder, batch, objective and optimiser as lib/train/geometric.cpp, in eager PyTorch as one
would write it, on features that are there already: making views, which pa-train does within its
step, costs nothing here. Both precisions are timed; the faster one counts.
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

STUDENT_TEMPERATURE = 0.1
SINKHORN_EPSILON = 0.04
SINKHORN_ITERATIONS = 10
EMA_DECAY = 0.999


class LayerNorm(nn.LayerNorm):
    """In f32 under autocast too, which leaves the types of input and weights as they differ."""

    def forward(self, x):
        return super().forward(x.float())


class Block(nn.Module):
    def __init__(self, width, kernel, expansion):
        super().__init__()
        self.depthwise = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = LayerNorm(width)
        self.up = nn.Linear(width, expansion * width)
        self.down = nn.Linear(expansion * width, width)

    def forward(self, x):
        y = self.depthwise(x.transpose(1, 2)).transpose(1, 2)
        return x + self.down(F.gelu(self.up(self.norm(y)), approximate="tanh"))


class Encoder(nn.Module):
    """Frames (batch, time, bands) to embeddings (batch, time / 2, dimension)."""

    def __init__(self, c):
        super().__init__()
        self.stem = nn.Conv1d(c["bands"], c["width"], 5, stride=2, padding=2)
        self.stem_norm = LayerNorm(c["width"])
        self.blocks = nn.Sequential(*(Block(c["width"], c["kernel"], c["expansion"])
                                      for _ in range(c["blocks"])))
        self.final_norm = LayerNorm(c["width"])
        self.projection = nn.Linear(c["width"], c["dimension"])
        self.codebook = nn.Parameter(torch.randn(c["codes"], c["dimension"]))

    def forward(self, x):
        y = self.stem_norm(self.stem(x.transpose(1, 2)).transpose(1, 2))
        return self.projection(self.final_norm(self.blocks(y)))

    def scores(self, x):
        embeddings = self(x).float()
        embeddings = (embeddings - embeddings.mean((0, 1))) / (embeddings.std((0, 1)) + 1e-3)
        return F.normalize(embeddings, dim=-1) @ F.normalize(self.codebook, dim=-1).T


@torch.no_grad()
def balanced(scores):
    """Sinkhorn-Knopp: every frame one distribution, all codes used alike."""
    q = torch.exp((scores - scores.max()) / SINKHORN_EPSILON)
    for _ in range(SINKHORN_ITERATIONS):
        q = q / q.sum(0, keepdim=True)
        q = q / q.sum(1, keepdim=True)
    return q


class Training:
    def __init__(self, recipe, precision):
        encoder, stage = recipe["encoder"], recipe["geometric"]
        self.student, self.teacher = Encoder(encoder), Encoder(encoder)
        self.optimizer = torch.optim.AdamW(self.student.parameters(), lr=1e-4, foreach=True)
        self.precision = precision
        per_second = 100  # log-mel frames
        self.crop_frames = round(stage["crop_seconds"] * per_second)
        self.crops, self.views = stage["crops"], stage["views"]
        self.piece_frames = [round(stage[key] * per_second)
                             for key in ("piece_low_seconds", "piece_high_seconds")]
        self.bands = encoder["bands"]

    def pairs(self):
        return self.crops * self.views

    def step(self):
        clean = torch.randn(self.crops, self.crop_frames, self.bands)
        # Pieces of equal lengths, of the mean of the recipe's: nothing is lost to padding.
        frames = sum(self.piece_frames) // 2
        pieces = torch.randn(self.pairs(), frames, self.bands)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.precision == "bf16"):
            with torch.no_grad():
                teacher = self.teacher.scores(clean)
            student = self.student.scores(pieces)
        targets = balanced(teacher.flatten(0, 1).float())
        count = student.shape[0] * student.shape[1]
        matched = targets[torch.arange(count) % targets.shape[0]]
        loss = -(matched * F.log_softmax(student.flatten(0, 1) / STUDENT_TEMPERATURE, -1)).sum(1)
        self.optimizer.zero_grad(set_to_none=True)
        loss.mean().backward()
        nn.utils.clip_grad_norm_(self.student.parameters(), 1.0)
        self.optimizer.step()
        with torch.no_grad():
            torch._foreach_mul_(list(self.teacher.parameters()), EMA_DECAY)
            torch._foreach_add_(list(self.teacher.parameters()),
                                list(self.student.parameters()), alpha=1 - EMA_DECAY)


def pairs_per_second(training, steps, seconds):
    training.step()  # buffers grow and kernels are chosen meanwhile
    rates = []
    end = time.perf_counter() + seconds
    while not rates or (len(rates) < steps and time.perf_counter() < end):
        start = time.perf_counter()
        training.step()
        rates.append(training.pairs() / (time.perf_counter() - start))
    return rates


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", help="as pa-train writes it in full")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="threads")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20, help="for each precision, at most")
    options = parser.parse_args()
    torch.set_num_threads(options.jobs)
    torch.manual_seed(1)
    with open(options.recipe, encoding="utf-8") as file:
        recipe = json.load(file)
    rates = {precision: pairs_per_second(Training(recipe, precision), options.steps,
                                          options.seconds)
             for precision in ("f32", "bf16")}
    best = max(rates, key=lambda precision: statistics.median(rates[precision]))
    print(json.dumps({"torch": torch.__version__, "precision": best, "pairs": rates[best],
                      "all": rates}))


if __name__ == "__main__":
    main()
