"""The loop of `RemoteAgent.learn`."""

from __future__ import annotations

import sys
import warnings
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import gymnasium
import numpy as np
from gymnasium import Space

from ..spaces.to_wire import to_wire_batch
from .callbacks import Callbacks
from .teaching import Stop
from .vector import Step

if TYPE_CHECKING:
    from .remote import RemoteAgent


def outcome(observation_space: Space[Any], step: Step, n: int) -> dict[str, Any]:
    """The arguments of `observe` for what a step of n environments gave."""
    obs = to_wire_batch(observation_space, step.final, n)
    return {"obs": obs, "reward": step.reward, "terminated": step.terminated, "truncated": step.truncated}


def learn(agent: RemoteAgent, total: float, callback: Any, log_interval: int | None, progress_bar: bool) -> None:
    """Step the agent's environments and learn from them until `num_timesteps` is `total`; see `RemoteAgent.learn`."""
    callbacks = Callbacks(callback)
    env, n, values, teaching = agent.env, agent.env.num_envs, agent.values, agent.teaching
    stop, teaching.stop = teaching.stop, None  # an exception on the way leaves none: then the next call begins anew
    if stop is None or not goes_on(agent, stop):
        stop = begin(agent)
    actions, updates, greeting, _ = stop
    known = {"self": agent, "env": agent.get_env(), "total_timesteps": total, "num_timesteps": agent.num_timesteps}
    callbacks.start(agent, known)
    batches, steps = 0, 0
    while agent.num_timesteps < total:
        taken = actions
        step = env.step(taken)
        agent.num_timesteps += n
        steps += n
        with agent.connection as client:
            # Both on their way at once: the act waits at the agent for what the observe teaches.
            observe = client.send("observe", **outcome(agent.observation_space, step, n), wait=True)
            act = client.send("act", learn=True, **values.observations(step.obs, n))
            learned = agent.connection.receive(observe)["updates"]
            actions = values.actions(agent.connection.receive(act), n)
        if progress_bar and agent.num_timesteps % (n * 200) < n:
            show(agent, total)
        go_on = True
        if callbacks:
            # By the names that callbacks of Stable-Baselines3 look for; what one keeps must not change later.
            known |= {"num_timesteps": agent.num_timesteps, "actions": taken, "new_obs": deepcopy(step.obs)}
            known |= {"rewards": step.reward, "dones": np.logical_or(step.terminated, step.truncated)}
            known["infos"] = step.infos
            go_on = callbacks.step(known)
        if learned > updates:
            updates = learned
            batches += 1
            callbacks.batch_ended()
            if log_interval is not None and batches % log_interval == 0:
                log(agent)
        if not go_on:
            break
    callbacks.end()
    teaching.stop = Stop(actions, updates, greeting, traces_of(env))
    if progress_bar:
        print(flush=True, file=sys.stderr)
    if steps > 0 and batches == 0:
        warn(
            f"learn ended after {steps} steps and before a batch was full, so nothing was learned yet: a batch has "
            f"{teaching.batch} transitions. What there is of it is kept; the next learn goes on with it."
        )


def begin(agent: RemoteAgent) -> Stop:
    """Reset the environments and begin a batch."""
    env, n, connection, teaching = agent.env, agent.env.num_envs, agent.connection, agent.teaching
    obs = env.reset(teaching.reset_seed())
    teaching.open("learn", n, env.autoreset)
    reply = connection.request("act", learn=True, **agent.values.observations(obs, n))
    return Stop(agent.values.actions(reply, n), teaching.updates, connection.greetings, None)


def goes_on(agent: RemoteAgent, stop: Stop) -> bool:
    """Whether the environments and the agent's server are as a `learn` left them; says so where they are not."""
    if agent.teaching.teacher != "learn":
        why = "explore or set_learning began another batch"
    elif agent.connection.greetings != stop.greeting:
        why = "the connection to the agent was made again"
    elif traces_of(agent.env) != stop.traces:
        why = "the environment was reset or stepped elsewhere, for an evaluation for instance; use another one for that"
    else:
        return True
    warn(f"learn resets the environment and begins a new batch: {why}.")
    return False


def traces_of(vector: Any) -> list[Any]:
    """What a step or a reset from elsewhere changes, of those environments that can be looked at."""
    view, env = getattr(vector, "view", None), vector.env
    return [getattr(view, "uses", 0), *(_trace(one) for one in getattr(env, "envs", None) or [env])]


def _trace(env: Any) -> Any:
    if not isinstance(env, gymnasium.Env):
        return None
    steps = env.get_wrapper_attr("_elapsed_steps") if env.has_wrapper_attr("_elapsed_steps") else None
    rng = getattr(env.unwrapped, "_np_random", None)
    return steps, None if rng is None else repr(rng.bit_generator.state)


def log(agent: RemoteAgent) -> None:
    """A line of figures, by the names that Stable-Baselines3 gives them."""
    metrics = agent.metrics()
    if metrics["mean_return"] is not None:
        agent.logger.record("rollout/ep_rew_mean", metrics["mean_return"])
    agent.logger.record("time/total_timesteps", agent.num_timesteps)
    agent.logger.record("train/n_updates", metrics["updates"])
    agent.logger.dump(agent.num_timesteps)


def show(agent: RemoteAgent, total: float) -> None:
    """The line of the progress bar."""
    mean = agent.metrics()["mean_return"]
    text = "" if mean is None else f", mean return {mean:.1f}"
    print(f"\r{agent.num_timesteps} of {total:g} steps{text}", end="", flush=True, file=sys.stderr)


def warn(message: str) -> None:
    """A warning that names the line which called the agent."""
    depth, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__package__") == __package__:
        depth, frame = depth + 1, frame.f_back
    warnings.warn(message, stacklevel=depth)
