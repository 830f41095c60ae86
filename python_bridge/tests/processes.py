"""Processes: their memory, and whether they have ended (one that its parent has not taken note of yet has)."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path


def is_running(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        with contextlib.suppress(OSError):
            os.kill(pid, 0)
            return not Path("/proc/self/stat").exists()
        return False
    return state != "Z"


def memory_of(pid: int) -> int:
    """The megabytes of memory that a process has."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) // 1024


def most_memory_of(pid: int, looks: int) -> int:
    """The most megabytes that a process has in so many tenths of a second, at each of which it is looked at."""
    most = 0
    for _ in range(looks):
        time.sleep(0.1)
        most = max(most, memory_of(pid))
    return most


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()
