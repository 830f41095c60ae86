"""The agent's process, as a child of this one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import weakref
from collections import deque
from collections.abc import Sequence
from typing import IO

from ..errors import BridgeError
from .command import AgentStartError, Command, find_command
from .folder import SocketFolder

START_TIMEOUT = 60.0  # seconds
END_TIMEOUT = 3.0  # seconds


class AgentProcess:
    """A running `mirrorflow serve --child`; it ends with this process, however that ends, and with this object.

    Args:
        arguments: what is served, and the options: `["--new", "CartPole-v1"]`.
        command: see `find_command`.
        files: written to the socket's folder before the start; `{folder}` in an argument stands for its path.

    Raises:
        AgentStartError: it did not start; the message has its last words.
    """

    def __init__(
        self, arguments: Sequence[str], command: Command | None = None, files: dict[str, bytes] | None = None
    ) -> None:
        program = find_command(command)
        folder = SocketFolder()
        try:
            for name, content in (files or {}).items():
                (folder.path / name).write_bytes(content)
        except OSError as error:
            folder.remove()
            raise AgentStartError(f"{folder.path / name} cannot be written: {error.strerror}.") from None
        given = [argument.replace("{folder}", str(folder.path)) for argument in arguments]
        words = [*program, "serve", *given, "--child", "--bind", f"ipc://{folder.socket}"]
        try:
            # A session of its own: Ctrl-C in the terminal must not end the agent before it was saved.
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        except OSError as error:
            folder.remove()
            raise AgentStartError(f"{words[0]} cannot be run: {error.strerror}.") from None
        self._last: deque[str] = deque(maxlen=20)
        # Neither the thread nor the finalizer knows this object: `del agent` ends the process.
        self._reader = threading.Thread(target=_read, args=(self._process.stderr, self._last), daemon=True)
        self._reader.start()
        self._end = weakref.finalize(self, _end, self._process, self._reader, folder, os.getpid())
        _children.add(self)
        try:
            self.endpoint = self._listening(words)
        except BaseException:
            self.close()
            raise
        self.pid = self._process.pid

    def _listening(self, words: list[str]) -> str:
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(START_TIMEOUT, give_up)
        timer.start()
        try:
            line = self._process.stdout.readline() if self._process.stdout else ""
        finally:
            timer.cancel()
        if line.startswith('{"listening"'):
            endpoint: str = json.loads(line)["listening"]
            return endpoint
        how = f"did not serve within {START_TIMEOUT:g} s" if late.is_set() else "ended before it served"
        raise AgentStartError(f"`{' '.join(words)}` {how}:\n{self.last_words()}")

    def last_words(self) -> str:
        """The last lines that it wrote to stderr."""
        self._reader.join(timeout=1)
        return "".join(self._last).strip() or "(it said nothing)"

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def death(self) -> BridgeError:
        """The error for a request to a process that has ended."""
        status = self._process.wait()
        how = f"by {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
        return BridgeError(
            "AgentDied",
            f"The agent's process {self.pid} ended {how}. Its last words:\n{self.last_words()}\n",
            remedy="make a new RemoteAgent, such as RemoteAgent.load of the last checkpoint; SIGKILL is often the "
            "system's, out of memory",
        )

    def close(self) -> None:
        """End it, and wait until it has ended."""
        self._end()


def _read(stderr: IO[str], last: deque[str]) -> None:
    for line in stderr:
        last.append(line)


def _end(process: subprocess.Popen[str], reader: threading.Thread, folder: SocketFolder, owner: int) -> None:
    # A fork of the owner ends without ending what is not its own.
    if os.getpid() != owner:
        return
    if process.stdin is not None:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(timeout=END_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
    reader.join(timeout=1)
    if process.stderr is not None and not reader.is_alive():
        process.stderr.close()
    folder.remove()


_children: weakref.WeakSet[AgentProcess] = weakref.WeakSet()


def _leave_to_parent() -> None:
    """In a fork: close its copies of the pipes, so that an agent ends with the process that started it."""
    for child in list(_children):
        if child._process.stdin is not None:
            child._process.stdin.close()


os.register_at_fork(after_in_child=_leave_to_parent)
