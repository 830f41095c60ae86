"""An agent of mirrorflow beside Python environments: it acts and learns in its own process (`mirrorflow serve`)."""

from .remote import RemoteAgent
from .start import AgentStartError

__all__ = ["AgentStartError", "RemoteAgent"]
