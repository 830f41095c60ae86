"""A module whose import fails with a `ModuleNotFoundError` that does not name the module."""

raise ModuleNotFoundError("this platform has no simulator")
