"""Rules about several requests in flight."""

from __future__ import annotations

from ..message.codec import VERSION, encode
from .rule import Target, expect, expect_error, rules

RULES, rule = rules()


@rule("requests of one client are answered in the order in which they were sent")
def _(target: Target) -> None:
    with target.held() as (client, handle, _):
        ids = [client.send("reset", handle=handle) if i % 2 else client.send("ping") for i in range(40)]
        replies = [client.receive()["id"] for _ in ids]
        expect(replies == ids, "the replies came in another order")


@rule("cancel: of a request that is over or never was, cancelled is false")
def _(target: Target) -> None:
    with target.client() as client:
        over = client.send("ping")
        client.receive()
        for id in (over, 10**9):
            expect(client.request("cancel", target=id)["cancelled"] is False, "cancelled is true")


@rule("cancel: of a request that waits, cancelled is true and the request is answered with Cancelled")
def _(target: Target) -> None:
    with target.client() as client:
        slow = client.send("make", env=target.env, num_envs=300)
        waiting = client.send("ping")
        cancel = client.send("cancel", target=waiting)
        replies = {reply["id"]: reply for reply in (client.receive() for _ in range(3))}
        expect(replies[cancel]["ok"], f"cancel was answered with {replies[cancel]}")
        if replies[cancel]["cancelled"]:
            code = (replies[waiting].get("error") or {}).get("code")
            expect(code == "Cancelled", f"the cancelled request was answered with {replies[waiting]}")
        else:
            expect(replies[waiting]["ok"], "the request was not cancelled and yet not carried out")
        client.request("close", handle=replies[slow]["handle"])


@rule("more than max_waiting requests are answered with Busy, and every request is answered once")
def _(target: Target) -> None:
    with target.client() as client:
        most = client.hello()["limits"]["max_waiting"]
        if most > 4096:
            return
        slow = client.send("make", env=target.env, num_envs=300)
        frames = [encode({"v": VERSION, "id": 10_000 + i, "op": "ping"}) for i in range(2 * most)]
        for message in frames:
            client.send_frames(message)
        replies = [client.receive() for _ in range(2 * most + 1)]
        expect(len({reply["id"] for reply in replies}) == 2 * most + 1, "a request was answered twice or never")
        codes = {reply["error"]["code"] for reply in replies if not reply["ok"]}
        expect(codes <= {"Busy"}, f"there were the errors {codes}")
        handle = next(reply["handle"] for reply in replies if reply["id"] == slow)
        client.request("close", handle=handle)


@rule("max_envs and max_num_envs are kept, with LimitExceeded")
def _(target: Target) -> None:
    with target.client() as client:
        limits = client.hello()["limits"]
        expect_error(client, "LimitExceeded", "make", env=target.env, num_envs=limits["max_num_envs"] + 1)
        if limits["max_envs"] > 256:
            return
        handles = [client.request("make", env=target.env)["handle"] for _ in range(limits["max_envs"])]
        expect_error(client, "LimitExceeded", "make", env=target.env)
        for handle in handles:
            client.request("close", handle=handle)
