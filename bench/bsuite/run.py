"""Runs one agent on one bsuite id for bsuite's number of episodes; bsuite logs to a CSV file in `folder`.

The only argument is JSON: id, agent (`mirrorflow` or `random`), config (of ours), seed, folder, command (the program of
ours). Prints a JSON object: episodes, steps, seconds (of all but imports and the start of the agent), versions; or
unavailable, why the environment could not be made.
"""

import contextlib
import inspect
import json
import platform
import sys
import time
from urllib.error import URLError

import bsuite
import dm_env
import numpy as np
from bsuite import sweep
from bsuite.baselines.experiment import run
from bsuite.baselines.random.agent import Random
from bsuite.bsuite import EXPERIMENT_NAME_TO_ENVIRONMENT, unpack_bsuite_id
from bsuite.logging import csv_logging
from mirrorflow_bridge import __version__
from mirrorflow_bridge.agent import RemoteAgent
from mirrorflow_bridge.agent.bsuite import BsuiteAgent, space_of_spec


def make(task: dict) -> dm_env.Environment:
    """The environment of `id`, which logs. Where bsuite leaves its randomness to the clock it has the task's seed."""
    experiment, _ = unpack_bsuite_id(task["id"])
    settings = dict(sweep.SETTINGS[task["id"]])
    if "seed" in inspect.signature(EXPERIMENT_NAME_TO_ENVIRONMENT[experiment]).parameters:
        settings["seed"] = task["seed"]
    env = bsuite.load(experiment, settings)
    return csv_logging.wrap_environment(env, task["id"], task["folder"], overwrite=True)


def agent_of(task: dict, env: dm_env.Environment, stack: contextlib.ExitStack) -> BsuiteAgent | Random:
    """The agent; what it needs ends with `stack`."""
    if task["agent"] == "random":
        return Random(env.action_spec(), seed=task["seed"])
    remote = RemoteAgent(
        config=task["config"],
        observation_space=space_of_spec(env.observation_spec()),
        action_space=space_of_spec(env.action_spec()),
        seed=task["seed"],
        command=task["command"],
    )
    return BsuiteAgent(stack.enter_context(remote))


def main() -> dict:
    """Run the task of the command line."""
    task = json.loads(sys.argv[1])
    try:
        env = make(task)
    except URLError as error:
        return {"unavailable": f"its data could not be downloaded ({error.reason})"}
    with contextlib.ExitStack() as stack:
        agent = agent_of(task, env, stack)
        began = time.perf_counter()
        run(agent, env, env.bsuite_num_episodes)
        seconds = time.perf_counter() - began
    # pandas and the rest come with bsuite and do not act.
    versions = {"python": platform.python_version(), "numpy": np.__version__, "mirrorflow_bridge": __version__}
    return {"episodes": env.bsuite_num_episodes, "steps": env._steps, "seconds": seconds, "versions": versions}


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        result = main()
    print(json.dumps(result))
