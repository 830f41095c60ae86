"""The loop of `RemoteAgent.learn`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import Space

from ..spaces import to_wire_batch
from .callbacks import Callbacks
from .vector import Step

if TYPE_CHECKING:
    from .remote import RemoteAgent


def outcome(observation_space: Space, step: Step, n: int) -> dict[str, Any]:
    """The arguments of `observe` for what a step of n environments gave."""
    obs = to_wire_batch(observation_space, step.final, n)
    return {"obs": obs, "reward": step.reward, "terminated": step.terminated, "truncated": step.truncated}


def learn(agent: RemoteAgent, total_timesteps: int, callback: Any, progress_bar: bool) -> None:
    """Step the agent's environments and learn from them; see `RemoteAgent.learn`."""
    callbacks = Callbacks(callback)
    env, n, connection, values = agent.env, agent.env.num_envs, agent.connection, agent.values
    obs = env.reset(agent.info["reset_seed"])
    agent.num_timesteps = 0
    agent.set_learning(True, num_envs=n, autoreset=env.autoreset)
    try:
        # By the names that callbacks of Stable-Baselines3 look for.
        known = {"self": agent, "env": agent.get_env(), "total_timesteps": total_timesteps, "num_timesteps": 0}
        callbacks.start(agent, known)
        actions = values.actions(connection.request("act", learn=True, **values.observations(obs, n)), n)
        updates = agent.metrics()["updates"]
        while agent.num_timesteps < total_timesteps:
            step = env.step(actions)
            agent.num_timesteps += n
            # Both on their way at once: the act waits at the agent for what the observe teaches.
            observe = connection.send("observe", **outcome(agent.observation_space, step, n), wait=True)
            act = connection.send("act", learn=True, **values.observations(step.obs, n))
            known |= {"num_timesteps": agent.num_timesteps, "actions": actions, "new_obs": step.obs}
            known |= {"rewards": step.reward, "dones": np.logical_or(step.terminated, step.truncated)}
            known["infos"] = step.infos
            learned = connection.receive(observe)["updates"]
            actions = values.actions(connection.receive(act), n)
            if progress_bar and agent.num_timesteps % (n * 200) < n:
                show(agent, total_timesteps)
            go_on = callbacks.step(known)
            if learned > updates:
                updates = learned
                callbacks.batch_ended()
            if not go_on:
                break
        callbacks.end()
    finally:
        agent.set_learning(False)
    if progress_bar:
        print(flush=True, file=sys.stderr)


def show(agent: RemoteAgent, total: int) -> None:
    """The line of the progress bar."""
    mean = agent.metrics()["mean_return"]
    text = "" if mean is None else f", mean return {mean:.1f}"
    print(f"\r{agent.num_timesteps} of {total} steps{text}", end="", flush=True, file=sys.stderr)
