"""Who teaches the agent by this connection, and where `learn` stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from .connection import AgentConnection


class Stop(NamedTuple):
    """Where a `learn` stopped, for the next one to go on from there.

    Attributes:
        actions: drawn for the observations that the environments wait at.
        updates: policy updates of the agent so far.
        greeting: the greeting after which the agent's server has the unfinished batch.
        traces: of the environments, by `learning.traces_of`.
    """

    actions: Any
    updates: int
    greeting: int
    traces: Any


class Teaching:
    """The batch that this client fills at the agent's server.

    Args:
        connection: to the agent.
        info: what its server said of it: `reset_seed`, `steps`.

    Attributes:
        teacher: whose transitions fill the batch: those of `learn` or of `explore`; None: nobody's.
        stop: where `learn` stopped; None: it begins anew.
        batch: transitions of the batch.
        updates: policy updates of the agent when the batch was begun.
    """

    def __init__(self, connection: AgentConnection, info: dict[str, Any]) -> None:
        self.teacher: str | None = None
        self.stop: Stop | None = None
        self.batch, self.updates = 0, 0
        self._connection = connection
        self._info = info
        self._is_learning = False
        self._is_seeded = False  # whether the environment was
        self._seeds = 0  # how many environments were

    def open(self, teacher: str, num_envs: int, autoreset: str) -> None:
        """Begin a batch; one that is not full is forgotten."""
        reply = self._connection.request("learn", on=True, num_envs=num_envs, autoreset=autoreset)
        self.teacher, self.batch, self.updates = teacher, reply["batch"], reply["updates"]

    def close(self) -> None:
        """Teach no more; a batch that is not full is forgotten."""
        self._connection.request("learn", on=False)
        self.teacher = None

    @contextmanager
    def learning(self) -> Iterator[None]:
        """While `learn` runs.

        Raises:
            RuntimeError: it runs already.
        """
        self.refuse_in_learn("learn")
        self._is_learning = True
        try:
            yield
        finally:
            self._is_learning = False

    def refuse_in_learn(self, name: str) -> None:
        """Refuse what would mix other transitions with those of a `learn` that runs.

        Raises:
            RuntimeError: it runs.
        """
        if self._is_learning:
            raise RuntimeError(
                f"{name} while learn runs, in a callback or another thread; expected it to have ended. "
                "Use another agent, or another connection to this one: RemoteAgent(endpoint=agent.connection.endpoint)."
            )

    def forget_environment(self) -> None:
        """Another environment comes, which is reset and seeded."""
        self.stop, self._is_seeded = None, False

    def reset_seed(self) -> int | None:
        """The seed of a reset: of the first one of an environment; None for later ones."""
        if self._is_seeded:
            return None
        self._is_seeded = True
        # Neither another environment nor the agent of a checkpoint may meet the episodes again that it has seen.
        first: int = self._info["reset_seed"]
        steps, seeds = self._info["steps"], self._seeds
        self._seeds += 1
        if steps == seeds == 0:
            return first
        return int(np.random.SeedSequence([first, steps, seeds]).generate_state(1)[0])
