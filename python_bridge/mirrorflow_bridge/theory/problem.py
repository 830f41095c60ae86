"""A problem of arrays, and the file that `mirrorflow flow` reads it from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np


@dataclass
class Problem:
    """A finite decision process with costs: S states, m actions, N features. See docs/theory.md, "Your own problem".

    Args:
        gamma: the discount, 0 <= gamma < 1.
        P: P(s'|s,a): shape [S, m, S], a sparse matrix of SciPy of shape [S·m, S] with the rows s·m + a, or
            P[s][a] = [(probability, next state, reward, terminated), ...] as Gymnasium's toy-text environments have it.
        cost: c(s,a), to be minimised, shape [S, m]; this or `reward`, unless P has rewards.
        rho: the law of the first state, shape [S]; uniform if left out.
        mu: the reference measure on the actions, shape [m], positive; uniform if left out.
        beta: the law of the first pair of the occupancy, shape [S, m]; uniform on the states times mu if left out.
        features: phi(s,a), shape [S, m, N], or "tabular" (if left out) or "aggregate:K".
        theta0: the critic at the start, shape [N]; zero if left out.
        pi0: the policy at the start, shape [S, m], positive; mu if left out.
        log_pi0: log dpi0/dmu in its place, up to a constant for each state, shape [S, m].
        terminating: rows of P may sum to less than one, and the rest terminates.
        termination: the probability that the step of a pair terminates, in its place, shape [S, m].
        grid: rows and columns where the states are the cells of a grid.
        name: what reports call it.
    """

    gamma: float
    P: Any
    cost: Any = None
    reward: Any = None
    rho: Any = None
    mu: Any = None
    beta: Any = None
    features: Any = None
    theta0: Any = None
    pi0: Any = None
    log_pi0: Any = None
    terminating: bool | None = None
    termination: Any = None
    grid: tuple[int, int] | None = None
    name: str = "problem"


def describe(problem: Any) -> dict[str, Any] | None:
    """What a file has of a problem, by its keys there; None for what is not made of arrays (a name).

    Args:
        problem: a `Problem`, a mapping with its keys, `{"lqr": {...}}`, or a Gymnasium environment with `P`, or with
            the matrices A, B, Q, R and the standard deviation `noise` of a regulator.

    Raises:
        TypeError: it is none of these.
    """
    if isinstance(problem, str):
        return None
    if isinstance(problem, Problem):
        given: dict[str, Any] = {field.name: getattr(problem, field.name) for field in fields(problem)}
    elif isinstance(problem, Mapping):
        given = {"name": "problem", **problem}
    else:
        given = _of_environment(problem)
    given["logPi0"] = given.pop("log_pi0", given.get("logPi0"))
    return {key: value for key, value in given.items() if value is not None}


def _of_environment(env: Any) -> dict[str, Any]:
    own: Any = getattr(env, "unwrapped", None)
    spec = getattr(env, "spec", None)
    name = spec.id if spec is not None else type(own).__name__
    if hasattr(own, "P"):
        described = {"name": name, "gamma": 0.99, "P": own.P, "rho": getattr(own, "initial_state_distrib", None)}
        rows, columns = getattr(own, "nrow", None), getattr(own, "ncol", None)
        shape: Any = (rows, columns) if rows is not None else getattr(own, "shape", ())
        if len(shape) == 2 and shape[0] * shape[1] == len(own.P):
            described["grid"] = [int(n) for n in shape]
        return described
    if all(hasattr(own, key) for key in ("A", "B", "Q", "R", "noise")):
        matrices = {key: getattr(own, key) for key in "ABQR"}
        return {"name": name, "lqr": {"gamma": 0.99, **matrices, "noise": float(own.noise) ** 2}}
    raise TypeError(
        f"problem is {type(env if own is None else own).__name__}; expected a Problem, a mapping of arrays, a name, or "
        "a Gymnasium environment with P, or with A, B, Q, R and noise."
    )


def write_problem(given: Mapping[str, Any], folder: Path) -> Path:
    """Write problem.npz, or problem.json where P has lists of outcomes.

    Raises:
        TypeError: an entry holds no numbers.
    """
    if _has_outcomes(given.get("P")):
        path = folder / "problem.json"
        path.write_text(json.dumps({str(key): _plain(value) for key, value in given.items()}))
        return path
    path = folder / "problem.npz"
    arrays: dict[str, Any] = {}
    for key, value in given.items():
        arrays.update(_arrays(str(key), value))
    np.savez(path, **arrays)
    return path


def _arrays(key: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {name: array for inner, x in value.items() for name, array in _arrays(f"{key}.{inner}", x).items()}
    if hasattr(value, "tocsr"):
        sparse = value.tocsr()
        return {f"{key}.{part}": np.asarray(getattr(sparse, part)) for part in ("data", "indices", "indptr", "shape")}
    return {key: np.asarray(value) if isinstance(value, str) else numbers(key, value)}


def numbers(key: str, value: Any) -> np.ndarray[Any, Any]:
    """An array of numbers that a file can hold.

    Raises:
        TypeError: it holds others.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise TypeError(f"{key} is no array: {error}; expected numbers, each row as long as the others.") from None
    if array.dtype.kind == "f":
        return array.astype(np.float64)
    if array.dtype.kind in "biu":
        return array
    raise TypeError(f"{key} has the dtype {array.dtype}; expected numbers.")


def _has_outcomes(P: Any) -> bool:
    # P[s][a] is a list of tuples; its keys or indices begin at 0.
    if isinstance(P, Mapping):
        return "indptr" not in P
    return isinstance(P, (list, tuple)) and len(P) > 0 and not _is_dense(P)


def _is_dense(P: Any) -> bool:
    try:
        return np.asarray(P).ndim == 3
    except ValueError:
        return False


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
