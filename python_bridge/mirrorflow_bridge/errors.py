"""The one error that travels: what was wrong and where, what was expected, and what to do."""

from __future__ import annotations

import os
import traceback as tb
from typing import Any

CODES = (
    "ProtocolMismatch",
    "BadMessage",
    "LimitExceeded",
    "UnknownOperation",
    "BadArgument",
    "UnknownEnvironment",
    "MissingPackage",
    "NotAllowed",
    "UnknownHandle",
    "EnvironmentFault",
    "Cancelled",
    "Busy",
    "NotGreeted",
)

_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep
MAX_TRACEBACK = 20_000  # characters; the end of a traceback says more than its start


class BridgeError(Exception):
    """An error as docs/protocol.md describes it.

    Args:
        code: one of `CODES`.
        message: what was wrong and where.
        expected: what was expected instead, if that can be said.
        remedy: what to do about it, if that can be said.
        exception: the class name of the Python exception, if an environment raised.
        traceback: Python's traceback as text, if an environment raised.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        expected: str | None = None,
        remedy: str | None = None,
        exception: str | None = None,
        traceback: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.expected = expected
        self.remedy = remedy
        self.exception = exception
        self.traceback = traceback

    def __str__(self) -> str:
        text = f"{self.code}: {self.message}"
        if self.expected:
            text += f" Expected: {self.expected}."
        if self.remedy:
            text += f" Remedy: {self.remedy}."
        return text

    def to_map(self) -> dict[str, Any]:
        """The `error` map of a reply."""
        return {
            "code": self.code,
            "message": self.message,
            "expected": self.expected,
            "remedy": self.remedy,
            "exception": self.exception,
            "traceback": self.traceback,
        }

    @classmethod
    def from_map(cls, error: dict[str, Any]) -> BridgeError:
        """The error that a reply's `error` map describes."""
        fields = {name: error.get(name) for name in ("expected", "remedy", "exception", "traceback")}
        return cls(error["code"], error["message"], **fields)


class ServerEnds(BaseException):
    """A signal ends this process; the one exception that an environment's code does not stop on its way up."""


class WorkerFault(Exception):
    """An environment in a worker process raised; only text crosses the process border, so any exception can."""

    def __init__(self, index: int, exception: str, message: str, traceback: str) -> None:
        super().__init__(message)
        self.index = index
        self.exception = exception
        self.message = message
        self.traceback = traceback


def environment_fault(error: BaseException, doing: str) -> BridgeError:
    """The `EnvironmentFault` for an exception that an environment raised.

    Args:
        error: the exception; a `WorkerFault` already has its traceback as text.
        doing: what the environment was doing, such as "in step of environment 3 (CartPole-v1)".
    """
    if isinstance(error, WorkerFault):
        name, text, trace = error.exception, error.message, error.traceback
        doing = f"{doing}, sub-environment {error.index}"
    else:
        name, text, trace = type(error).__name__, text_of(error), format_traceback(error)
    return BridgeError(
        "EnvironmentFault",
        f"{name} {doing}: {text[:2000]}",
        remedy="see the Python traceback; the environment stays open",
        exception=name,
        traceback=trace,
    )


def format_traceback(error: BaseException) -> str:
    """Python's traceback of `error` and its causes without the bridge's own frames, cut to `MAX_TRACEBACK`."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(_OWN_FOLDER):
        frames = frames.tb_next
    trace = "".join(tb.format_exception(type(error), error, frames or error.__traceback__))
    return trace if len(trace) <= MAX_TRACEBACK else "…" + trace[-MAX_TRACEBACK:]


def text_of(error: BaseException) -> str:
    """The message of any exception."""
    try:
        return str(error)
    except ServerEnds:
        raise
    except BaseException:
        return "(its message cannot be printed)"
