"""What may be bound, who may connect, and what they may ask for."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import zmq
from processes import memory_of

from mirrorflow_bridge.client import Client
from mirrorflow_bridge.compliance.flood import endless
from mirrorflow_bridge.compliance.process import server_process
from mirrorflow_bridge.errors import BridgeError
from mirrorflow_bridge.server.endpoint import EndpointError, is_private, prepare
from mirrorflow_bridge.server.keys import KeyFileError, read_key, write_keys


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, "-m", "mirrorflow_bridge", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize(
    "address",
    [
        "tcp://127.0.0.1",
        "tcp://127.0.0.1:",
        "tcp://[::1]",
        "tcp://localhost:abc",
        "tcp://127.0.0.1:99999",
        "tcp://127.0.0.1:0",
        "tcp://:5555",
    ],
)
def test_an_endpoint_without_host_or_port_is_not_told_to_be_open_to_others(address: str) -> None:
    with pytest.raises(EndpointError, match="is not tcp://HOST:PORT"):
        prepare(address, has_keys=False)


@pytest.mark.parametrize(
    "address", ["tcp://0.0.0.0:5555", "tcp://*:5555", "tcp://192.0.2.1:5555", "tcp://eth0:1", "tcp://[::]:1"]
)
def test_an_endpoint_others_can_reach_is_refused_without_keys(address: str) -> None:
    assert not is_private(address)
    with pytest.raises(EndpointError, match="mirrorflow-bridge keys"):
        prepare(address, has_keys=False)
    prepare(address, has_keys=True)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://localhost:*", "tcp://[::1]:5", "ipc:///x/y"])
def test_a_private_endpoint_needs_no_keys(address: str) -> None:
    assert is_private(address)


@pytest.mark.parametrize("address", ["inproc://x", "udp://127.0.0.1:1", "ipc://", "ipc://@abstract", "nonsense"])
def test_other_endpoints_are_refused(address: str) -> None:
    with pytest.raises(EndpointError, match="expected"):
        prepare(address, has_keys=True)


def test_serve_and_child_refuse_an_open_endpoint_with_a_remedy() -> None:
    done = run("serve", "--bind", "tcp://0.0.0.0:5555")
    assert done.returncode == 2
    assert "CURVE" in done.stderr
    assert "--curve-secret" in done.stderr
    assert "Traceback" not in done.stderr
    done = run("child", "--bind", "tcp://0.0.0.0:5555")
    assert done.returncode == 2
    assert "127.0.0.1" in done.stderr


def test_the_folder_of_a_socket_is_made_with_mode_0700(folder: Path) -> None:
    with server_process("serve", f"ipc://{folder}/new/s") as (_, endpoint), Client(endpoint) as client:
        client.hello()
        assert stat.S_IMODE((folder / "new").stat().st_mode) == 0o700


def test_a_folder_that_others_can_enter_is_refused_with_a_folder_that_will_do(folder: Path) -> None:
    """A `chmod` is no remedy: it would lock others out of a folder that they need, such as /tmp."""
    for mode in (0o755, 0o770, 0o701, 0o1777):
        folder.chmod(mode)
        with pytest.raises(EndpointError, match=f"{folder}/mirrorflow") as caught:
            prepare(f"ipc://{folder}/s", has_keys=False)
        assert "chmod" not in str(caught.value)
    folder.chmod(0o700)
    prepare(f"ipc://{folder}/mirrorflow/s", has_keys=False)


def test_each_folder_above_a_socket_must_keep_others_from_replacing_what_is_in_it(folder: Path) -> None:
    (folder / "open/mine").mkdir(parents=True)
    (folder / "open/mine").chmod(0o700)
    (folder / "link").symlink_to(folder / "open/mine")
    for mode, good in ((0o755, True), (0o777, False), (0o775, False), (0o1777, True)):
        (folder / "open").chmod(mode)
        for way in ("open/mine", "link"):
            if good:
                prepare(f"ipc://{folder}/{way}/s", has_keys=False)
                continue
            with pytest.raises(EndpointError, match=f"{folder}/open, which is above"):
                prepare(f"ipc://{folder}/{way}/s", has_keys=False)


def test_the_socket_of_a_server_that_runs_is_not_taken_over_and_that_of_a_killed_one_is(folder: Path) -> None:
    with server_process("serve", f"ipc://{folder}/s") as (first, endpoint), Client(endpoint) as client:
        client.hello()
        done = run("serve", "--bind", endpoint)
        assert done.returncode == 2
        assert "already" in done.stderr
        assert "Traceback" not in done.stderr
        client.request("ping")
        assert (folder / "s").exists()
        first.kill()
        first.wait()
    assert (folder / "s").exists()
    with server_process("serve", f"ipc://{folder}/s") as (_, endpoint), Client(endpoint) as client:
        client.hello()
    assert not (folder / "s").exists()


def test_of_servers_that_start_at_once_on_one_path_one_serves(folder: Path) -> None:
    command = [sys.executable, "-m", "mirrorflow_bridge", "serve", "--bind", f"ipc://{folder}/s"]
    servers = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    try:
        refused = [server for server in servers if not server.stdout.readline()]
        assert len(refused) == 3
        assert [server.wait(20) for server in refused] == [2, 2, 2]
        with Client(f"ipc://{folder}/s") as client:
            client.hello()
    finally:
        for server in servers:
            server.kill()
            server.communicate()


def test_an_ipv6_loopback_address_is_served(folder: Path) -> None:
    with server_process("serve", "tcp://[::1]:*") as (_, endpoint), Client(endpoint) as client:
        assert endpoint.startswith("tcp://[::1]:")
        client.hello()


def test_a_path_too_long_for_a_socket_or_taken_by_a_file_is_refused(folder: Path) -> None:
    with pytest.raises(EndpointError, match="shorter"):
        prepare(f"ipc://{folder}/{'x' * 100}", has_keys=False)
    (folder / "file").write_text("precious")
    with pytest.raises(EndpointError, match="no socket"):
        prepare(f"ipc://{folder}/file", has_keys=False)
    assert (folder / "file").read_text() == "precious"


def test_keys_are_written_once_and_only_their_owner_can_read_the_secrets(folder: Path) -> None:
    done = run("keys", "--out", str(folder / "k"))
    assert done.returncode == 0
    names = {"server.public.json", "server.secret.json", "client.public.json", "client.secret.json"}
    assert {path.name for path in (folder / "k").iterdir()} == names
    for name in names:
        content = json.loads((folder / "k" / name).read_text())
        assert set(content) == ({"public", "secret"} if "secret" in name else {"public"})
        assert all(len(key) == 40 for key in content.values())
        if "secret" in name:
            assert stat.S_IMODE((folder / "k" / name).stat().st_mode) == 0o600
    before = (folder / "k" / "server.secret.json").read_text()
    done = run("keys", "--out", str(folder / "k"))
    assert done.returncode == 2
    assert "never overwritten" in done.stderr
    assert (folder / "k" / "server.secret.json").read_text() == before


def test_a_secret_key_that_others_can_read_or_that_is_no_key_is_refused(folder: Path) -> None:
    write_keys(folder)
    (folder / "server.secret.json").chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_key(folder / "server.secret.json", "secret")
    (folder / "bad.json").write_text('{"public": "short"}')
    for path in (folder / "bad.json", folder / "absent.json"):
        with pytest.raises(KeyFileError):
            read_key(path, "public")


def test_only_clients_whose_key_is_known_are_served(folder: Path) -> None:
    write_keys(folder / "k")
    write_keys(folder / "stranger")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    keys = (
        "--curve-secret",
        str(folder / "k/server.secret.json"),
        "--curve-clients",
        str(folder / "k/client.public.json"),
    )
    server_key = read_key(folder / "k/server.public.json", "public")

    def pair(where: str) -> tuple[bytes, bytes, bytes]:
        path = folder / where / "client.secret.json"
        return server_key, read_key(path, "public"), read_key(path, "secret")

    # An address that others can reach, which is what the keys are for.
    with server_process("serve", f"tcp://0.0.0.0:{port}", *keys):
        address = f"tcp://127.0.0.1:{port}"
        with Client(address, keys=pair("k")) as known:
            known.hello()
            known.request("make", env="CartPole-v1")
        for stranger in (pair("stranger"), None):
            with Client(address, timeout=0.5, keys=stranger) as client, pytest.raises(TimeoutError):
                client.hello()
        with Client(address, keys=pair("k")) as known:
            known.hello()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "cannot be read"),
        ("{", "no CURVE key"),
        ("[]", "no CURVE key"),
        ('{"public": "short", "secret": "short"}', "no CURVE key"),
        (json.dumps({"public": "~" * 40, "secret": "~" * 40}), "no CURVE key"),
        (json.dumps({"public": "0" * 40, "secret": "1" * 40}), "no pair"),
        ("readable", "chmod 600"),
        ("folder", "cannot be read"),
    ],
)
def test_serve_ends_with_a_sentence_about_its_key_file(folder: Path, content: str | None, word: str) -> None:
    write_keys(folder / "k")
    file = folder / "k/server.secret.json"
    if content == "readable":
        file.chmod(0o644)
    elif content == "folder":
        file.unlink()
        file.mkdir()
    elif content is None:
        file.unlink()
    else:
        file.write_text(content)
    clients = str(folder / "k/client.public.json")
    done = run("serve", "--bind", f"ipc://{folder}/s", "--curve-secret", str(file), "--curve-clients", clients)
    assert done.returncode == 2
    assert word in done.stderr
    assert str(file) in done.stderr
    assert "Traceback" not in done.stderr


def test_one_key_option_without_the_other_is_refused(folder: Path) -> None:
    write_keys(folder)
    done = run("serve", "--bind", f"ipc://{folder}/s", "--curve-secret", str(folder / "server.secret.json"))
    assert done.returncode == 2
    assert "--curve-clients" in done.stderr


def refused(client: Client, op: str, /, **fields: object) -> BridgeError:
    with pytest.raises(BridgeError) as caught:
        client.request(op, **fields)
    assert caught.value.code == "NotAllowed"
    return caught.value


def test_by_default_serve_allows_gymnasiums_own_environments_and_no_modules(folder: Path) -> None:
    with server_process("serve", f"ipc://{folder}/s") as (_, endpoint), Client(endpoint) as client:
        client.hello()
        handle = client.request("make", env="CartPole-v1", wrappers=[{"id": "TimeAwareObservation"}])["handle"]
        error = refused(client, "make", env="bridge_test_envs:Awkward-v0")
        assert "--allow-module bridge_test_envs" in error.remedy
        assert "--allow-env" in refused(client, "make", env="Awkward-v0").remedy
        refused(client, "make", env="CartPole-v1", imports=["os"])
        refused(client, "make", env="CartPole-v1", wrappers=[{"id": "os:system"}])
        refused(client, "make", env="CartPole-v1", wrappers=[{"id": "RecordVideo", "kwargs": {"video_folder": "x"}}])
        client.request("get_attr", handle=handle, name="spec")
        for name in ("force_mag", "unwrapped", "np_random", "env", "_np_random"):
            refused(client, "get_attr", handle=handle, name=name)
            refused(client, "set_attr", handle=handle, name=name, value=1)
            refused(client, "call", handle=handle, name=name)


def test_options_widen_and_narrow_what_serve_allows(folder: Path) -> None:
    options = ("--allow-env", "Awk*", "--allow-module", "bridge_test_envs", "--allow-attr", "public")
    with server_process("serve", f"ipc://{folder}/s", *options) as (_, endpoint), Client(endpoint) as client:
        client.hello()
        handle = client.request("make", env="bridge_test_envs:Awkward-v0")["handle"]
        assert client.request("get_attr", handle=handle, name="public")["value"] == 5
        refused(client, "make", env="CartPole-v1")
        refused(client, "make", env="bridge_test_envs:Awkward-v0", imports=["bridge_test_envs_2"])


def test_a_frame_beyond_max_frame_bytes_drops_the_connection_and_no_more(folder: Path) -> None:
    limits = ("--max-frame-bytes", "100000", "--max-header-bytes", "100000")
    with server_process("child", f"ipc://{folder}/s", *limits) as (process, endpoint):
        with Client(endpoint, timeout=0.5) as client:
            client.hello()
            client.send_frames([b"x" * 200_000])
            with pytest.raises(TimeoutError):
                client.receive()
        with Client(endpoint) as client:
            client.hello()
        assert process.poll() is None


def test_nothing_is_ever_unpickled() -> None:
    package = Path(__import__("mirrorflow_bridge").__file__).parent
    for path in package.rglob("*.py"):
        text = path.read_text()
        assert "import pickle" not in text, path
        assert "recv_pyobj" not in text, path
    assert zmq.zmq_version_info() >= (4, 2)
    assert os.name == "posix"


def key_pair(folder: Path, where: str) -> tuple[bytes, bytes, bytes]:
    """The keys that a client gives: the server's public one of `k`, and its own two of `where`."""
    secret = folder / where / "client.secret.json"
    return read_key(folder / "k/server.public.json", "public"), read_key(secret, "public"), read_key(secret, "secret")


def test_a_session_belongs_to_a_key_and_not_to_a_routing_id(folder: Path) -> None:
    for name in ("k", "other"):
        write_keys(folder / name)
    options = ["--curve-secret", str(folder / "k/server.secret.json")]
    for name in ("k", "other"):
        options += ["--curve-clients", str(folder / name / "client.public.json")]
    with server_process("serve", f"ipc://{folder}/s", *options) as (_, endpoint):

        def connect(name: str, op: str, **fields: Any) -> tuple[Client, Any]:
            """A client with the routing id of the one before, once ZeroMQ takes it, and what it is answered first."""
            for _ in range(15):
                client = Client(endpoint, timeout=2, keys=key_pair(folder, name))
                client.socket.disconnect(endpoint)
                client.socket.routing_id = b"same"
                client.socket.connect(endpoint)
                try:
                    return client, client.request(op, **fields)
                except BridgeError as error:
                    return client, error.code
                except TimeoutError:
                    client.close()  # the connection before it had not ended yet
            raise AssertionError("the server takes no connection with this routing id any more")

        first, _ = connect("k", "hello", client={"name": "first", "version": "1"})
        handle = first.request("make", env="CartPole-v1")["handle"]
        first.close()
        second, answer = connect("other", "reset", handle=handle)
        assert answer == "NotGreeted"
        second.hello()
        with pytest.raises(BridgeError) as caught:
            second.request("reset", handle=handle)
        assert caught.value.code == "UnknownHandle"
        second.close()
        again, answer = connect("k", "ping")
        assert answer["envs"] == 1
        again.close()


def test_a_server_with_keys_keeps_nothing_of_a_strangers_message_without_end(folder: Path) -> None:
    """ZeroMQ keeps at least 64 bytes of each frame that it takes: of a million, 64 MB."""
    write_keys(folder / "k")
    options = ("--curve-secret", str(folder / "k/server.secret.json"))
    options += ("--curve-clients", str(folder / "k/client.public.json"))
    with (
        server_process("serve", f"ipc://{folder}/s", *options) as (process, endpoint),
        Client(endpoint, keys=key_pair(folder, "k")) as known,
    ):
        known.hello()
        before = memory_of(process.pid)
        for mechanism in (b"NULL", b"CURVE"):
            with endless(f"{folder}/s", 1_000_000, mechanism) as sent:
                assert sent < 1_000_000
                known.request("ping")
                assert memory_of(process.pid) - before < 10


def test_a_limit_of_memory_ends_a_message_without_end_or_the_server_that_it_fills(folder: Path) -> None:
    """What `ulimit -v` does, and in effect systemd's MemoryMax; without one it is the machine's memory that ends.

    ZeroMQ drops the connection or aborts, as it happens to run out of memory in one place or another.
    """
    with server_process("serve", f"ipc://{folder}/s") as (process, endpoint):
        size = int(Path(f"/proc/{process.pid}/statm").read_text().split()[0]) * resource.getpagesize()
        limit = size + 400_000_000
        resource.prlimit(process.pid, resource.RLIMIT_AS, (limit, limit))
        with endless(f"{folder}/s", 20_000_000) as sent:
            assert sent < 20_000_000
        try:
            assert process.wait(5) == -signal.SIGABRT
        except subprocess.TimeoutExpired:
            with Client(endpoint) as client:
                client.hello()
