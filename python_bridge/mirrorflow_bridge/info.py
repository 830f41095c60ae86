"""The info map of a reply: which of its entries are sent, and the final observations in it."""

from __future__ import annotations

from typing import Any

from gymnasium import Space

from .spaces import to_wire

Keep = bool | frozenset[str]


def filter_info(info: dict[str, Any], keep: frozenset[str]) -> dict[str, Any]:
    """The entries of `info` whose keys are wanted, each with its `_key` mask."""
    return {
        key: value
        for key, value in info.items()
        if key in keep or (isinstance(key, str) and key[:1] == "_" and key[1:] in keep)
    }


def wire_final_obs(info: dict[str, Any], space: Space) -> dict[str, Any]:
    """`info` whose `final_obs` is a list of wire values of the observation space, and None where there is none."""
    final = [None if entry is None else to_wire(space, entry) for entry in info["final_obs"]]
    return {**info, "final_obs": final}
