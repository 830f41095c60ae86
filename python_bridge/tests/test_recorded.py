"""The recorded messages, which the TypeScript tests read too."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import record_fixtures
from wire_json import from_json, same

from mirrorflow_bridge.errors import CODES
from mirrorflow_bridge.limits import Limits
from mirrorflow_bridge.message.codec import decode, encode

PATHS = sorted(record_fixtures.FOLDER.glob("*.json"))


def load(path: Path) -> tuple[list[bytes], Any]:
    record = json.loads(path.read_text())
    return [base64.b64decode(frame) for frame in record["frames"]], from_json(record["value"])


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_recorded_message_decodes_to_its_value(path: Path) -> None:
    frames, value = load(path)
    assert same(decode(frames, Limits()), value)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_encoding_the_value_decodes_to_the_same(path: Path) -> None:
    _, value = load(path)
    assert same(decode(record_fixtures.as_bytes(encode(value)), Limits()), value)


def test_the_recorded_messages_are_those_the_script_records_now() -> None:
    recorded = {path.stem: load(path) for path in PATHS}
    messages = record_fixtures.messages()
    assert recorded.keys() == messages.keys()
    for name, (_, frames) in messages.items():
        now = decode(record_fixtures.as_bytes(frames), Limits())
        then = recorded[name][1]
        if "handle" in now:  # handles are numbered through a process
            now["handle"] = then["handle"]
        if name.startswith(("request_", "reply_")):
            assert now.keys() == then.keys()
        else:
            assert same(now, then), name


def test_every_operation_and_error_is_recorded() -> None:
    names = {path.stem for path in PATHS}
    assert {f"error_{code}" for code in CODES} <= names
    for operation in ("hello", "ping", "render_ansi", "get_attr", "set_attr", "call", "close", "cancel"):
        assert {f"request_{operation}", f"reply_{operation}"} <= names
