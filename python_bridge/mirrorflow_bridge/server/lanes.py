"""The lanes of a server: the socket that they connect to, and one wait for all that may arrive, over ZeroMQ, too."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import stat
import time
from pathlib import Path

from ..limits import Limits
from .endpoint import MAX_IPC_PATH, is_served, user_of
from .lane import Lane

OPEN_SECONDS = 5.0  # in which a connection must open its lane, or read the error that ends it
MAX_UNOPENED = 64  # connections; more are closed at once
# For how long the server looks for the next request after it answered one, before it sleeps: to be woken takes as long
# as that. Only where a core is left for its client.
SPIN_SECONDS = 50e-6 if len(getattr(os, "sched_getaffinity", lambda _: ())(0)) >= 2 else 0.0
READ, WRITE = select.POLLIN, select.POLLOUT


def lane_path(files: list[str]) -> str | None:
    """Where the lanes of a server connect that has these files (`endpoint.prepare`); None if it can offer none."""
    if not files or not hasattr(socket, "AF_UNIX") or not hasattr(select, "poll"):
        return None
    path = files[0] + ".lane"
    return path if len(os.fsencode(path)) <= MAX_IPC_PATH else None


class Lanes:
    """Every connection to the socket at `path`, which is removed by the caller.

    Args:
        path: bound here; the file of a server that was killed is taken over.
        other: a file descriptor that is waited for, too.
        limits: the server's.
        open_seconds: see `OPEN_SECONDS`.

    Raises:
        OSError: something else is at the path.
    """

    def __init__(self, path: str, other: int, limits: Limits, open_seconds: float = OPEN_SECONDS) -> None:
        self.path = path
        self.lanes: dict[int, Lane] = {}  # by their file descriptors
        self.left: dict[Lane, None] = {}  # those of which messages may have been received and not taken yet
        self.deadlines: dict[Lane, float] = {}  # of those that are not open
        self._limits = limits
        self._open_seconds = open_seconds
        self._listener = _listen(path)
        self.fd = self._listener.fileno()
        self._poll = select.poll()
        self._poll.register(self._listener, READ)
        self._poll.register(other, READ)

    def wait(self, milliseconds: int, spins: bool) -> list[tuple[int, int]]:
        """File descriptors with their events (`READ`, `WRITE` and others), [] after so many milliseconds.

        Args:
            spins: whether to look for `SPIN_SECONDS` before it sleeps.
        """
        poll = self._poll.poll
        if spins and milliseconds:
            end = time.perf_counter() + SPIN_SECONDS
            while time.perf_counter() < end:
                if events := poll(0):
                    return events
        if self.deadlines:
            soon = min(self.deadlines.values()) - time.monotonic()
            milliseconds = max(0, min(milliseconds, int(soon * 1000) + 1))
        return poll(milliseconds)

    def accept(self) -> None:
        """Take the connections that wait; those of other users are closed."""
        for _ in range(MAX_UNOPENED):
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if user_of(connection) not in (None, os.getuid()) or len(self.deadlines) >= MAX_UNOPENED:
                connection.close()
                continue
            lane = Lane(connection, self._limits)
            self.lanes[lane.fd] = lane
            self.deadlines[lane] = time.monotonic() + self._open_seconds
            self._poll.register(lane.fd, READ)

    def watch(self, lane: Lane) -> None:
        """Wait until more can be sent on `lane` if something is unsent, and no longer if nothing is."""
        if lane.has_unsent() != lane.polls_out:
            lane.polls_out = not lane.polls_out
            self._poll.modify(lane.fd, _events(lane))

    def end_soon(self, lane: Lane) -> None:
        """Read no further from `lane`, and close it when all is sent, or after `OPEN_SECONDS`."""
        lane.is_closing = True
        self.left.pop(lane, None)
        self.deadlines[lane] = time.monotonic() + self._open_seconds
        self._poll.modify(lane.fd, _events(lane))

    def overdue(self) -> list[Lane]:
        """Those that are to be closed now."""
        now = time.monotonic()
        return [lane for lane, end in self.deadlines.items() if end <= now or (lane.is_closing and not lane.unread)]

    def close(self, lane: Lane) -> None:
        """Close `lane` and forget it."""
        if self.lanes.pop(lane.fd, None) is lane:
            self._poll.unregister(lane.fd)
        self.left.pop(lane, None)
        self.deadlines.pop(lane, None)
        lane.close()

    def close_all(self) -> None:
        """Close every lane and the socket."""
        for lane in list(self.lanes.values()):
            self.close(lane)
        self._listener.close()


def _events(lane: Lane) -> int:
    return (0 if lane.is_closing else READ) | (WRITE if lane.polls_out else 0)


def _listen(path: str) -> socket.socket:
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(Path(path).stat().st_mode) or is_served(path):
            raise FileExistsError(path)
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.setblocking(False)
        listener.bind(path)
        os.chmod(path, 0o600)
        listener.listen(MAX_UNOPENED)
    except OSError:
        listener.close()
        raise
    return listener
