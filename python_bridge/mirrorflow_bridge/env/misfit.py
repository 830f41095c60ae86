"""The error for a value of an environment that has no place in a reply."""

from __future__ import annotations

from typing import Any

from ..errors import BridgeError


def misfit(id: str, what: str, value: Any, expected: str, error: Exception) -> BridgeError:
    """The `EnvironmentFault` for what the environment `id` returned, and what converting it raised."""
    return BridgeError(
        "EnvironmentFault",
        f"{id} gave the {what} {_shown(value)} ({type(error).__name__}: {str(error)[:200]}).",
        expected=expected,
        remedy=f"correct the {what} that the environment returns, or its spaces",
    )


def _shown(value: Any) -> str:
    try:
        return repr(value)[:200]
    except Exception:
        return f"of type {type(value).__name__}"
