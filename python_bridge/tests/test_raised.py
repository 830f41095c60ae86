"""Whatever an environment raises is its fault and ends nothing; a real signal ends the server."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import numpy as np
import pytest

from mirrorflow_bridge.client import Client
from mirrorflow_bridge.compliance.process import server_process
from mirrorflow_bridge.errors import BridgeError

RAISING = "raising_env:Raising-v0"
NAMES = ("KeyboardInterrupt", "CancelledError", "GeneratorExit", "SystemExit", "BaseException", "Mute")


def fault(client: Client, op: str, /, **fields: object) -> str:
    """The name of the exception that an environment raised in `op`."""
    with pytest.raises(BridgeError) as caught:
        client.request(op, **fields)
    assert caught.value.code == "EnvironmentFault"
    return caught.value.exception


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("backend", [None, "sync", "async"])
def test_what_an_environment_raises_is_its_fault_and_it_stays_open(
    client: Client, backend: str | None, name: str
) -> None:
    many = {} if backend is None else {"num_envs": 2, "backend": backend}
    action = 0 if backend is None else np.zeros(2, np.int64)
    assert fault(client, "make", env=RAISING, kwargs={"raises": name}, **many) == name
    handle = client.request("make", env=RAISING, **many)["handle"]
    # Gymnasium's checker of the first two steps, which is on by default, does not outlive a reset or step that raises.
    client.request("reset", handle=handle)
    for _ in range(2):
        client.request("step", handle=handle, action=action)
    assert fault(client, "reset", handle=handle, options={"raises": name}) == name
    client.request("reset", handle=handle)
    client.request("set_attr", handle=handle, name="raises", value=name)
    assert fault(client, "step", handle=handle, action=action) == name
    client.request("set_attr", handle=handle, name="raises", value=None)
    client.request("step", handle=handle, action=action)
    client.request("close", handle=handle)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_server_whose_environment_holds_exceptions_back(folder: Path, number: int) -> None:
    options = ("--allow-env", "*", "--allow-module", "raising_env")
    with server_process("serve", f"ipc://{folder}/s", *options) as (process, endpoint), Client(endpoint) as client:
        client.hello()
        handle = client.request("make", env=RAISING)["handle"]
        client.send("reset", handle=handle, options={"raises": "sleep"})
        time.sleep(0.5)
        process.send_signal(number)
        assert process.wait(20) == 0
