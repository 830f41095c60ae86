"""The rooms of the package: imports go from a room to those below it, and never in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import mirrorflow_bridge

PACKAGE = Path(mirrorflow_bridge.__file__).parent
# From the bottom to the top; a file beside the rooms is a floor of its own.
FLOORS = (
    {"__init__", "errors", "limits"},
    {"spaces"},
    {"message"},
    {"env"},
    {"server"},
    {"client"},
    {"agent"},
    {"theory"},
    {"compliance"},
    {"cli"},
    {"__main__"},
)


def module_of(path: Path) -> tuple[str, ...]:
    """`("env", "make")` for the file env/make.py; `("env",)` for env/__init__.py."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts


MODULES = {module_of(path): path for path in PACKAGE.rglob("*.py")}


def imports_of(module: tuple[str, ...], path: Path, *, types: bool = True) -> Iterator[tuple[str, ...]]:
    """What `module` imports of the package, in functions as well; with `types` also for types alone."""
    package = module if path.name == "__init__.py" and module != ("__init__",) else module[:-1]
    nodes = list(ast.walk(ast.parse(path.read_text())))
    unrun = {part for node in nodes if is_for_types(node) for part in ast.walk(node)}
    for node in nodes if types else [node for node in nodes if node not in unrun]:
        if isinstance(node, ast.Import):
            found = [tuple(alias.name.split(".")) for alias in node.names]
            yield from (name[1:] or ("__init__",) for name in found if name[0] == PACKAGE.name)
        elif isinstance(node, ast.ImportFrom):
            named = tuple(node.module.split(".")) if node.module else ()
            if node.level:
                named = package[: len(package) - node.level + 1] + named
            elif named[:1] == (PACKAGE.name,):
                named = named[1:]
            else:
                continue
            for alias in node.names:
                yield next(name for name in ((*named, alias.name), named or ("__init__",)) if name in MODULES)


def is_for_types(node: ast.AST) -> bool:
    """Whether `node` is an `if TYPE_CHECKING`, whose imports never run."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def floor_of(module: tuple[str, ...]) -> int:
    return next(floor for floor, rooms in enumerate(FLOORS) if module[0] in rooms)


def test_every_module_stands_in_a_room_or_on_a_floor() -> None:
    assert {module[0] for module in MODULES} == set().union(*FLOORS)


def test_a_room_imports_only_from_itself_and_from_rooms_below() -> None:
    upward = [
        f"{'.'.join(module)} imports {'.'.join(imported)}"
        for module, path in MODULES.items()
        for imported in imports_of(module, path)
        if imported[0] != module[0] and floor_of(imported) >= floor_of(module) > 0
    ]
    assert upward == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {
        module: {imported for imported in imports_of(module, path, types=False) if imported != module}
        for module, path in MODULES.items()
    }
    TopologicalSorter(graph).prepare()
