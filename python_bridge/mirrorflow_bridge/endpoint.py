"""Endpoints a server binds: which are private to this machine, and the folder of an ipc socket."""

from __future__ import annotations

import ipaddress
import os
import stat
from pathlib import Path

MAX_IPC_PATH = 103  # bytes; the shortest limit of the systems ZeroMQ runs on (Linux has 107)


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


def prepare(endpoint: str, *, has_keys: bool) -> list[str]:
    """Check `endpoint` before it is bound and make the folder of an ipc socket.

    Returns:
        The files the socket makes, to be removed when the process ends at once.

    Raises:
        EndpointError: it is neither `tcp://` nor `ipc://`, or reachable from other machines without CURVE keys, or the
            folder of its ipc socket is open to others.
    """
    if endpoint.startswith("tcp://"):
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
    _prepare_folder(path.absolute().parent)
    if path.exists() and not stat.S_ISSOCK(path.stat().st_mode):
        raise EndpointError(f"{path} exists and is no socket; choose another path.")
    return [str(path.absolute())]


def _prepare_folder(folder: Path) -> None:
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
            f"Run `chmod 700 {folder}`, or choose a folder that does not exist yet."
        )
