"""Decodes a GIF by Pillow and compares its first frame with Gymnasium's picture after a reset."""

import itertools
import json
import sys

import gymnasium
import numpy as np
from PIL import Image, ImageSequence

asked = json.load(sys.stdin)
image = Image.open(asked["path"])
frames = [(np.asarray(f.convert("RGB"), dtype=float), f.info["duration"]) for f in ImageSequence.Iterator(image)]
env = gymnasium.make(asked["env"], render_mode="rgb_array")
env.reset(seed=asked["seed"])
expected = env.render().astype(float)
json.dump(
    {
        "frames": len(frames),
        "size": list(image.size),
        "milliseconds": sum(duration for _, duration in frames),
        "firstError": float(np.abs(frames[0][0] - expected).max()),
        # How many frames differ from the one before: nothing is lost between unchanged pixels.
        "changes": sum(bool((a != b).any()) for (a, _), (b, _) in itertools.pairwise(frames)),
    },
    sys.stdout,
)
