"""The client of the protocol, over ZeroMQ and over a lane."""

from .client import Client
from .transport import check_transport
from .whole import Prepared

__all__ = ["Client", "Prepared", "check_transport"]
