"""The compliance suite: the rules of docs/protocol.md, each tried on a running server, whoever wrote it."""

from .run import RULES, run, run_rules

__all__ = ["RULES", "run", "run_rules"]
