"""Which package is missing when an environment cannot be imported, and the command that installs it."""

from __future__ import annotations

import re

from gymnasium.error import DependencyNotInstalled

from ..errors import BridgeError

# The packages whose name differs from that of the module they install.
_PACKAGES = {"Box2D": "gymnasium[box2d]", "ale_py": "ale-py", "cv2": "opencv-python", "mujoco": "gymnasium[mujoco]"}
# Packages that are no packages of PyPI: what to install instead.
_FOLDERS = {"mirrorflow_envs": "./node_modules/mirrorflow/envs/mirrorflow_envs (in a clone: ./envs/mirrorflow_envs)"}


def missing_package(error: BaseException, needed_by: str) -> BridgeError | None:
    """The `MissingPackage` error that `error` or one of its causes amounts to, None where it is something else."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, DependencyNotInstalled):
            commands = re.findall(r"pip install [^`\n]+", str(seen))
            return _missing(str(seen), needed_by, " && ".join(command.strip() for command in commands) or None)
        if isinstance(seen, ModuleNotFoundError) and seen.name:
            package = seen.name.partition(".")[0]
            return _missing(
                str(seen), needed_by, f"pip install {_FOLDERS.get(package) or _PACKAGES.get(package, package)}"
            )
        seen = seen.__cause__ or seen.__context__
    return None


def _missing(text: str, needed_by: str, command: str | None) -> BridgeError:
    return BridgeError(
        "MissingPackage",
        f"A Python package is missing for {needed_by}: {text}",
        expected="the package in the Python environment that runs the server",
        remedy=command or "install the package that the message names",
    )
