"""An environment that raises what is no `Exception`, in whatever it is asked to do."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import gymnasium
from gymnasium import spaces

RAISED = {
    "KeyboardInterrupt": KeyboardInterrupt,
    "CancelledError": asyncio.CancelledError,
    "GeneratorExit": GeneratorExit,
    "SystemExit": SystemExit,
    "BaseException": BaseException,
}


class Mute(BaseException):
    """Its message cannot be printed."""

    def __str__(self) -> str:
        raise KeyboardInterrupt


RAISED["Mute"] = Mute


class Raising(gymnasium.Env):
    """Raises what its attribute `raises` names; `sleep` takes a minute and holds every exception back."""

    observation_space = spaces.Discrete(2)
    action_space = spaces.Discrete(2)

    def __init__(self, raises: str | None = None) -> None:
        self.raises: str | None = None
        self._maybe(raises)

    def _maybe(self, name: str | None) -> None:
        if name == "sleep":
            try:
                time.sleep(60)
            except BaseException:
                return
        elif name is not None:
            raise RAISED[name]

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        super().reset(seed=seed)
        self._maybe((options or {}).get("raises"))
        return 0, {}

    def step(self, action: Any) -> tuple[int, float, bool, bool, dict[str, Any]]:
        self._maybe(self.raises)
        return 0, 1.0, False, False, {}

    def close(self) -> None:
        self._maybe(self.raises)


gymnasium.register("Raising-v0", Raising)
