"""Which program is the agent: the command line tool of mirrorflow."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

Command = str | os.PathLike[str] | Sequence[str]


class AgentStartError(Exception):
    """The agent's process could not be started; the message says what to do."""


def find_command(given: Command | None) -> list[str]:
    """The words that run the command line tool.

    Args:
        given: a program or its words; None for the environment variable MIRRORFLOW_CLI, else `mirrorflow` on the PATH,
            else the one in `node_modules` of the working directory or of a folder above it. A path that ends in `.js`
            is run with node.

    Raises:
        AgentStartError: there is none.
    """
    chosen = given if given is not None else os.environ.get("MIRRORFLOW_CLI")
    if chosen is not None:
        words = [os.fspath(chosen)] if isinstance(chosen, (str, os.PathLike)) else list(chosen)
        if words and words[0].endswith(".js"):
            if not Path(words[0]).exists():
                raise AgentStartError(f"{words[0]} does not exist. In a clone `npm run build` makes dist/cli/main.js.")
            words = [_node(), *words]
        return words
    if found := shutil.which("mirrorflow") or _installed_here():
        return [found]
    raise AgentStartError(
        "The program mirrorflow was not found: it is not on the PATH, and not in node_modules of the working directory "
        f"{Path.cwd()} or above it. Remedy: install Node 20.12 or newer and run `npm install mirrorflow` there, or "
        "give the path of dist/cli/main.js as the argument `command` or in the environment variable MIRRORFLOW_CLI."
    )


def _installed_here() -> str | None:
    # As npx looks for it, which would ask the registry where there is none.
    here = Path.cwd()
    for folder in (here, *here.parents):
        program = folder / "node_modules" / ".bin" / "mirrorflow"
        if os.access(program, os.X_OK):
            return str(program)
    return None


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        raise AgentStartError("node is not on the PATH. Install Node 20.12 or newer.")
    return node
