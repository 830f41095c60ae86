"""Endpoints a server binds: which are private to this machine, and the folder of an ipc socket."""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import os
import re
import socket
import stat
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_IPC_PATH = 103  # bytes; the shortest limit of the systems ZeroMQ runs on (Linux has 107)


_HOST_AND_PORT = re.compile(r"tcp://(\[[0-9A-Fa-f:.]+\]|[^:\[\]/\s]+):[0-9*]+")


class EndpointError(Exception):
    """An endpoint that will not be bound, and what to do about it."""


def is_private(endpoint: str) -> bool:
    """Whether only this machine can reach `endpoint`: `ipc://`, or `tcp://` on a loopback address."""
    if endpoint.startswith("ipc://"):
        return True
    host = endpoint.removeprefix("tcp://").rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_ipv6(endpoint: str) -> bool:
    """Whether `endpoint` has an IPv6 address, which ZeroMQ takes only where its option `ipv6` is set."""
    return endpoint.startswith("tcp://[")


def is_port(text: str) -> bool:
    """Whether `text` is a port to bind: a number, or `*` for one that is free."""
    return text == "*" or (text.isdecimal() and 0 < int(text) < 65_536)


def prepare(endpoint: str, *, has_keys: bool) -> list[str]:
    """Check `endpoint` before it is bound and make the folder of an ipc socket.

    Returns:
        The files the socket makes, to be removed when the process ends at once.

    Raises:
        EndpointError: it is neither `tcp://` nor `ipc://`, or reachable from other machines without CURVE keys, or the
            folder of its ipc socket is open to others.
    """
    if endpoint.startswith("tcp://"):
        if not _HOST_AND_PORT.fullmatch(endpoint) or not is_port(endpoint.rpartition(":")[2]):
            raise EndpointError(
                f"{endpoint!r} is not tcp://HOST:PORT, with a PORT from 1 to 65535, or * for a free one; an IPv6 "
                "address stands in brackets."
            )
        if not is_private(endpoint) and not has_keys:
            raise EndpointError(
                f"{endpoint} can be reached from other machines, and there are no CURVE keys: anyone could use it.\n"
                "Make keys with `mirrorflow-bridge keys --out DIR` and give --curve-secret DIR/server.secret.json and "
                "--curve-clients DIR/client.public.json, or bind tcp://127.0.0.1:PORT or ipc://PATH."
            )
        return []
    if not endpoint.startswith("ipc://"):
        raise EndpointError(f"{endpoint!r} is no endpoint to bind; expected tcp://HOST:PORT or ipc://PATH.")
    path = Path(endpoint.removeprefix("ipc://"))
    if not path.name or str(path).startswith("@"):
        raise EndpointError(f"{endpoint!r} names no file; expected ipc://PATH.")
    if len(os.fsencode(path)) > MAX_IPC_PATH:
        raise EndpointError(
            f"The path of {endpoint} has {len(os.fsencode(path))} bytes; a socket's path may have {MAX_IPC_PATH}. "
            "Choose a folder with a shorter path."
        )
    path = path.absolute()
    _prepare_folder(path.parent)
    if path.exists() and not stat.S_ISSOCK(path.stat().st_mode):
        raise EndpointError(f"{path} exists and is no socket; choose another path.")
    return [str(path)]


@contextlib.contextmanager
def sole_server(files: list[str]) -> Iterator[None]:
    """Bind within this: no other server binds in the same folder meanwhile, and none serves at the socket now.

    A socket file without a server (of one that was killed) may be taken over.

    Args:
        files: as `prepare` gives them.

    Raises:
        EndpointError: a server that runs has this socket.
    """
    if not files:
        yield
        return
    folder = os.open(os.path.dirname(files[0]), os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(folder, fcntl.LOCK_EX)
        if is_served(files[0]):
            raise EndpointError(
                f"A server that runs has ipc://{files[0]} already. End it first, or choose another path for this one."
            )
        yield
    finally:
        os.close(folder)


def is_served(path: str) -> bool:
    """Whether somebody listens at a socket file."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError:
            return True  # a full backlog: it listens and is slow
        return True


def user_of(connection: socket.socket) -> int | None:
    """The id of the user at the other end of a Unix socket; None where the system does not tell."""
    if hasattr(socket, "SO_PEERCRED"):
        # The process, the user and the group.
        size = struct.calcsize("@iII")
        return int(struct.unpack("@iII", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))[1])
    if sys.platform == "darwin" or "bsd" in sys.platform:
        # LOCAL_PEERCRED of SOL_LOCAL: the version of a struct xucred, then the user.
        return int(struct.unpack_from("II", connection.getsockopt(0, 1, 128))[1])
    return None


def _prepare_folder(folder: Path) -> None:
    for parent in _ancestors(folder):
        _check_parent(parent)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EndpointError(f"The folder {folder} for the socket cannot be made: {error.strerror}.") from None
    state = folder.stat()
    if state.st_uid != os.getuid():
        raise EndpointError(f"The folder {folder} for the socket belongs to another user; choose one of your own.")
    mode = stat.S_IMODE(state.st_mode)
    if mode & 0o077:
        raise EndpointError(
            f"The folder {folder} for the socket has mode {mode:04o}: others could reach the server.\n"
            f"Choose a folder that does not exist yet, such as {folder}/mirrorflow: it is made with mode 0700."
        )


def _ancestors(folder: Path) -> list[Path]:
    """The folders above `folder` that exist, those that its links lead through as well."""
    named = list(folder.parents)
    return [
        path
        for path in dict.fromkeys([*named, *(p for n in [folder, *named] for p in n.resolve().parents)])
        if path.exists()
    ]


def _check_parent(parent: Path) -> None:
    """Refuse a folder in which another user could put a folder of his in the place of the server's."""
    state = parent.stat()
    if state.st_uid not in (0, os.getuid()):
        raise EndpointError(
            f"The folder {parent}, which is above the socket, belongs to another user, who could replace what is in "
            "it; choose a path below folders of your own or of root."
        )
    if state.st_mode & 0o022 and not state.st_mode & stat.S_ISVTX:
        raise EndpointError(
            f"Others may write to the folder {parent}, which is above the socket (mode "
            f"{stat.S_IMODE(state.st_mode):04o}), so they could replace what is in it; choose a path below folders "
            "that only you or root may write to, such as your home or $XDG_RUNTIME_DIR."
        )
