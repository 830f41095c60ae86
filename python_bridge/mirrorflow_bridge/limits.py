"""The limits a server keeps to; each is checked before anything is allocated for a message."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Limits:
    """The table *Limits* of docs/protocol.md, with its defaults."""

    max_frame_bytes: int = 268_435_456
    max_frames: int = 1_024
    max_header_bytes: int = 8_388_608
    max_depth: int = 32
    max_items: int = 200_000
    max_ndim: int = 32
    max_num_envs: int = 65_536
    max_envs: int = 64
    max_processes: int = 256
    max_waiting: int = 256

    def to_map(self) -> dict[str, int]:
        """The limits as `hello` reports them."""
        return asdict(self)
