"""Ends a server with the process that started it."""

from __future__ import annotations

import contextlib
import os
import threading

CHUNK = 4096


def end_with_stdin(files: list[str]) -> None:
    """End this process at once when its standard input closes, whatever an environment is doing.

    The parent holds the other end of standard input, which closes when the parent ends, however it ends.

    Args:
        files: removed first (the socket of an ipc endpoint); may be filled later, when the socket is bound.
    """
    threading.Thread(target=_watch, args=(files,), name="stdin-watch", daemon=True).start()


def _watch(files: list[str]) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, CHUNK):
            pass
    remove(files)
    os._exit(0)


def remove(files: list[str]) -> None:
    """Remove `files`, those that are there."""
    for file in files:
        with contextlib.suppress(OSError):
            os.unlink(file)
