"""The client of the protocol, over ZeroMQ and over a lane."""

from .client import Client
from .transport import TRANSPORTS, check_transport
from .whole import Prepared

__all__ = ["TRANSPORTS", "Client", "Prepared", "check_transport"]
