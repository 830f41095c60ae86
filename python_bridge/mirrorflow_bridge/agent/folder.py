"""The folder of an agent's socket: for this user only, removed by its owner or swept later."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

from ..server.endpoint import MAX_IPC_PATH
from .command import AgentStartError

PREFIX = "mirrorflow-agent-"
# Seconds after which a folder without a lock, which has one from its first milliseconds, was left by a killed process.
OLD = 3600.0


class SocketFolder:
    """A new folder of mode 0700 in the temporary folder, locked while this process lives.

    Raises:
        AgentStartError: it cannot be made, or its path is too long for a socket.
    """

    def __init__(self) -> None:
        try:
            parent = Path(tempfile.gettempdir())
            sweep(parent)
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            self._lock = _lock(self.path)
        except OSError as error:
            raise AgentStartError(
                f"No folder for the agent's socket can be made in the temporary folder: {error.strerror}. "
                "Remedy: set TMPDIR to a folder of your own that exists and can be written."
            ) from None
        self.socket = self.path / "s"
        length = len(os.fsencode(self.socket))
        if length > MAX_IPC_PATH:
            self.remove()
            raise AgentStartError(
                f"The path of the agent's socket, {self.socket}, has {length} bytes; at most {MAX_IPC_PATH} are "
                "possible. Remedy: set TMPDIR to a folder with a shorter path."
            )

    def remove(self) -> None:
        """Remove the folder with what is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _lock(folder: Path) -> int:
    new = folder / "lock.new"
    file = os.open(new, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    # Renamed when it is locked: a sweep never sees it unlocked while its owner lives.
    new.rename(folder / "lock")
    return file


def sweep(parent: Path) -> None:
    """Remove the folders in `parent` that killed processes of this user have left."""
    for folder in parent.glob(PREFIX + "*"):
        with contextlib.suppress(OSError):
            if folder.lstat().st_uid == os.getuid() and not folder.is_symlink() and _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    try:
        file = os.open(folder / "lock", os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return time.time() - folder.lstat().st_mtime > OLD
    try:
        # The system releases a lock when its owner ends, however it ends.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(file)
