"""Runs a server on an endpoint: alone (`serve`) or as the child of its client (`child`)."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from types import FrameType

import zmq

from . import keys
from .allow import AllowList
from .endpoint import EndpointError, is_private, prepare
from .limits import Limits
from .server import Server
from .watch import end_with_stdin, remove


def child(endpoint: str, limits: Limits) -> None:
    """Serve the process that started this one, until it ends. Everything is allowed and there is no lease."""
    if not is_private(endpoint):
        raise EndpointError(
            f"{endpoint} can be reached from other machines; expected ipc://PATH or tcp://127.0.0.1:PORT."
        )
    files = prepare(endpoint, has_keys=False)
    end_with_stdin(files)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _serve(endpoint, files, limits, AllowList(), None, None)


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
    signal.signal(signal.SIGINT, _interrupt)
    _serve(endpoint, files, limits, allow, lease, curve)


def _serve(
    endpoint: str,
    files: list[str],
    limits: Limits,
    allow: AllowList,
    lease: float | None,
    curve: tuple[Path, set[bytes]] | None,
) -> None:
    signal.signal(signal.SIGTERM, _interrupt)
    context = zmq.Context()
    socket = context.socket(zmq.ROUTER)
    authenticator = None
    try:
        Server.configure(socket, limits)
        if curve is not None:
            authenticator = keys.secure(socket, *curve)
        try:
            socket.bind(endpoint)
        except zmq.ZMQError as error:
            raise EndpointError(f"{endpoint} cannot be bound: {error.strerror}.") from None
        bound = socket.getsockopt_string(zmq.LAST_ENDPOINT)
        print(json.dumps({"listening": bound}), flush=True)
        Server(socket, limits, allow, lease).run()
    except KeyboardInterrupt:
        print("mirrorflow-bridge: ended by a signal; environments are closed.", file=sys.stderr)
    finally:
        socket.close(linger=200)
        if authenticator is not None:
            authenticator.stop()
        context.term()
        remove(files)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End the server in order; a second signal ends it at once."""
    signal.signal(number, signal.SIG_DFL)
    raise KeyboardInterrupt
