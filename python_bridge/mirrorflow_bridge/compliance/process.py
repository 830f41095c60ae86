"""A server in a process of its own, for the fuzz test and the tests."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def server_process(command: str, endpoint: str, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start `mirrorflow_bridge command --bind endpoint`; the process and the endpoint it listens on.

    Standard input is a pipe: closing it ends a `child`. At the end the process is stopped, with SIGTERM.
    """
    arguments = [sys.executable, "-m", "mirrorflow_bridge", command, "--bind", endpoint, *options]
    with (
        tempfile.TemporaryFile("w+") as stderr,
        subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                stderr.seek(0)
                raise RuntimeError(f"the server did not start: {stderr.read()}")
            yield process, json.loads(line)["listening"]
        finally:
            process.terminate()
            try:
                process.communicate(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
