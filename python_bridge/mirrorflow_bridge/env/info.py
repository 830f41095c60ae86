"""The info map of a reply: which of its entries are sent, and the final observations in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium import spaces as gs

from ..spaces.describe import int_dtype
from ..spaces.to_wire import to_wire
from .arrays import detached

Keep = bool | frozenset[str]


def filter_info(info: dict[str, Any], keep: frozenset[str]) -> dict[str, Any]:
    """The entries of `info` whose keys are wanted, each with its `_key` mask."""
    return {
        key: value
        for key, value in info.items()
        if key in keep or (isinstance(key, str) and key[:1] == "_" and key[1:] in keep)
    }


def final_entries(obs: Any, info: dict[str, Any]) -> dict[str, Any]:
    """What a step in mode `same_step` tells of the episode that ended, kept from the reset that follows."""
    return {"final_obs": detached(obs), "final_info": detached(info)}


def without_final(info: dict[str, Any]) -> dict[str, Any]:
    """An environment's info without the keys that are the vector's in mode `same_step`."""
    if "final_obs" in info or "final_info" in info:
        return {key: value for key, value in info.items() if key not in ("final_obs", "final_info")}
    return info


def wire_final_obs(info: dict[str, Any], space: Space[Any]) -> dict[str, Any]:
    """`info` whose `final_obs` is a wire batch of those that there are, in order: where `_final_obs` is true."""
    final, mask = info["final_obs"], info.get("_final_obs")
    n = len(final if mask is None else mask)
    there = [_row(final, i) for i in range(n) if (mask is None or mask[i])]
    wires = [to_wire(space, entry) for entry in there if entry is not None]
    if mask is None:
        info = {**info, "_final_obs": np.array([_row(final, i) is not None for i in range(n)], np.bool_)}
    return {**info, "final_obs": wire_batch(space, wires)}


def _row(batch: Any, i: int) -> Any:
    """Environment i's value in a list of values, or in a batch as native vector environments have it."""
    if isinstance(batch, dict):
        return {key: _row(entry, i) for key, entry in batch.items()}
    return tuple(_row(entry, i) for entry in batch) if isinstance(batch, tuple) else batch[i]


def wire_batch(space: Space[Any], wires: Sequence[Any]) -> Any:
    """Wire values of `space` as a wire batch of them (docs/protocol.md, *Values of a space*)."""
    if isinstance(space, gs.Dict):
        return {key: wire_batch(sub, [wire[key] for wire in wires]) for key, sub in space.spaces.items()}
    if isinstance(space, gs.Tuple):
        return [wire_batch(sub, [wire[i] for wire in wires]) for i, sub in enumerate(space.spaces)]
    if isinstance(space, gs.Discrete):
        return np.array(wires, int_dtype(space))
    if isinstance(space, (gs.Box, gs.MultiBinary, gs.MultiDiscrete)):
        dtype = wires[0].dtype if wires else space.dtype
        return np.array(wires, dtype).reshape(len(wires), *space.shape)
    return list(wires)
