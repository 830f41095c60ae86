"""Gymnasium environments served over ZeroMQ and msgpack."""

__version__ = "0.2.0"
