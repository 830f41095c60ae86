"""Environments: what may be made, how it is made, and the operations on one that a client holds."""
