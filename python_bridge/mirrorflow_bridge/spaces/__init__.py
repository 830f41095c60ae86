"""Gymnasium's spaces on the wire: their descriptions, and values to and from an environment."""
