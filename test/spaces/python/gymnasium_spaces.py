"""Answers, for spaces given as Python expressions, what Gymnasium does; JSON in on stdin, JSON out on stdout."""

import json
import sys

import numpy as np
from gymnasium.spaces import (  # noqa: F401 (used by the expressions)
    Box,
    Dict,
    Discrete,
    Graph,
    GraphInstance,
    MultiBinary,
    MultiDiscrete,
    OneOf,
    Sequence,
    Text,
    Tuple,
    flatdim,
    flatten,
)
from gymnasium.vector.utils import batch_space, concatenate, create_empty_array, iterate


def plain(x):
    """A value as JSON."""
    if isinstance(x, GraphInstance):
        return {"nodes": plain(x.nodes), "edges": plain(x.edges), "edge_links": plain(x.edge_links)}
    if isinstance(x, np.ndarray | np.generic):
        return plain(x.tolist())
    if isinstance(x, dict):
        return {key: plain(value) for key, value in x.items()}
    if isinstance(x, tuple | list):
        return [plain(value) for value in x]
    if isinstance(x, float) and not np.isfinite(x):
        return "NaN" if np.isnan(x) else "Infinity" if x > 0 else "-Infinity"
    return x


def batch(space, items):
    values = [value(space, item) for item in items]
    empty = create_empty_array(space, len(values))
    return concatenate(space, values, empty) if values else empty


def value(space, x):
    """Inverse of plain."""
    if isinstance(space, Box | MultiBinary | MultiDiscrete):
        return np.array(x, dtype=space.dtype)
    if isinstance(space, Dict):
        return {key: value(space[key], x[str(key)]) for key in space}
    if isinstance(space, Tuple):
        return tuple(value(inner, item) for inner, item in zip(space.spaces, x, strict=True))
    if isinstance(space, OneOf):
        return (x[0], value(space.spaces[x[0]], x[1]))
    if isinstance(space, Sequence):
        if space.stack:
            return batch(space.feature_space, x)
        return tuple(value(space.feature_space, item) for item in x)
    if isinstance(space, Graph):
        edges = None if x["edges"] is None else batch(space.edge_space, x["edges"])
        links = None if x["edge_links"] is None else np.array(x["edge_links"], dtype=np.int32)
        return GraphInstance(batch(space.node_space, x["nodes"]), edges, links)
    return x


def listed(space, x):
    """plain, with a stacked sequence as the list of its values."""
    if isinstance(space, Sequence) and space.stack:
        return [plain(item) for item in iterate(space.stacked_feature_space, x)]
    return plain(x)


def answer(question):
    space = eval(question["space"])
    space.seed(7)
    samples = [space.sample() for _ in range(20)]
    fixed = space.is_np_flattenable
    return {
        "repr": repr(space),
        "flatdim": flatdim(space) if fixed else None,
        "samples": [listed(space, sample) for sample in samples],
        "flat": [plain(flatten(space, sample)) for sample in samples] if fixed else [],
        "batch": repr(type(batch_space(space, 3)).__name__),
        "contains": [bool(space.contains(value(space, x))) for x in question["values"]],
    }


json.dump([answer(question) for question in json.load(sys.stdin)], sys.stdout)
