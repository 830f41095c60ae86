"""Rules about messages, headers and values."""

from __future__ import annotations

import msgpack

from ..message.codec import VERSION
from .rule import Target, exchange, expect, expect_reply_error, rules

RULES, rule = rules()
ARRAY = {"$nd": 0, "dtype": "<i4", "shape": [2]}


def _refused(target: Target, code: str, value: object, frames: list[bytes] | None = None) -> None:
    """A request whose argument is `value` is answered with `code`, and the server goes on."""
    with target.client() as client:
        header = {"v": VERSION, "id": 7, "op": "step", "handle": 0, "action": value}
        expect_reply_error(exchange(client, header, frames), code, 7)
        client.request("ping")


def _accepted(target: Target, value: object, frames: list[bytes] | None = None) -> None:
    """A request whose argument is `value` is read: the handle, which nobody holds, is what is wrong with it."""
    _refused(target, "UnknownHandle", value, frames)


@rule("hello: the reply has the server, versions, limits and lease")
def _(target: Target) -> None:
    with target.client(greet=False) as client:
        reply = client.hello()
        expect({"name", "version", "pid"} <= reply["server"].keys(), f"server is {reply['server']}")
        expect({"python", "gymnasium", "numpy", "pyzmq", "msgpack"} <= reply["versions"].keys(), "versions are missing")
        names = {"frame_bytes", "frames", "header_bytes", "depth", "items", "ndim", "num_envs", "envs", "waiting"}
        expect({f"max_{name}" for name in names} <= reply["limits"].keys(), f"limits are {sorted(reply['limits'])}")
        expect("lease" in reply, "lease is missing")


@rule("hello comes first: before it every other operation is answered with NotGreeted")
def _(target: Target) -> None:
    with target.client(greet=False) as client:
        expect_reply_error(exchange(client, {"v": VERSION, "id": 4, "op": "ping"}), "NotGreeted", 4)
        client.hello()
        client.request("ping")


@rule("another protocol version is answered with ProtocolMismatch, whose message has both versions")
def _(target: Target) -> None:
    with target.client() as client:
        reply = exchange(client, {"v": 987, "id": 3, "op": "ping"})
        expect_reply_error(reply, "ProtocolMismatch", 3)
        message = reply["error"]["message"]
        expect("987" in message and str(VERSION) in message.replace("987", ""), f"the message is {message!r}")


@rule("a header that is no msgpack is answered with BadMessage and id 0")
def _(target: Target) -> None:
    for data in (b"", b"\xc1", b"\x81", b"\x81\xa1v", b"\xa3ab", b"\x80\x80"):
        with target.client() as client:
            expect_reply_error(exchange(client, data), "BadMessage", 0)
            client.request("ping")


@rule("a header that claims more entries than it can hold is refused")
def _(target: Target) -> None:
    for data in (b"\xdd\xff\xff\xff\xff", b"\xdf\x00\x01\x00\x00", b"\x91" * 8 + b"\xdc\xff\xff"):
        with target.client() as client:
            reply = exchange(client, data)
            expect(reply["ok"] is False and reply["id"] == 0, "the header was accepted")
            code = reply["error"]["code"]
            expect(code in ("BadMessage", "LimitExceeded"), f"the error is {code}")
            client.request("ping")


@rule("a header that is no map is answered with BadMessage and id 0")
def _(target: Target) -> None:
    for header in ([1], None, 7, "hello"):
        with target.client() as client:
            expect_reply_error(exchange(client, header), "BadMessage", 0)


@rule("an id that is negative, too large, or no int is answered with BadMessage and id 0")
def _(target: Target) -> None:
    for id in (-1, 2**53, "1", 1.0, None, True):
        with target.client() as client:
            expect_reply_error(exchange(client, {"v": VERSION, "id": id, "op": "ping"}), "BadMessage", 0)


@rule("the largest id, 2^53 - 1, is repeated in the reply")
def _(target: Target) -> None:
    with target.client() as client:
        expect(exchange(client, {"v": VERSION, "id": 2**53 - 1, "op": "ping"})["id"] == 2**53 - 1, "the id is another")


@rule("an unknown operation is answered with UnknownOperation")
def _(target: Target) -> None:
    with target.client() as client:
        expect_reply_error(exchange(client, {"v": VERSION, "id": 5, "op": "stpe"}), "UnknownOperation", 5)


@rule("msgpack's bin, ext and timestamps are refused with BadMessage")
def _(target: Target) -> None:
    for value in (
        b"x",
        b"",
        [b"abc"],
        {"a": msgpack.ExtType(5, b"x")},
        msgpack.Timestamp(1, 2),
        msgpack.ExtType(9, b""),
    ):
        with target.client() as client:
            header = {"v": VERSION, "id": 7, "op": "step", "handle": 0, "action": value}
            reply = exchange(client, header)
            expect_reply_error(reply, "BadMessage", reply["id"])
            expect(reply["id"] in (0, 7), f"the reply's id is {reply['id']}")


@rule("an array is read from the frame its form refers to")
def _(target: Target) -> None:
    _accepted(target, ARRAY, [bytes(8)])
    _accepted(target, {"$nd": 0, "dtype": "<f8", "shape": []}, [bytes(8)])
    _accepted(target, {"$nd": 0, "dtype": "|u1", "shape": [0, 5]}, [b""])


@rule("two references to one frame are allowed")
def _(target: Target) -> None:
    _accepted(target, [ARRAY, {"$nd": 0, "dtype": "|u1", "shape": [2, 4]}], [bytes(8)])


@rule("a frame that nothing refers to is answered with BadMessage")
def _(target: Target) -> None:
    _refused(target, "BadMessage", 1, [bytes(8)])
    _refused(target, "BadMessage", ARRAY, [bytes(8), b""])


@rule("a frame of another length than shape and dtype say is answered with BadMessage")
def _(target: Target) -> None:
    for size in (0, 7, 9, 16):
        _refused(target, "BadMessage", ARRAY, [bytes(size)])


@rule("an array form with a wrong frame, dtype, shape or key is answered with BadMessage")
def _(target: Target) -> None:
    wrong = (
        {"$nd": 1},
        {"$nd": -1},
        {"$nd": "0"},
        {"$nd": True},
        {"dtype": "<i3"},
        {"dtype": "int32"},
        {"dtype": "|O"},
    )
    for change in (
        *wrong,
        {"dtype": ">i4"},
        {"shape": 2},
        {"shape": [-2]},
        {"shape": [2.0]},
        {"shape": None},
        {"more": 1},
    ):
        _refused(target, "BadMessage", {**ARRAY, **change}, [bytes(8)])


@rule("a shape whose product overflows is answered with BadMessage")
def _(target: Target) -> None:
    _refused(target, "BadMessage", {"$nd": 0, "dtype": "<i4", "shape": [2**32, 2**32]}, [bytes(8)])
    _refused(target, "BadMessage", {"$nd": 0, "dtype": "|u1", "shape": [2**53 - 1, 2**53 - 1, 0]}, [b""])


@rule("$int and $map are read")
def _(target: Target) -> None:
    _accepted(target, {"$int": "-123456789012345678901234567890"})
    _accepted(target, {"$map": [["$nd", 1], [3, {"$map": []}]]})


@rule("a map with a $ key that is no form is answered with BadMessage")
def _(target: Target) -> None:
    forms = ({"$x": 1}, {"a": 1, "$x": 2}, {"$int": 5}, {"$int": "1.5"}, {"$int": "1", "a": 2}, {"$map": 3})
    for form in (*forms, {"$map": [["a"]]}, {"$map": [[None, 1]]}, {"$map": [["a", 1, 2]]}):
        _refused(target, "BadMessage", form)


@rule("$repr is refused from a client")
def _(target: Target) -> None:
    _refused(target, "BadMessage", {"$repr": "object"})


@rule("map keys that are neither str nor int are answered with BadMessage")
def _(target: Target) -> None:
    for key in (None, 1.5, True):
        _refused(target, "BadMessage", {key: 1})


@rule("an integer beyond 2^53 - 1 that is not an $int is answered with BadMessage")
def _(target: Target) -> None:
    _refused(target, "BadMessage", 2**53)
    _refused(target, "BadMessage", -(2**53))


@rule("nesting beyond max_depth is answered with LimitExceeded; up to it is read")
def _(target: Target) -> None:
    with target.client() as client:
        depth = client.hello()["limits"]["max_depth"]
    for extra in (0, 1, 500):
        value: object = 0
        for _ in range(depth + extra):
            value = [value]
        if extra:
            _refused(target, "LimitExceeded", value)
        else:
            _accepted(target, value)


@rule("an array or map with more than max_items entries is answered with LimitExceeded")
def _(target: Target) -> None:
    with target.client() as client:
        items = client.hello()["limits"]["max_items"]
        reply = exchange(client, {"v": VERSION, "id": 7, "op": "step", "handle": 0, "action": [0] * (items + 1)})
        expect_reply_error(reply, "LimitExceeded", reply["id"])
        client.request("ping")


@rule("a header beyond max_header_bytes, and more than max_frames frames, are answered with LimitExceeded")
def _(target: Target) -> None:
    with target.client() as client:
        limits = client.hello()["limits"]
        size = limits["max_header_bytes"] + 1
        if size <= limits["max_frame_bytes"] and size < 2**25:
            expect_reply_error(exchange(client, b"\xc0" * size), "LimitExceeded", 0)
        header = {"v": VERSION, "id": 7, "op": "step", "handle": 0, "action": 0}
        reply = exchange(client, header, [b""] * (limits["max_frames"] + 1))
        expect_reply_error(reply, "LimitExceeded", 7)
        client.request("ping")


@rule("more than max_ndim dimensions are answered with LimitExceeded")
def _(target: Target) -> None:
    with target.client() as client:
        ndim = client.hello()["limits"]["max_ndim"]
    _refused(target, "LimitExceeded", {"$nd": 0, "dtype": "|u1", "shape": [1] * (ndim + 1)}, [b"x"])
