"""`AsyncVectorEnv` that outlives an exception of one of its environments, and leaves no worker behind.

Gymnasium's own shuts the worker down whose environment raised, logs the error twice and raises it bare; here the
environment stays open and the first cause is raised once, with its traceback, as `WorkerFault`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable
from typing import Any

from gymnasium.spaces.utils import is_space_dtype_shape_equiv
from gymnasium.vector import AsyncVectorEnv
from gymnasium.vector.async_vector_env import AsyncState
from gymnasium.vector.utils import write_to_shared_memory
from gymnasium.vector.vector_env import AutoresetMode

from ..errors import WorkerFault, format_traceback, text_of
from .arrays import has_array_batch
from .info import final_entries, without_final

PARENT_POLL_SECONDS = 0.25


class SturdyAsyncVectorEnv(AsyncVectorEnv):
    """Gymnasium's `AsyncVectorEnv` with other error handling; values and seeding are the same."""

    def __init__(self, env_fns: Any, shared_memory: bool | None = None, **kwargs: Any) -> None:
        if shared_memory is None:
            env = env_fns[0]()
            # Gymnasium reads a `Text` there only once.
            shared_memory = has_array_batch(env.observation_space)
            env.close()
        # Gymnasium gives a worker the autoreset mode and a semaphore as well, which its type of `worker` leaves out.
        super().__init__(env_fns, shared_memory=shared_memory, worker=_worker, **kwargs)  # type: ignore[arg-type]

    def _raise_if_errors(self, successes: Iterable[bool]) -> None:
        failed = sum(not success for success in successes)
        if not failed:
            return
        errors = sorted((self.error_queue.get() for _ in range(failed)), key=lambda error: error[0])
        self._state = AsyncState.DEFAULT
        raise WorkerFault(*errors[0])

    def close_extras(self, timeout: float | None = None, terminate: bool = False) -> None:
        """Close every environment; workers that died, hang or wait for another call are ended."""
        broken = self._state != AsyncState.DEFAULT or not all(process.is_alive() for process in self.processes)
        self._state = AsyncState.DEFAULT  # or Gymnasium would wait for the pending call first
        with contextlib.suppress(EOFError, OSError):
            super().close_extras(timeout=timeout, terminate=terminate or broken)
        for process in self.processes:
            process.kill()
            process.join()

    def check_alive(self) -> None:
        """Raise `WorkerFault` if a worker process has died; called after an `EOFError`."""
        for i, process in enumerate(self.processes):
            process.join(timeout=0.2)
            if not process.is_alive():
                text = f"the worker process ended with exit code {process.exitcode}"
                raise WorkerFault(i, "WorkerDied", text, f"WorkerDied: sub-environment {i}: {text}\n")


def _worker(
    index: int,
    env_fn: Any,
    pipe: Any,
    parent_pipe: Any,
    shared_memory: Any,
    error_queue: Any,
    autoreset_mode: AutoresetMode,
    semaphore: Any = None,  # older versions of Gymnasium give none
) -> None:
    """One worker process: Gymnasium's `_async_worker`, but an exception ends the command, not the worker."""
    parent = os.getppid()
    parent_pipe.close()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    env = None
    # What the environment did last: its observation (without shared memory) and whether the next step is a reset.
    state: dict[str, Any] = {"observation": None, "autoreset": False, "mode": autoreset_mode, "memory": shared_memory}
    state["index"] = index
    try:
        while True:
            command, data = pipe.recv()
            try:
                env = env_fn() if env is None else env
                with semaphore if semaphore is not None and command in ("reset", "step") else contextlib.nullcontext():
                    result = _carry_out(env, command, data, state)
                pipe.send((result, True))
            # A signal ends a worker in another way (SIGTERM) or not at all (SIGINT).
            except BaseException as error:
                error_queue.put((index, type(error).__name__, text_of(error), format_traceback(error)))
                pipe.send((None, False))
            if command == "close":
                break
    except (EOFError, OSError):
        pass  # the parent has gone
    finally:
        if env is not None:
            env.close()


def _carry_out(env: Any, command: str, data: Any, state: dict[str, Any]) -> Any:
    if command == "reset":
        state["observation"], info = env.reset(**data)
        state["autoreset"] = False
        return _share(env, state), info
    if command == "reset-noop":
        return state["observation"], {}
    if command == "step":
        return _step(env, data, state)
    if command == "_call":
        name, args, kwargs = data
        attribute = env.get_wrapper_attr(name)
        return attribute(*args, **kwargs) if callable(attribute) else attribute
    if command == "_setattr":
        env.set_wrapper_attr(*data)
    elif command == "_check_spaces":
        mode, observation_space, action_space = data
        same = (lambda a, b: a == b) if mode == "same" else is_space_dtype_shape_equiv
        return same(observation_space, env.observation_space), action_space == env.action_space
    return None


def _step(env: Any, action: Any, state: dict[str, Any]) -> tuple[Any, float, bool, bool, dict[str, Any]]:
    mode = state["mode"]
    if state["autoreset"] and mode == AutoresetMode.NEXT_STEP:
        state["observation"], info = env.reset()
        reward, terminated, truncated = 0, False, False
    else:
        assert not (state["autoreset"] and mode == AutoresetMode.DISABLED), "the episode is over: reset it by a mask"
        state["observation"], reward, terminated, truncated, info = env.step(action)
    over = terminated or truncated
    if over and mode == AutoresetMode.SAME_STEP:
        final = final_entries(state["observation"], info)
        state["observation"], reset_info = env.reset()
        info, over = {**reset_info, **final}, False
    elif mode == AutoresetMode.SAME_STEP:
        info = without_final(info)
    state["autoreset"] = over
    return _share(env, state), reward, terminated, truncated, info


def _share(env: Any, state: dict[str, Any]) -> Any:
    """Write the observation into the shared memory, if there is one; what is then left to send."""
    if not state["memory"]:
        return state["observation"]
    write_to_shared_memory(env.observation_space, state["index"], state["observation"], state["memory"])
    state["observation"] = None
    return None


def _end_with(parent: int) -> None:
    """End this process when its parent ends, also in the middle of a long step."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: needs no Python to run
    while os.getppid() == parent:
        time.sleep(PARENT_POLL_SECONDS)
    os._exit(1)
