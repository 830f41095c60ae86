"""What NumPy and Python's math give; JSON in on stdin, JSON out on stdout. Doubles are their bits, hexadecimal."""

import json
import math
import struct
import sys

import numpy as np


def uniform(seed, draws):
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    return [rng.random() for _ in range(draws)] + rng.uniform(-0.05, 0.05, draws).tolist()


def sin_cos(seed, low, high, count):
    xs = np.random.default_rng(seed).uniform(low, high, count).tolist()
    return xs, [math.sin(x) for x in xs], [math.cos(x) for x in xs], np.sin(xs).tolist(), np.cos(xs).tolist()


question = json.load(sys.stdin)
if "seeds" in question:
    answer = [uniform(seed, question["draws"]) for seed in question["seeds"]]
else:
    answer = [b"".join(struct.pack("<d", x) for x in row).hex() for row in sin_cos(**question)]
json.dump(answer, sys.stdout)
