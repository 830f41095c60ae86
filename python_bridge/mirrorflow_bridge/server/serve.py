"""Runs a server on an endpoint: alone (`serve`) or as the child of its client (`child`)."""

from __future__ import annotations

import json
import signal
import sys
from functools import partial
from pathlib import Path
from types import FrameType

import zmq

from ..env.allow import AllowList
from ..errors import ServerEnds
from ..limits import Limits
from . import keys
from .endpoint import EndpointError, is_ipv6, is_private, prepare, sole_server
from .lanes import Lanes, lane_path
from .loop import Server
from .watch import end_with_stdin, remove


def child(endpoint: str, limits: Limits) -> None:
    """Serve the process that started this one, until it ends. Everything is allowed and there is no lease."""
    if not is_private(endpoint):
        raise EndpointError(
            f"{endpoint} can be reached from other machines; expected ipc://PATH or tcp://127.0.0.1:PORT."
        )
    files = prepare(endpoint, has_keys=False)
    bound: list[str] = []
    end_with_stdin(bound)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _serve((signal.SIGTERM,), endpoint, files, bound, limits, AllowList(), None, None)


def serve(
    endpoint: str,
    limits: Limits,
    allow: AllowList,
    lease: float | None,
    curve: tuple[Path, set[bytes]] | None,
) -> None:
    """Serve any client that can connect, until SIGTERM or SIGINT.

    Args:
        curve: the file with the server's secret key, and the clients' public keys; None for no encryption.
    """
    files = prepare(endpoint, has_keys=curve is not None)
    _serve((signal.SIGTERM, signal.SIGINT), endpoint, files, [], limits, allow, lease, curve)


def _serve(
    signals: tuple[signal.Signals, ...],
    endpoint: str,
    files: list[str],
    bound: list[str],
    limits: Limits,
    allow: AllowList,
    lease: float | None,
    curve: tuple[Path, set[bytes]] | None,
) -> None:
    context = zmq.Context()
    socket = context.socket(zmq.ROUTER)
    authenticator = lanes = None
    try:
        Server.configure(socket, limits)
        if curve is not None:
            authenticator = keys.secure(socket, *curve)
        server = Server(socket, limits, allow, lease)
        for number in signals:
            signal.signal(number, partial(_interrupt, server))
        with sole_server(files):
            _bind(socket, endpoint)
            bound += files  # from now on they are this server's
            lanes = _lanes(socket, files, limits)
            if lanes is not None:
                bound.append(lanes.path)
                server.offer(lanes)
        print(json.dumps({"listening": socket.getsockopt_string(zmq.LAST_ENDPOINT)}), flush=True)
        server.run()
    except ServerEnds:
        pass
    finally:
        remove(bound)  # while it is this server's: once it is closed, another may take its place
        if lanes is not None:
            lanes.close_all()
        socket.close(linger=200)
        if authenticator is not None:
            authenticator.stop()
        context.term()
    print("mirrorflow-bridge: ended by a signal; environments are closed.", file=sys.stderr)


def _bind(socket: zmq.Socket[bytes], endpoint: str) -> None:
    socket.ipv6 = is_ipv6(endpoint)
    try:
        socket.bind(endpoint)
    except zmq.ZMQError as error:
        raise EndpointError(f"{endpoint} cannot be bound: {error.strerror}.") from None


def _lanes(socket: zmq.Socket[bytes], files: list[str], limits: Limits) -> Lanes | None:
    """The lanes of a server with an ipc endpoint; None where something is in their place already."""
    path = lane_path(files)
    try:
        return None if path is None else Lanes(path, int(socket.fd), limits)
    except OSError:
        return None


def _interrupt(server: Server, number: int, frame: FrameType | None) -> None:
    """End the server in order, at the latest after the request under way; a second signal ends it at once."""
    signal.signal(number, signal.SIG_DFL)
    server.stop = True  # where an environment keeps the exception to itself
    raise ServerEnds
