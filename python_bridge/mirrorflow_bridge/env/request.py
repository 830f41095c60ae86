"""What an environment is made from: the arguments of `make`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class MakeRequest:
    """The arguments of `make`, of the right types already (server/operations.py sees to it)."""

    env: str
    num_envs: int | None = None
    kwargs: dict[str, Any] = field(default_factory=dict)
    wrappers: list[dict[str, Any]] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    max_episode_steps: int | None = None
    render_mode: str | None = None
    backend: str = "sync"
    vector_kwargs: dict[str, Any] = field(default_factory=dict)
    autoreset: str | None = None

    @property
    def id(self) -> str:
        """The environment's id without the module before it."""
        return self.env.rpartition(":")[2]

    @property
    def modules(self) -> list[str]:
        """The modules to import, in order."""
        module = self.env.rpartition(":")[0]
        return [*self.imports, *([module] if module else [])]
