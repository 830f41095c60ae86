"""What a rule is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgpack

from ..client import Client
from ..errors import BridgeError


class Broken(Exception):
    """A rule is broken: what happened instead."""


class Skipped(Exception):
    """A rule is about what this server does not offer, as the protocol allows."""


@dataclass(frozen=True)
class Target:
    """The server under test.

    Args:
        endpoint: where it is.
        env: an environment it allows, with discrete actions, that can be reset with a seed.
        timeout: seconds to wait for a reply.
    """

    endpoint: str
    env: str = "CartPole-v1"
    timeout: float = 10.0

    @contextmanager
    def client(self, *, greet: bool = True) -> Iterator[Client]:
        """A new client, greeted already unless `greet` is false; its environments are closed at the end."""
        with Client(self.endpoint, self.timeout, transport="zeromq") as client:
            if greet:
                client.hello()
            yield client

    @contextmanager
    def held(self, **fields: Any) -> Iterator[tuple[Client, int, dict[str, Any]]]:
        """A client that holds one environment: the client, the handle, the reply to `make`."""
        with self.client() as client:
            made = client.request("make", env=self.env, **fields)
            try:
                yield client, made["handle"], made
            finally:
                client.request("close", handle=made["handle"])


@dataclass(frozen=True)
class Rule:
    """One rule: its text, and a check that raises `Broken` where a server breaks it; `Skipped` where it has none."""

    text: str
    check: Callable[[Target], None]


def rules() -> tuple[list[Rule], Callable[[str], Callable[[Callable[[Target], None]], Callable[[Target], None]]]]:
    """A list of rules and the decorator that adds to it."""
    found: list[Rule] = []

    def rule(text: str) -> Callable[[Callable[[Target], None]], Callable[[Target], None]]:
        def add(check: Callable[[Target], None]) -> Callable[[Target], None]:
            found.append(Rule(text, check))
            return check

        return add

    return found, rule


def expect(condition: bool, what: str) -> None:
    """Raise `Broken(what)` unless the condition holds."""
    if not condition:
        raise Broken(what)


def expect_error(client: Client, code: str, op: str, /, **fields: Any) -> BridgeError:
    """Raise `Broken` unless the request is answered with this error."""
    try:
        reply = client.request(op, **fields)
    except BridgeError as error:
        expect(error.code == code, f"{op} was answered with {error.code}, not {code}: {error.message}")
        expect(bool(error.message), f"the error {code} has no message")
        return error
    raise Broken(f"{op} was carried out: {str(reply)[:200]}; {code} was due")


def exchange(client: Client, header: Any, frames: list[Any] | None = None) -> dict[str, Any]:
    """Send a header as it is (packed unless it is bytes) and read the reply."""
    data = header if isinstance(header, bytes) else msgpack.packb(header)
    client.send_frames([data, *(frames or [])])
    return client.receive()


def expect_reply_error(reply: dict[str, Any], code: str, id: int) -> None:
    """Raise `Broken` unless `reply` is this error for this id."""
    expect(reply.get("ok") is False, f"the message was accepted; {code} was due")
    error = reply["error"]
    expect(error.get("code") == code, f"the error is {error.get('code')}, not {code}: {error.get('message')}")
    expect(reply.get("id") == id, f"the reply's id is {reply.get('id')}, not {id}")
    for name in ("message", "expected", "remedy", "exception", "traceback"):
        expect(name in error, f"the error has no {name}")
