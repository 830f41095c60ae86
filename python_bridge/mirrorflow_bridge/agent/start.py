"""Starts a new agent, or one from a checkpoint."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from .checkpoint import Source, checkpoint_bytes
from .child import AgentProcess
from .command import Command

AUTOMATIC = "auto"  # the preset that is chosen from the spaces


def start_agent(
    preset: str | None,
    config: dict[str, Any] | None,
    checkpoint: Source | None,
    seed: int | None,
    command: Command | None,
) -> AgentProcess:
    """Start a new agent, or one from a checkpoint; the arguments are those of `RemoteAgent`.

    Raises:
        AgentStartError: the process did not start.
        FileNotFoundError: there is no such checkpoint.
        ValueError: a seed for a checkpoint, a file that is none, or a configuration that is not made of JSON's values.
    """
    if checkpoint is not None:
        if seed is not None:
            raise ValueError("seed is for a new agent; a checkpoint has its random numbers.")
        return AgentProcess(["{folder}/checkpoint.mf"], command, {"checkpoint.mf": checkpoint_bytes(checkpoint)})
    options = [] if seed is None else ["--seed", str(seed)]
    if preset is not None:
        return AgentProcess(["--new", os.fspath(preset), *options], command)
    return AgentProcess(["--config", "{folder}/config.json", *options], command, {"config.json": _json(config)})


def _json(config: dict[str, Any] | None) -> bytes:
    try:
        return json.dumps(config, default=_plain, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"config cannot be written as JSON: {error}. Expected dicts, lists, str, bool, None and finite numbers, "
            "NumPy's too."
        ) from None


def _plain(value: Any) -> Any:
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"there is a {type(value).__name__} in it")
