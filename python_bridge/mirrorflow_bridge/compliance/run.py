"""Runs the rules against a server and prints each with its outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..errors import BridgeError
from . import arguments, environments, lane, lane_messages, messages, queue
from .rule import Broken, Rule, Skipped, Target

RULES: list[Rule] = [
    *messages.RULES,
    *arguments.RULES,
    *environments.RULES,
    *queue.RULES,
    *lane.RULES,
    *lane_messages.RULES,
]


def run_rules(target: Target) -> Iterator[tuple[Rule, str, str]]:
    """Each rule with `pass`, `skip` or `FAIL`, and the reason of the last two."""
    for rule in RULES:
        yield rule, *_verdict(rule.check, target)


def _verdict(check: Callable[[Target], None], target: Target) -> tuple[str, str]:
    try:
        check(target)
    except Skipped as reason:
        return "skip", str(reason)
    except BridgeError as error:
        return "FAIL", f"the server answered {error}"
    except (Broken, TimeoutError) as error:
        return "FAIL", str(error)
    except Exception as error:
        return "FAIL", f"{type(error).__name__}: {error}"
    return "pass", ""


def run(endpoint: str, env: str) -> int:
    """Print every rule and whether the server at `endpoint` keeps it; the exit status."""
    counts = {"pass": 0, "skip": 0, "FAIL": 0}
    for rule, verdict, reason in run_rules(Target(endpoint, env)):
        counts[verdict] += 1
        print(f"{verdict}  {rule.text}", flush=True)
        if reason:
            print(f"      {reason}", flush=True)
    asked = len(RULES) - counts["skip"]
    print(f"{counts['pass']} of {asked} rules are kept; {counts['skip']} were skipped.")
    return 1 if counts["FAIL"] else 0
