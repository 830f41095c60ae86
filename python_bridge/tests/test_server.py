"""The whole server: the compliance suite, the fuzz test, the commands."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mirrorflow_bridge import __version__
from mirrorflow_bridge.client import TRANSPORTS, Client
from mirrorflow_bridge.compliance import RULES, run_rules
from mirrorflow_bridge.compliance.fuzz import check_service, fuzz
from mirrorflow_bridge.compliance.fuzz_lane import fuzz_lane
from mirrorflow_bridge.compliance.lane import RULES as lane_rules
from mirrorflow_bridge.compliance.lane_messages import RULES as lane_message_rules
from mirrorflow_bridge.compliance.process import server_process
from mirrorflow_bridge.compliance.rule import Rule, Skipped, Target


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.text)
def test_the_server_keeps_the_rule(endpoint: str, rule: Rule) -> None:
    try:
        rule.check(Target(endpoint))
    except Skipped as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("seed", [1, 2])
def test_mutated_messages_never_take_the_server_down(folder: Path, seed: int, transport: str) -> None:
    limits = ("--max-num-envs", "4")
    with server_process("serve", f"ipc://{folder}/s", *limits) as (process, endpoint):
        with Client(endpoint, timeout=20, transport=transport) as client:
            outcomes = fuzz(client, 2000, seed)
            assert client.has_lane == (transport == "auto")
        assert sum(outcomes.values()) == 2000
        check_service(endpoint)
        assert process.poll() is None


def test_mutated_streams_end_at_most_their_lane(folder: Path) -> None:
    with server_process("serve", f"ipc://{folder}/s") as (process, endpoint):
        outcomes = fuzz_lane(endpoint, 60, random.Random(1))
        assert sum(outcomes.values()) == 60
        assert all(count > 0 for count in outcomes.values())
        check_service(endpoint)
        assert process.poll() is None


def test_rules_of_the_lane_are_skipped_where_none_is_offered() -> None:
    with server_process("child", "tcp://127.0.0.1:*") as (_, endpoint):
        verdicts = {rule.text: verdict for rule, verdict, _ in run_rules(Target(endpoint))}
    assert set(verdicts.values()) == {"pass", "skip"}
    lane = {rule.text for rule in [*lane_rules, *lane_message_rules]}
    assert {text for text, verdict in verdicts.items() if verdict == "skip"} == lane - {lane_rules[0].text}


def test_the_command_compliance_prints_each_rule_and_fails_where_one_is_broken(folder: Path) -> None:
    command = [sys.executable, "-m", "mirrorflow_bridge", "compliance"]
    # With this limit the rule about nesting is kept; one about an environment that is not allowed is not.
    with server_process("serve", f"ipc://{folder}/s", "--allow-env", "Nothing") as (_, endpoint):
        done = subprocess.run([*command, endpoint], capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert sum(done.stdout.count(f"{verdict}  ") for verdict in ("pass", "skip", "FAIL")) == len(RULES)
    assert "NotAllowed" in done.stdout


def test_a_server_that_does_not_answer_breaks_every_rule(folder: Path) -> None:
    target = Target(f"ipc://{folder}/nobody", timeout=0.05)
    rule, verdict, reason = next(run_rules(target))
    assert verdict == "FAIL"
    assert rule.text.startswith("hello")
    assert "no reply" in reason


def test_the_server_tells_its_version(client: Client) -> None:
    assert client.hello()["server"]["version"] == __version__


def test_tcp_on_the_loopback_address_is_served_on_a_free_port(folder: Path) -> None:
    with server_process("child", "tcp://127.0.0.1:*") as (process, endpoint):
        assert endpoint.startswith("tcp://127.0.0.1:")
        with Client(endpoint) as client:
            client.hello()
        process.send_signal(signal.SIGTERM)
        assert process.wait(2) == 0
