"""Callbacks of `learn`: functions, and objects like `BaseCallback` of Stable-Baselines3, which is never imported."""

from __future__ import annotations

import logging
from typing import Any

_METHODS = (
    "init_callback",
    "on_training_start",
    "on_rollout_start",
    "update_locals",
    "on_step",
    "on_rollout_end",
    "on_training_end",
)


class Callbacks:
    """One callback or a list of them, called in order as Stable-Baselines3 calls its own.

    Args:
        given: None, a function of two dicts, an object with the methods of `BaseCallback`, or a list of these.

    Raises:
        TypeError: it is none of these.
    """

    def __init__(self, given: Any) -> None:
        entries = [] if given is None else list(given) if isinstance(given, (list, tuple)) else [given]
        self._entries: list[tuple[Any, bool]] = []  # with whether it is an object
        for entry in entries:
            missing = [name for name in _METHODS if not hasattr(entry, name)]
            if missing and not callable(entry):
                raise TypeError(
                    f"callback is {type(entry).__name__} without {', '.join(missing)}; expected a function of locals "
                    "and globals, an object with the methods of Stable-Baselines3's BaseCallback, or a list of these."
                )
            self._entries.append((entry, not missing))
        self._objects = [entry for entry, is_object in self._entries if is_object]

    def __bool__(self) -> bool:
        return bool(self._entries)

    def start(self, model: Any, known: dict[str, Any]) -> None:
        """Learning begins."""
        for entry in self._objects:
            entry.init_callback(model)
        for entry in self._objects:
            entry.on_training_start(known, {})
            entry.on_rollout_start()

    def step(self, known: dict[str, Any]) -> bool:
        """Every environment has taken a step; whether to go on. All are called, also after one that ends."""
        go_on = True
        for entry, is_object in self._entries:
            if is_object:
                entry.update_locals(known)
                go_on = bool(entry.on_step()) and go_on
            else:
                go_on = entry(known, {}) is not False and go_on
        return go_on

    def batch_ended(self) -> None:
        """The agent has learned from a batch, and the next begins."""
        for entry in self._objects:
            entry.on_rollout_end()
            entry.on_rollout_start()

    def end(self) -> None:
        """Learning has ended."""
        for entry in self._objects:
            entry.on_training_end()


class Logger:
    """What callbacks record. `dump` writes it to the logger `mirrorflow_bridge.agent` of Python's logging.

    Args:
        verbose: 1 prints it, too.

    Attributes:
        dir: None: there is no folder.
    """

    def __init__(self, verbose: int = 0) -> None:
        self.verbose = verbose
        self.dir: str | None = None
        self.name_to_value: dict[str, Any] = {}
        self._counts: dict[str, int] = {}

    def record(self, key: str, value: Any, exclude: Any = None) -> None:
        """Note the latest value of `key`; `exclude`, formats of Stable-Baselines3, has no meaning here."""
        self.name_to_value[key] = value

    def record_mean(self, key: str, value: float | None, exclude: Any = None) -> None:
        """Note a value of which the mean is wanted."""
        if value is None:
            return
        count = self._counts[key] = self._counts.get(key, 0) + 1
        mean = self.name_to_value.get(key, 0.0)
        self.name_to_value[key] = mean + (value - mean) / count

    def get_dir(self) -> str | None:
        """As `dir`."""
        return self.dir

    def dump(self, step: int = 0) -> None:
        """Write what was recorded since the last time, and forget it."""
        figures = ", ".join(f"{key} {value}" for key, value in sorted(self.name_to_value.items()))
        logging.getLogger("mirrorflow_bridge.agent").info("step %d: %s", step, figures)
        if self.verbose > 0:
            print(f"step {step}: {figures}", flush=True)
        self.name_to_value.clear()
        self._counts.clear()
