"""The command line: `child`, `serve`, `keys` and `compliance`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path

from . import __version__
from .limits import Limits
from .server.endpoint import EndpointError
from .server.keys import KeyFileError

DEFAULT_LEASE = 60.0  # seconds


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the exit status."""
    options = parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        return status
    except (EndpointError, KeyFileError) as error:
        print(f"mirrorflow-bridge {options.command}: {error}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    root = argparse.ArgumentParser(prog="mirrorflow-bridge", description="Gymnasium environments over ZeroMQ.")
    root.add_argument("--version", action="version", version=__version__)
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")

    child = commands.add_parser("child", help="serve the process that starts this one; ends when standard input closes")
    child.add_argument("--bind", required=True, metavar="ENDPOINT", help="ipc://PATH or tcp://127.0.0.1:PORT")
    _add_limits(child)
    child.set_defaults(run=_child)

    serve = commands.add_parser("serve", help="serve environments to clients that connect")
    serve.add_argument("--bind", required=True, metavar="ENDPOINT", help="tcp://HOST:PORT or ipc://PATH")
    serve.add_argument(
        "--allow-env", action="append", metavar="GLOB", help="ids that may be made (default: those Gymnasium registers)"
    )
    serve.add_argument(
        "--allow-module", action="append", default=[], metavar="NAME", help="a module that may be imported"
    )
    serve.add_argument(
        "--allow-attr", action="append", default=[], metavar="NAME", help="an attribute besides the default"
    )
    serve.add_argument(
        "--lease",
        type=_seconds,
        default=DEFAULT_LEASE,
        metavar="SECONDS",
        help=f"close the environments of a client silent for this long (default {DEFAULT_LEASE:g})",
    )
    serve.add_argument("--curve-secret", type=Path, metavar="FILE", help="the server's secret key")
    serve.add_argument(
        "--curve-clients",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help="clients' public keys: a file or folder",
    )
    _add_limits(serve)
    serve.set_defaults(run=_serve)

    keys = commands.add_parser("keys", help="make CURVE keys for a server and a client")
    keys.add_argument("--out", required=True, type=Path, metavar="DIR")
    keys.set_defaults(run=_keys)

    compliance = commands.add_parser("compliance", help="check any server against docs/protocol.md")
    compliance.add_argument("endpoint", metavar="ENDPOINT")
    compliance.add_argument(
        "--env", default="CartPole-v1", help="an environment the server allows (default CartPole-v1)"
    )
    compliance.set_defaults(run=_compliance)
    return root


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds above 0")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is no int ≥ 1")
    return value


def _add_limits(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("limits (docs/protocol.md)")
    for limit in fields(Limits):
        option = "--" + limit.name.replace("_", "-")
        group.add_argument(option, type=_count, default=limit.default, metavar="N", help=f"default {limit.default}")


def _limits(options: argparse.Namespace) -> Limits:
    return Limits(**{limit.name: getattr(options, limit.name) for limit in fields(Limits)})


def _child(options: argparse.Namespace) -> int:
    from .server.serve import child

    child(options.bind, _limits(options))
    return 0


def _serve(options: argparse.Namespace) -> int:
    from .env.allow import DEFAULT_ATTRIBUTES, AllowList, own_ids
    from .server.keys import read_clients
    from .server.serve import serve

    if bool(options.curve_secret) != bool(options.curve_clients):
        raise KeyFileError("--curve-secret and --curve-clients go together; give both or neither.")
    allow = AllowList(
        tuple(options.allow_env) if options.allow_env else own_ids(),
        tuple(options.allow_module),
        DEFAULT_ATTRIBUTES | set(options.allow_attr),
        paths=bool(options.allow_env),
    )
    curve = (options.curve_secret, read_clients(options.curve_clients)) if options.curve_secret else None
    serve(options.bind, _limits(options), allow, options.lease, curve)
    return 0


def _keys(options: argparse.Namespace) -> int:
    from .server.keys import write_keys

    for path in write_keys(options.out):
        print(path)
    return 0


def _compliance(options: argparse.Namespace) -> int:
    from .compliance import run

    return run(options.endpoint, options.env)
