"""An agent's observations and actions on the wire."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Box

from ..client import Client, Prepared
from ..spaces.from_wire import from_wire, from_wire_batch
from ..spaces.to_wire import to_wire, to_wire_batch
from .batches import batch_size


class Values:
    """Requests with observations, and the actions of their replies.

    Args:
        observation_space, action_space: of one environment.
    """

    def __init__(self, observation_space: Space[Any], action_space: Space[Any]) -> None:
        self.observation_space, self.action_space = observation_space, action_space
        # Looked up by the type of the space at each call otherwise.
        self._from_wire = from_wire.dispatch(type(action_space))
        self._form: np.ndarray | None = None
        if isinstance(observation_space, Box) and np.prod(observation_space.shape) > 0:
            form = self._form = np.zeros(observation_space.shape, observation_space.dtype)
            self._acts = _acts(form)
            self._n, self._batch_acts = 0, self._acts  # of the last batch

    def send_act(self, client: Client, observation: Any, deterministic: bool) -> tuple[int, int | None]:
        """Ask for the actions of one observation or of a batch.

        Returns:
            The id of the request, and how many observations are in the batch; None for a single one.
        """
        form = self._form
        if (
            form is not None
            and type(observation) is np.ndarray
            and observation.dtype == form.dtype
            and observation.flags.c_contiguous
        ):
            shape = observation.shape
            if shape == form.shape:
                return client.send_prepared(self._acts[deterministic], observation), None
            if shape[1:] == form.shape and observation.size > 0:
                if shape[0] != self._n:
                    self._n, self._batch_acts = shape[0], _acts(observation, num_envs=shape[0])
                return client.send_prepared(self._batch_acts[deterministic], observation), self._n
        n = batch_size(self.observation_space, observation)
        if n is None:
            fields = {"obs": to_wire(self.observation_space, observation)}
        else:
            fields = self.observations(observation, n)
        return client.send("act", deterministic=deterministic, **fields), n

    def action(self, reply: dict[str, Any]) -> np.ndarray:
        """The action of a reply for one observation, which an environment may change in place."""
        return np.array(self._from_wire(self.action_space, reply["action"], "action"))

    def observations(self, batch: Any, n: int) -> dict[str, Any]:
        """The arguments of `act` for a batch of n."""
        return {"obs": to_wire_batch(self.observation_space, batch, n), "num_envs": n}

    def actions(self, reply: dict[str, Any], n: int) -> np.ndarray:
        """The actions of a reply for a batch of n, which an environment may change in place."""
        return np.array(from_wire_batch(self.action_space, reply["action"], n, "action"))


def _acts(obs: np.ndarray, **fields: Any) -> list[Prepared]:
    """The requests with observations like `obs`: for a draw, and for the mode."""
    return [Prepared({"op": "act", "obs": obs, "deterministic": mode, **fields}) for mode in (False, True)]
