"""Runs the rules against a server and prints each with its outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..errors import BridgeError
from . import arguments, environments, messages, queue
from .rule import Broken, Rule, Target

RULES: list[Rule] = [*messages.RULES, *arguments.RULES, *environments.RULES, *queue.RULES]


def run_rules(target: Target) -> Iterator[tuple[Rule, str | None]]:
    """Each rule with the reason why it is broken, or None where it is kept."""
    for rule in RULES:
        yield rule, _reason(rule.check, target)


def _reason(check: Callable[[Target], None], target: Target) -> str | None:
    try:
        check(target)
    except Broken as error:
        return str(error)
    except BridgeError as error:
        return f"the server answered {error}"
    except TimeoutError as error:
        return str(error)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def run(endpoint: str, env: str) -> int:
    """Print every rule and whether the server at `endpoint` keeps it; the exit status."""
    broken = 0
    for rule, reason in run_rules(Target(endpoint, env)):
        print(f"{'pass' if reason is None else 'FAIL'}  {rule.text}", flush=True)
        if reason is not None:
            broken += 1
            print(f"      {reason}", flush=True)
    print(f"{len(RULES) - broken} of {len(RULES)} rules are kept.")
    return 1 if broken else 0
