"""What clients may ask for: environment ids, modules, attributes and wrappers."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

import gymnasium

from ..errors import BridgeError

# Attributes that tell about an environment and whose reading or calling does nothing else.
DEFAULT_ATTRIBUTES = frozenset(
    {
        "P",
        "action_space",
        "desc",
        "initial_state_distrib",
        "max_episode_steps",
        "metadata",
        "np_random_seed",
        "num_envs",
        "observation_space",
        "render_mode",
        "spec",
        "state",
    }
)
# Wrappers that write files or open windows on the server's machine.
_UNSAFE_WRAPPERS = frozenset({"RecordVideo", "HumanRendering"})
_PATH_SIGNS = frozenset("/\\\0")
# `call` and `get_attr` of these would go past the server's own book-keeping.
RESERVED_ATTRIBUTES = frozenset({"reset", "step", "close"})


def own_ids() -> tuple[str, ...]:
    """The environment ids that Gymnasium itself registers."""
    return tuple(
        id
        for id, spec in gymnasium.registry.items()
        if isinstance(spec.entry_point, str) and spec.entry_point.startswith("gymnasium.envs.")
    )


@dataclass(frozen=True)
class AllowList:
    """Patterns of what may be asked for.

    Args:
        envs: patterns of environment ids; None allows all.
        modules: names of modules, with their submodules; None allows all.
        attributes: names of attributes; None allows all without a leading underscore.
        paths: whether keyword arguments may name files. Some environments of Gymnasium open the file that they are
            told (`xml_file` of MuJoCo's), so that a client could find out which files there are.
    """

    envs: tuple[str, ...] | None = None
    modules: tuple[str, ...] | None = None
    attributes: frozenset[str] | None = None
    paths: bool = True

    def check_env(self, id: str) -> None:
        """Raise `NotAllowed` unless environments of this id (without its module) may be made."""
        if self.envs is not None and not any(fnmatchcase(id, pattern) for pattern in self.envs):
            raise _not_allowed(f"The environment {id!r}", f"--allow-env {id!r}")

    def check_module(self, module: str) -> None:
        """Raise `NotAllowed` unless this module may be imported."""
        if self.modules is None:
            return
        if not any(module == allowed or module.startswith(allowed + ".") for allowed in self.modules):
            raise _not_allowed(f"The module {module!r}", f"--allow-module {module}")

    def check_wrapper(self, name: str) -> None:
        """Raise `NotAllowed` unless this wrapper of `gymnasium.wrappers` may be used."""
        if self.modules is not None and name in _UNSAFE_WRAPPERS and "gymnasium.wrappers" not in self.modules:
            raise _not_allowed(
                f"The wrapper {name}, which writes files or opens windows,", "--allow-module gymnasium.wrappers"
            )

    def check_value(self, what: str, value: object, id: str) -> None:
        """Raise `NotAllowed` where a value of a keyword argument may name a file and must not."""
        if not self.paths and isinstance(value, str) and (_PATH_SIGNS & set(value) or value.startswith("~")):
            raise _not_allowed(f"The path {value[:80]!r} ({what})", f"--allow-env {id!r}")

    def check_attribute(self, name: str) -> None:
        """Raise `NotAllowed` unless this attribute may be read, written and called."""
        if name.startswith("_"):
            raise BridgeError(
                "NotAllowed", f"The attribute {name!r} is private.", expected="a name without a leading underscore"
            )
        if name in RESERVED_ATTRIBUTES:
            raise BridgeError("BadArgument", f"{name!r} is an operation.", remedy=f"send the operation {name} instead")
        if self.attributes is not None and name not in self.attributes:
            raise _not_allowed(f"The attribute {name!r}", f"--allow-attr {name}")


def _not_allowed(what: str, option: str) -> BridgeError:
    return BridgeError(
        "NotAllowed", f"{what} is not on the server's allow-list.", remedy=f"start the server with {option}"
    )
