"""Spaces of other packages whose values are str, such as MiniGrid's MissionSpace: a `Text` of any characters."""

from __future__ import annotations

import copy
from typing import Any

from gymnasium import spaces as gs

from ..errors import BridgeError
from ..limits import Limits

# No str is longer: it travels in the header of a message.
MAX_LENGTH = Limits.max_header_bytes
ANY_TEXT = {"type": "Text", "min_length": 0, "max_length": MAX_LENGTH, "charset": None}


class AnyText(gs.Space[str]):
    """Every str of `min_length` to `max_length` characters: it has no set of characters, as Gymnasium's `Text` has."""

    def __init__(self, min_length: int = 0, max_length: int = MAX_LENGTH) -> None:
        super().__init__(dtype=str)
        self.min_length, self.max_length = min_length, max_length

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        """A str of letters and digits, of 32 characters at most where `min_length` lets it."""
        longest = max(self.min_length, min(self.max_length, 32))
        return gs.Text(longest, min_length=self.min_length, seed=int(self.np_random.integers(2**31))).sample()

    def contains(self, x: Any) -> bool:
        """Whether `x` is a str of such a length."""
        return isinstance(x, str) and self.min_length <= len(x) <= self.max_length

    def __eq__(self, other: object) -> bool:
        """Whether `other` has the same values."""
        return isinstance(other, AnyText) and (self.min_length, self.max_length) == (other.min_length, other.max_length)

    def __repr__(self) -> str:
        """The space as text."""
        return f"AnyText({self.min_length}, {self.max_length})"


def is_text(space: Any) -> bool:
    """Whether the values of `space`, which is none of Gymnasium's own, are str.

    Its dtype says so, or one sample of a copy, so that the random numbers of the space itself stay as they are.
    """
    if not isinstance(space, gs.Space):
        return False
    if space.dtype is not None:
        return space.dtype.kind == "U"
    probe: Any = copy.copy(space)
    probe._np_random = None
    try:
        return isinstance(probe.sample(), str)
    except Exception:
        return False


def text_of(space: Any, value: Any) -> str:
    """A value from an environment as a plain str.

    Raises:
        BridgeError: `EnvironmentFault` where it is something else.
    """
    if isinstance(value, str):
        return str(value)
    raise misfit_of(space, value, "a str")


def misfit_of(space: Any, value: Any, expected: str) -> BridgeError:
    """The `EnvironmentFault` for a value that an environment gave for another kind of space."""
    return BridgeError(
        "EnvironmentFault",
        f"The environment gave {type(value).__name__} {str(value)[:80]!r} for {str(space)[:200]}.",
        expected=expected,
        remedy="correct the environment or its observation_space",
    )
