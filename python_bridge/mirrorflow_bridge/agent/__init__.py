"""An agent of mirrorflow beside Python environments: it acts and learns in its own process (`mirrorflow serve`)."""

from .command import AgentStartError
from .remote import RemoteAgent

__all__ = ["AgentStartError", "RemoteAgent"]
