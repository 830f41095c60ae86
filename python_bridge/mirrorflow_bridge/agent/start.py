"""Starts `mirrorflow serve` as the child of this process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

START_TIMEOUT = 60.0  # seconds
AUTOMATIC = "auto"  # the preset that is chosen from the spaces


class AgentStartError(Exception):
    """The agent's process could not be started; the message says what to do."""


def find_command(given: str | os.PathLike[str] | Sequence[str] | None) -> list[str]:
    """The words that run the command line tool.

    Args:
        given: a program or its words; None for the environment variable MIRRORFLOW_CLI, else `mirrorflow` on the PATH,
            else the one that `npx` finds in the working directory's packages. A path that ends in `.js` is run with
            node.

    Raises:
        AgentStartError: there is none.
    """
    chosen = given if given is not None else os.environ.get("MIRRORFLOW_CLI")
    if chosen is not None:
        words = [os.fspath(chosen)] if isinstance(chosen, (str, os.PathLike)) else list(chosen)
        if words and words[0].endswith(".js"):
            if not Path(words[0]).exists():
                raise AgentStartError(f"{words[0]} does not exist. In a clone `npm run build` makes dist/cli/main.js.")
            words = [_node(), *words]
        return words
    if found := shutil.which("mirrorflow"):
        return [found]
    if found := shutil.which("npx"):
        return [found, "--no-install", "mirrorflow"]
    raise AgentStartError(
        "The program mirrorflow was not found. Expected: the argument `command`, the environment variable "
        "MIRRORFLOW_CLI (the path of dist/cli/main.js), or mirrorflow on the PATH. Remedy: install Node 20.12 or newer "
        "and `npm install mirrorflow`."
    )


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        raise AgentStartError("node is not on the PATH. Install Node 20.12 or newer.")
    return node


class AgentProcess:
    """A running `mirrorflow serve --child`; it ends with this process, however that ends.

    Args:
        arguments: what is served, and the options: `["--new", "CartPole-v1"]`.
        command: see `find_command`.

    Raises:
        AgentStartError: it did not start; the message has its last words.
    """

    def __init__(self, arguments: Sequence[str], command: str | os.PathLike[str] | Sequence[str] | None = None) -> None:
        words = find_command(command)
        # Made for this user only (mode 0700), so nobody else can reach the socket.
        self._folder = tempfile.TemporaryDirectory(prefix="mirrorflow-")
        bind = ["serve", *arguments, "--child", "--bind", f"ipc://{self._folder.name}/s"]
        self._last: deque[str] = deque(maxlen=20)
        try:
            # A session of its own: Ctrl-C in the terminal must not end the agent before it was saved.
            self._process = subprocess.Popen(
                [*words, *bind],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        except OSError as error:
            self._folder.cleanup()
            raise AgentStartError(f"{words[0]} cannot be run: {error.strerror}.") from None
        self._reader = threading.Thread(target=self._read_stderr, daemon=True)
        self._reader.start()
        timer = threading.Timer(START_TIMEOUT, self._process.kill)
        timer.start()
        line = self._process.stdout.readline() if self._process.stdout else ""
        timer.cancel()
        if not line.startswith('{"listening"'):
            self.close()
            raise AgentStartError(f"`{' '.join([*words, *bind])}` ended before it served:\n{self.last_words()}")
        self.endpoint: str = json.loads(line)["listening"]
        self.pid = self._process.pid

    def _read_stderr(self) -> None:
        for line in self._process.stderr or ():
            self._last.append(line)

    def last_words(self) -> str:
        """The last lines that it wrote to stderr."""
        self._reader.join(timeout=1)
        return "".join(self._last).strip() or "(it said nothing)"

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End it, and wait until it has ended."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._reader.join(timeout=1)
        self._folder.cleanup()


def start_agent(
    preset: str | None,
    config: dict[str, Any] | None,
    checkpoint: str | os.PathLike[str] | None,
    seed: int | None,
    command: str | os.PathLike[str] | Sequence[str] | None,
) -> AgentProcess:
    """Start a new agent, or one from a checkpoint; the arguments are those of `RemoteAgent`.

    Raises:
        AgentStartError: the process did not start.
        ValueError: a seed for a checkpoint.
    """
    if checkpoint is not None:
        if seed is not None:
            raise ValueError("seed is for a new agent; a checkpoint has its random numbers.")
        return AgentProcess([os.fspath(checkpoint)], command)
    options = [] if seed is None else ["--seed", str(seed)]
    if preset is not None:
        return AgentProcess(["--new", preset, *options], command)
    with tempfile.TemporaryDirectory(prefix="mirrorflow-") as folder:
        file = Path(folder, "config.json")
        file.write_text(json.dumps(config))
        return AgentProcess(["--config", str(file), *options], command)
