"""`RemoteAgent`: an agent in a process of its own, with the methods of a Stable-Baselines3 model."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.spaces import MultiBinary

from ..client import check_transport
from ..spaces.build import space_of
from ..spaces.describe import describe
from .batches import batched
from .callbacks import Logger
from .checkpoint import Source
from .command import Command
from .connection import AgentConnection, Files
from .learning import learn, outcome
from .model import Model
from .start import AUTOMATIC, start_agent
from .teaching import Teaching
from .values import Values
from .vector import Step, as_vector


class RemoteAgent(Model):
    """An agent of mirrorflow, used as a model of Stable-Baselines3 is used.

    Give one of `preset`, `config`, `checkpoint` (a process is started, and ends with this one) and `endpoint` (one that
    runs already). With an `env` alone the settings are chosen from its spaces, as `mirrorflow train ANY-ID` does, and
    written to standard error.

    Args:
        preset: a new agent by the preset of an environment, such as `CartPole-v1`.
        config: a new agent by a configuration (docs/configuration.md); its numbers may be NumPy's.
        checkpoint: a file, its path or an open one, that `save`, `mirrorflow train` or `mirrorflow serve` wrote.
        endpoint: of a running `mirrorflow serve`.
        env: a `gymnasium.Env`, a `gymnasium.vector.VectorEnv` or a `VecEnv` of Stable-Baselines3, for `learn`; its
            spaces must be the agent's. A new agent must have it, or the spaces.
        observation_space, action_space: of one environment, where there is no `env`.
        seed: of a new agent, for its draws and the first reset of `env`.
        command: the program, see `start.find_command`.
        curve: the files of the server's public key and of this client's secret key, for an `endpoint` with CURVE.
        timeout: seconds to wait for an answer.
        verbose: 1 prints what `logger` dumps.
        transport: `auto` takes the agent's lane (docs/protocol.md) where it offers one; `zeromq` takes none.

    Attributes:
        num_timesteps: steps of all environments together that `learn` has made; from a checkpoint, what it has learned.

    Raises:
        AgentStartError: the process did not start.
        BridgeError: `SpaceMismatch` where the spaces are not the agent's, `BadConfiguration` where a new agent's
            configuration does not fit them.
        ValueError: not one of the sources was given, or there is no such transport.
        TimeoutError: nobody answers.
    """

    def __init__(
        self,
        preset: str | None = None,
        *,
        config: dict[str, Any] | None = None,
        checkpoint: Source | None = None,
        endpoint: str | None = None,
        env: Any = None,
        observation_space: Space[Any] | None = None,
        action_space: Space[Any] | None = None,
        seed: int | None = None,
        command: Command | None = None,
        curve: Files | None = None,
        timeout: float = 60.0,
        verbose: int = 0,
        transport: str = "auto",
    ) -> None:
        given = [name for name, value in locals().items() if name in _SOURCES and value is not None]
        if not given and env is not None:
            preset, given = AUTOMATIC, ["preset"]
        if len(given) != 1:
            raise ValueError(f"given: {', '.join(given) or 'nothing'}; expected one of {', '.join(_SOURCES)}.")
        check_transport(transport)  # before a process is started
        self.env = None if env is None else as_vector(env)
        if self.env is not None:
            observation_space, action_space = self.env.observation_space, self.env.action_space
        self.verbose = verbose
        self.logger: Any = Logger(verbose)
        agent = start_agent(preset, config, checkpoint, seed, command) if endpoint is None else endpoint
        self.connection = AgentConnection(agent, timeout, curve, transport)
        try:
            self._greet(observation_space, action_space)
            self.num_timesteps: int = 0 if checkpoint is None else self.info["steps"]
        except BaseException:
            self.close()
            raise
        if preset == AUTOMATIC:
            chosen = ["settings chosen from the spaces of the environment:", *self.info["reasons"]]
            print(*chosen, sep="\n  ", file=sys.stderr)

    def _greet(self, observation_space: Space[Any] | None, action_space: Space[Any] | None) -> None:
        spaces = {"observation_space": observation_space, "action_space": action_space}
        given = {name: describe(space) for name, space in spaces.items() if space is not None}
        reply = self.connection.greet(**given)
        self.info: dict[str, Any] = reply["agent"]
        self.observation_space: Space[Any] = observation_space or space_of(reply["observation_space"])
        self.action_space: Space[Any] = action_space or space_of(reply["action_space"])
        self.teaching = Teaching(self.connection, self.info)
        self.values = Values(self.observation_space, self.action_space)

    def __enter__(self) -> RemoteAgent:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection, and the process if it was started here."""
        self.connection.close()

    def predict(
        self,
        observation: Any,
        state: Any = None,
        episode_start: Any = None,
        deterministic: bool = False,
    ) -> tuple[np.ndarray, Any]:
        """The actions for one observation or for a batch, as a Stable-Baselines3 model gives them.

        Args:
            observation: a value of the observation space, or a batch with one value an environment.
            state: given back as it is: the policy has no memory.
            episode_start: not used.
            deterministic: the policy's mode instead of a draw.

        Returns:
            The action (an array of the action space's shape and dtype; with a leading axis for a batch), and `state`.
        """
        action, _, _ = self.act(observation, deterministic=deterministic)
        # Stable-Baselines3 draws bits as floats.
        return (action.astype(np.float32) if isinstance(self.action_space, MultiBinary) else action), state

    def act(self, observation: Any, *, deterministic: bool = False) -> tuple[np.ndarray, Any, Any]:
        """Actions as `predict`, with their log density relative to μ and the value of the state.

        Returns:
            action, log dπ/dμ(s,a) (not a density of Lebesgue measure), and the agent's estimate of the discounted sum
            of rewards less the penalty; floats for one observation, arrays [n] for a batch.
        """
        with self.connection as client:
            id, n = self.values.send_act(client, observation, bool(deterministic))
            reply = self.connection.receive(id)
        action = self.values.action(reply) if n is None else self.values.actions(reply, n)
        return action, reply["log_prob"], reply["value"]

    def learn(
        self,
        total_timesteps: float,
        callback: Any = None,
        log_interval: int | None = None,
        tb_log_name: str = "run",
        reset_num_timesteps: bool = False,
        progress_bar: bool = False,
    ) -> RemoteAgent:
        """Step `env` and learn from it.

        The policy acts on every observation by what was learned from all before, as in `mirrorflow train`. A second
        call goes on where the first stopped, in the same episodes and the same batch: ten calls of 300 steps are one
        call of 3,000, to the bit.

        Args:
            total_timesteps: steps of all environments together, at least; more than those before.
            callback: called after every step; False ends. A function of two dicts, as Stable-Baselines3 calls it
                (`locals` and `globals`), an object with the methods of its `BaseCallback`, or a list of these.
            log_interval: after this many batches figures go to `logger`; None for never.
            tb_log_name: not used.
            reset_num_timesteps: count from 0, reset the environments and forget the batch that is not full. It is the
                default of Stable-Baselines3, where such a batch would not be lost.
            progress_bar: a line on standard error that tells the steps and the mean return.

        Returns:
            This agent.

        Raises:
            ValueError: there is no environment.
            RuntimeError: another `learn` of this agent runs.
        """
        if self.env is None:
            raise ValueError("there is no environment; expected RemoteAgent(…, env=env), or set_env(env) before learn.")
        with self.teaching.learning():
            if reset_num_timesteps:
                self.num_timesteps, self.teaching.stop = 0, None
            self._check_normalization()
            learn(self, self.num_timesteps + total_timesteps, callback, log_interval, progress_bar)
        return self

    def observe(self, observation: Any, reward: float, terminated: bool, truncated: bool, *, wait: bool = True) -> None:
        """What one environment gave for the action of `explore`; the agent learns from it.

        Args:
            observation: what the step led to: the last observation of an episode, not the first of the next.
            wait: come back only when the next action is by what was learned from this.
        """
        self.connection.request("observe", **self._one_outcome(observation, reward, terminated, truncated), wait=wait)

    def tell(self, observation: Any, reward: float, terminated: bool, truncated: bool) -> None:
        """`observe`, whose answer comes with that to the next request: one round trip a step.

        The next action is by what was learned from this. An error is raised by the next request.
        """
        self.connection.tell("observe", **self._one_outcome(observation, reward, terminated, truncated), wait=True)

    def explore(self, observation: Any) -> np.ndarray:
        """The action for one observation, drawn to be learned from: `observe` tells what it led to."""
        self.teaching.refuse_in_learn("explore")
        if self.teaching.teacher != "explore":
            self.set_learning(True)
        obs = batched(self.observation_space, observation)
        reply = self.connection.request("act", learn=True, **self.values.observations(obs, 1))
        return self.values.actions(reply, 1)[0, ...]

    def set_learning(self, on: bool, *, num_envs: int = 1, autoreset: str = "disabled") -> None:
        """Turn learning from this client's environments on or off; a batch that is not full is forgotten."""
        self.teaching.refuse_in_learn("set_learning")
        if on:
            self.teaching.open("explore", num_envs, autoreset)
        else:
            self.teaching.close()

    def metrics(self) -> dict[str, Any]:
        """Figures of the agent: steps, updates, episodes, mean return, KL, … (docs/agent-server.md)."""
        return {key: value for key, value in self.connection.request("metrics").items() if key not in ("v", "id", "ok")}

    def _one_outcome(self, observation: Any, reward: float, terminated: bool, truncated: bool) -> dict[str, Any]:
        self.teaching.refuse_in_learn("observe")
        flags = np.array([terminated], np.bool_), np.array([truncated], np.bool_)
        final = batched(self.observation_space, observation)
        return outcome(self.observation_space, Step(None, final, np.array([reward], np.float64), *flags), 1)


_SOURCES = ("preset", "config", "checkpoint", "endpoint")
