"""Processes, forks and threads around a `RemoteAgent`: what ends, when, and who is told."""

from __future__ import annotations

import atexit
import fcntl
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from agents import CARTPOLE, needs_cli
from processes import is_running, within

from mirrorflow_bridge.agent import AgentStartError, RemoteAgent
from mirrorflow_bridge.agent.command import find_command
from mirrorflow_bridge.agent.folder import PREFIX, sweep
from mirrorflow_bridge.errors import BridgeError

pytestmark = needs_cli

ZERO = np.zeros(4, np.float32)


@pytest.fixture
def agent() -> Iterator[RemoteAgent]:
    """An agent that waits ten minutes for an answer: what is noticed at once is not noticed by its timeout."""
    with RemoteAgent("CartPole-v1", env=gym.make("CartPole-v1"), timeout=600) as agent:
        yield agent


def gone(pid: int) -> bool:
    """Whether the process ends within half a minute."""
    return within(30, lambda: not is_running(pid))


def told_of_death(call: Callable[[], Any], seconds: float = 30) -> str:
    began = time.monotonic()
    with pytest.raises(BridgeError) as found:
        call()
    assert found.value.code == "AgentDied"
    assert time.monotonic() - began < seconds
    return str(found.value)


REQUESTS: dict[str, Callable[[RemoteAgent], Any]] = {
    "predict": lambda agent: agent.predict(ZERO),
    "learn": lambda agent: agent.learn(1),
    "explore": lambda agent: agent.explore(ZERO),
    "metrics": lambda agent: agent.metrics(),
    "save": lambda agent: agent.save("never.mf"),
}


def test_the_end_of_the_process_is_told_to_every_request(agent: RemoteAgent) -> None:
    os.kill(agent.connection.process.pid, signal.SIGKILL)
    for request in REQUESTS.values():
        assert "ended by SIGKILL" in told_of_death(lambda request=request: request(agent))


def test_the_end_of_the_process_is_told_to_a_request_on_its_way(agent: RemoteAgent) -> None:
    pid = agent.connection.process.pid
    os.kill(pid, signal.SIGSTOP)  # so that the request is never answered
    threading.Timer(0.5, os.kill, (pid, signal.SIGKILL)).start()
    told_of_death(lambda: agent.predict(ZERO))


def test_the_end_of_the_process_is_told_while_learning(agent: RemoteAgent) -> None:
    def kill_at(local: dict[str, Any], _: Any) -> None:
        if local["num_timesteps"] == 500:
            os.kill(agent.connection.process.pid, signal.SIGKILL)

    told_of_death(lambda: agent.learn(10_000, callback=kill_at))
    assert agent.num_timesteps in (500, 501)


def test_an_agent_that_ends_while_it_starts_is_told_with_its_last_words() -> None:
    words = "echo out of luck >&2; kill -9 $$"
    with pytest.raises(AgentStartError, match=r"(?s)ended before it served.*out of luck"):
        RemoteAgent("CartPole-v1", command=["sh", "-c", words], **CARTPOLE)


def test_the_end_of_a_server_at_an_endpoint_is_told_and_a_new_one_is_greeted(folder: Path) -> None:
    words = ["node", os.environ["MIRRORFLOW_CLI"], "serve", "--new", "CartPole-v1", "--bind", f"ipc://{folder}/s"]

    def serve() -> subprocess.Popen[str]:
        process = subprocess.Popen([*words, "--out", str(folder / "out")], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline().startswith('{"listening"')
        return process

    process = serve()
    try:
        with RemoteAgent(endpoint=f"ipc://{folder}/s", env=gym.make("CartPole-v1"), timeout=600) as agent:
            agent.learn(300)
            process.send_signal(signal.SIGSTOP)
            threading.Timer(0.5, process.kill).start()
            with pytest.raises(BridgeError, match=r"ConnectionLost.*was started again"):
                agent.predict(ZERO)
            process.communicate()
            process = serve()
            assert agent.predict(ZERO)[0] in (0, 1)
            with pytest.warns(UserWarning, match="connection to the agent was made again"):
                agent.learn(300)
            process.kill()
            process.communicate()
            process = serve()
            # Nothing was on its way: the new server says that it does not know the client, or the loss is noticed.
            with pytest.raises(BridgeError, match=r"NotGreeted.*call again|ConnectionLost"):
                agent.metrics()
            assert agent.metrics()["steps"] == 0
    finally:
        process.kill()
        process.communicate()


def test_an_agent_that_nobody_holds_ends() -> None:
    agent = RemoteAgent("CartPole-v1", **CARTPOLE)
    first, folder = agent.connection.process.pid, Path(agent.connection.endpoint.removeprefix("ipc://")).parent
    # A cell of a notebook that is run again.
    agent = RemoteAgent("CartPole-v1", **CARTPOLE)
    gc.collect()
    assert gone(first)
    assert not folder.exists()
    second = agent.connection.process.pid
    del agent
    gc.collect()
    assert gone(second)


def in_fork(work: Callable[[], Any]) -> bytes:
    """What `work`, or the error that it raises, is in a fork of this process, which then ends by `sys.exit`."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            os.close(reader)
            try:
                os.write(writer, str(work()).encode())
            except BaseException as error:
                os.write(writer, str(error).encode())
            os.close(writer)
            # As `sys.exit` does.
            atexit._run_exitfuncs()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        return file.read()


@pytest.mark.filterwarnings("ignore:.*fork")
def test_a_fork_is_named_at_once_and_leaves_the_agent_to_its_parent(agent: RemoteAgent) -> None:
    for request in REQUESTS.values():
        said = in_fork(lambda request=request: request(agent)).decode()
        assert said.startswith("Forked: ")
        assert f"RemoteAgent(endpoint={agent.connection.endpoint!r})" in said
    assert in_fork(agent.close) == b"None"
    assert agent.predict(ZERO)[0] in (0, 1)


FORKS = """
import os, sys, time
import gymnasium as gym, numpy as np
from mirrorflow_bridge.agent import RemoteAgent
agent = RemoteAgent("CartPole-v1", env=gym.make("CartPole-v1"))
folder = os.path.dirname(agent.connection.endpoint.removeprefix("ipc://"))
if (child := os.fork()) == 0:
    sys.exit()
os.waitpid(child, 0)
print(os.path.exists(folder), agent.predict(np.zeros(4, np.float32))[0] in (0, 1), flush=True)
if (child := os.fork()) == 0:
    time.sleep(600)
print(agent.connection.process.pid, child, flush=True)
sys.stdin.read()
"""


def test_a_fork_that_exits_leaves_the_agent_and_one_that_lives_on_does_not_keep_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", FORKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "True True\n"
        pid, fork = map(int, process.stdout.readline().split())
        try:
            process.kill()
            process.wait()
            assert gone(pid)
            assert is_running(fork)
        finally:
            os.kill(fork, signal.SIGKILL)


def predicts(endpoint: str) -> int:
    with RemoteAgent(endpoint=endpoint) as agent:
        return int(agent.predict(ZERO)[0])


@pytest.mark.filterwarnings("ignore:.*fork")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_another_process_connects_by_the_endpoint(agent: RemoteAgent, method: str) -> None:
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.apply_async(predicts, (agent.connection.endpoint,)).get(timeout=120) in (0, 1)
    assert agent.predict(ZERO)[0] in (0, 1)


def test_threads_get_each_its_own_answers(agent: RemoteAgent) -> None:
    rng = np.random.default_rng(0)
    agent.learn(600)
    # The value differs from state to state; each was asked for alone before.
    states = rng.uniform(-0.2, 0.2, (8, 50, 4)).astype(np.float32)
    expected = [[agent.act(state, deterministic=True) for state in mine] for mine in states]
    assert len({answer[2] for mine in expected for answer in mine}) == 400

    def ask(mine: np.ndarray) -> list[Any]:
        return [agent.act(state, deterministic=True) for state in mine]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, states)) == expected


def test_one_thread_predicts_while_another_learns(agent: RemoteAgent) -> None:
    asked, ended = [], threading.Event()

    def ask() -> None:
        while not ended.is_set():
            asked.append(int(agent.predict(ZERO)[0]))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        agent.learn(600)
    finally:
        ended.set()
        thread.join()
    assert agent.metrics()["updates"] == 600 // 256
    assert set(asked) <= {0, 1}
    assert len(asked) > 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # pyzmq's: it may drop an interrupt
def test_ctrl_c_leaves_an_agent_that_answers(agent: RemoteAgent) -> None:
    # Where the tests run in the background the shell has them ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def interrupt_all() -> None:
        while not ended.wait(0.05):
            os.kill(os.getpid(), signal.SIGINT)

    ended = threading.Event()
    thread = threading.Thread(target=interrupt_all)
    thread.start()
    interrupts = 0
    try:
        while interrupts < 20:
            try:
                for _ in range(100_000):
                    agent.act(ZERO)
            except KeyboardInterrupt:
                interrupts += 1
    finally:
        ended.set()
        thread.join()
        signal.signal(signal.SIGINT, before)
    action, log_density, value = agent.act(ZERO)
    assert (int(action) in (0, 1), log_density, value) == (True, 0, 0)


KILLED = """
import os, signal, sys
sys.path.insert(0, os.getcwd())
from mirrorflow_bridge.agent.folder import SocketFolder
folder = SocketFolder()
(folder.path / "config.json").write_text("{}")
print(folder.path, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_folders_of_killed_processes_are_swept_and_those_of_live_ones_kept(
    agent: RemoteAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(prefix="mf") as temporary:
        environment = {**os.environ, "TMPDIR": temporary}
        run = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, env=environment)
        left = Path(run.stdout.strip())
        live, strange, new, old = (
            Path(temporary, name) for name in (f"{PREFIX}live", "others", f"{PREFIX}n", f"{PREFIX}o")
        )
        for path in (live, strange, new, old):
            path.mkdir()
        os.utime(old, (0, 0))
        with open(live / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            assert left.is_dir()
            sweep(Path(temporary))
            assert sorted(os.listdir(temporary)) == sorted(path.name for path in (live, strange, new))
        # The next start does it.
        monkeypatch.setattr(tempfile, "tempdir", temporary)
        with RemoteAgent("CartPole-v1", **CARTPOLE) as other:
            assert not live.exists()
            assert other.connection.endpoint.startswith(f"ipc://{temporary}/{PREFIX}")
        assert sorted(os.listdir(temporary)) == sorted([strange.name, new.name])
    assert agent.predict(ZERO)[0] in (0, 1)


def test_a_temporary_folder_that_cannot_be_used_is_named_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    for place, words in ((long, "bytes; at most 103.*shorter path"), (tmp_path / "none", "TMPDIR")):
        monkeypatch.setattr(tempfile, "tempdir", str(place))
        with pytest.raises(AgentStartError, match=words):
            RemoteAgent("CartPole-v1", **CARTPOLE)
    assert os.listdir(long) == []


def test_the_program_is_found_in_node_modules_above_and_nothing_is_asked_of_a_registry(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    programs = tmp_path / "node_modules" / ".bin"
    below = tmp_path / "a" / "b"
    for path in (programs, below):
        path.mkdir(parents=True)
    # An npx is there, which would ask the registry.
    for program in (tmp_path / "npx", programs / "mirrorflow"):
        program.write_text("#!/bin/sh\necho asked >&2; exit 1\n")
        program.chmod(0o755)
    monkeypatch.delenv("MIRRORFLOW_CLI")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(below)
    assert find_command(None) == [str(programs / "mirrorflow")]
    (programs / "mirrorflow").unlink()
    with pytest.raises(AgentStartError, match=r"not in node_modules.*`npm install mirrorflow`"):
        find_command(None)
