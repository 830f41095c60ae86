"""No process is left behind, however a server or its parent ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from processes import is_running, within

from mirrorflow_bridge.client import Client
from mirrorflow_bridge.compliance.process import server_process

AWKWARD = "bridge_test_envs:Awkward-v0"
# A parent that starts a server, tells its pid and then waits to be killed.
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "mirrorflow_bridge", "child", "--bind", sys.argv[1]],
                         stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
print(child.pid, flush=True)
time.sleep(60)
"""


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize("doing", ["waiting", "long step", "long step of a worker"])
def test_a_killed_parent_leaves_no_server_and_no_socket(folder: Path, doing: str) -> None:
    socket = folder / "s"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, f"ipc://{socket}"], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    server = int(parent.stdout.readline())
    workers: list[int] = []
    with Client(f"ipc://{socket}") as client:
        client.hello()
        if doing != "waiting":
            extra = {"num_envs": 2, "backend": "async"} if "worker" in doing else {}
            handle = client.request("make", env=AWKWARD, **extra)["handle"]
            client.request("reset", handle=handle)
            client.send("step", handle=handle, action=np.array([2, 2], np.int32) if extra else 2)
            time.sleep(0.2)
            workers = children(server)
            assert len(workers) >= 2 or not extra
        assert is_running(server)
        parent.kill()
        parent.wait()
        parent.stdout.close()
        assert within(2, lambda: not is_running(server))
        assert within(2, lambda: not any(map(is_running, workers)))
    assert not socket.exists()


def test_a_child_ends_when_its_standard_input_closes(folder: Path) -> None:
    with server_process("child", f"ipc://{folder}/s") as (process, _):
        process.stdin.close()
        process.stdin = None
        assert process.wait(2) == 0


def test_a_child_ignores_sigint_and_ends_in_order_on_sigterm(folder: Path) -> None:
    with server_process("child", f"ipc://{folder}/s") as (process, endpoint), Client(endpoint) as client:
        process.send_signal(signal.SIGINT)
        client.hello()
        process.send_signal(signal.SIGTERM)
        assert process.wait(2) == 0
        assert not (folder / "s").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_in_order_on_a_signal_and_closes_its_environments(folder: Path, number: int) -> None:
    with server_process("serve", f"ipc://{folder}/s") as (process, endpoint), Client(endpoint) as client:
        client.hello()
        client.request("make", env="CartPole-v1", num_envs=2, backend="async")
        workers = children(process.pid)
        assert len(workers) >= 2
        process.send_signal(number)
        assert process.wait(3) == 0
        assert within(1, lambda: not any(map(is_running, workers)))


def test_a_killed_server_leaves_no_worker(folder: Path) -> None:
    with server_process("serve", f"ipc://{folder}/s") as (process, endpoint), Client(endpoint) as client:
        client.hello()
        client.request("make", env="CartPole-v1", num_envs=3, backend="async")
        workers = children(process.pid)
        process.kill()
        assert within(2, lambda: not any(map(is_running, workers)))


def test_a_signal_ends_a_server_in_the_middle_of_a_step(folder: Path) -> None:
    options = ("--allow-env", "*", "--allow-module", "bridge_test_envs")
    with server_process("serve", f"ipc://{folder}/s", *options) as (process, endpoint), Client(endpoint) as client:
        client.hello()
        handle = client.request("make", env=AWKWARD)["handle"]
        client.request("reset", handle=handle)
        client.send("step", handle=handle, action=2)
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(2) == 0
