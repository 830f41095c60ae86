"""What the tests of `RemoteAgent` share: the program, and a small configuration."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from gymnasium import spaces as gs

CLI = Path(__file__).parents[2] / "dist" / "cli" / "main.js"
os.environ.setdefault("MIRRORFLOW_CLI", str(CLI))
needs_cli = pytest.mark.skipif(not CLI.exists(), reason="dist/ is not built: npm run build")

CARTPOLE: dict[str, Any] = {
    "observation_space": gym.make("CartPole-v1").observation_space,
    "action_space": gs.Discrete(2),
}


def config(**changes: object) -> dict[str, object]:
    """A small configuration for spaces that no preset is for."""
    base = {
        "env": {"id": "own"},
        "totalSteps": 1,
        "gamma": 0.9,
        "tau": 0.1,
        "features": {"type": "polynomial", "degree": 1},
        "critic": {"type": "leastSquares", "window": 2},
        "actor": {"mirrorStep": 1},
    }
    return {**base, **changes}
