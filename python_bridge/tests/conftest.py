"""Servers and clients for the tests: real processes and real sockets."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mirrorflow_bridge.client import Client
from mirrorflow_bridge.compliance.process import server_process

HERE = Path(__file__).parent
# Server processes import bridge_test_envs from here.
os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
os.environ["SDL_VIDEODRIVER"] = "dummy"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of mode 0700 with a path short enough for an ipc socket."""
    with tempfile.TemporaryDirectory(prefix="mf") as path:
        yield Path(path)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The endpoint of one `child` server that most tests share."""
    # No `TemporaryDirectory`: a fork of a test that runs the exit functions would remove it.
    path = tempfile.mkdtemp(prefix="mf")
    try:
        with server_process("child", f"ipc://{path}/s") as (_, listening):
            yield listening
    finally:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def client(endpoint: str) -> Iterator[Client]:
    """A greeted client of the shared server."""
    with Client(endpoint) as client:
        client.hello()
        yield client
