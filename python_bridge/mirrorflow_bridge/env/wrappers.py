"""Wrappers by name: which names may be given, and what they stand for."""

from __future__ import annotations

import difflib
import importlib
import inspect
from typing import Any

import gymnasium

from ..errors import BridgeError, ServerEnds, environment_fault
from .packages import missing_package

OWN = "gymnasium.wrappers"


def find_wrapper(name: str) -> Any:
    """The wrapper that `name` stands for: a bare name of `gymnasium.wrappers`, `module:Name` of another module.

    A module offers the names in its `__all__`; without one, the public wrapper classes and functions that it or
    another module of its package defines. Nothing else of a module can be called by its name.

    Raises:
        BridgeError: `BadArgument` (no such wrapper), `MissingPackage`, or `EnvironmentFault` of the module's import.
    """
    module_name, _, attribute = name.rpartition(":")
    module_name = module_name or OWN
    import_modules([module_name])
    module = importlib.import_module(module_name)
    try:
        found = getattr(module, attribute, None) if _is_offered(module, attribute) else None
    except Exception as error:  # gymnasium.wrappers imports some of its own only now
        raise missing_package(error, name) or environment_fault(error, f"in the import of {name}") from error
    if not _makes_wrapped(found) or not (hasattr(module, "__all__") or _is_of_package(found, module_name)):
        near = difflib.get_close_matches(attribute, [entry for entry in dir(module) if entry[:1].isupper()], n=3)
        raise BridgeError(
            "BadArgument",
            f"There is no wrapper {name!r}." + (f" Nearest names: {', '.join(near)}." if near else ""),
            expected="the name of one of gymnasium.wrappers, or module:Name with a name that the module offers "
            "(in __all__, if it has that)",
        )
    return found


def apply_wrapper(env: gymnasium.Env, name: str, kwargs: dict[str, Any]) -> gymnasium.Env:
    """`env` in the wrapper `name`; raises `BadArgument` where that gives no environment."""
    wrapped = find_wrapper(name)(env, **kwargs)
    if not isinstance(wrapped, gymnasium.Env):
        raise BridgeError("BadArgument", f"The wrapper {name!r} gave a {type(wrapped).__name__}.", expected="an Env")
    return wrapped


def import_modules(modules: list[str]) -> None:
    """Import the modules that register environments or have wrappers."""
    for module in modules:
        try:
            importlib.import_module(module)
        except ServerEnds:
            raise
        except ModuleNotFoundError as error:
            doing = f"in the import of {module}"
            raise missing_package(error, f"import of {module}") or environment_fault(error, doing) from error
        except BaseException as error:
            raise environment_fault(error, f"in the import of {module}") from error


def _is_offered(module: Any, attribute: str) -> bool:
    return not attribute.startswith("_") and attribute in getattr(module, "__all__", [attribute])


def _makes_wrapped(found: Any) -> bool:
    """Whether `found` is a class of environments, such as a wrapper, or something else that may make one."""
    return issubclass(found, gymnasium.Env) if inspect.isclass(found) else callable(found)


def _is_of_package(found: Any, module_name: str) -> bool:
    """Whether `found` was defined in the package of a module, not merely imported there."""
    return str(getattr(found, "__module__", "")).partition(".")[0] == module_name.partition(".")[0]
