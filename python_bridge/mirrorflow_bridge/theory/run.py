"""Runs `mirrorflow flow` on a problem."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..agent.command import AgentStartError, Command, find_command
from .problem import describe, numbers, write_problem
from .result import FlowResult


class FlowError(ValueError):
    """What was asked for is wrong, or the program failed; the message says what to do."""


def flow(
    problem: Any,
    tau: float | Mapping[str, Any] = 0.1,
    *,
    gamma: float | None = None,
    eta0: float | None = None,
    k1: float | None = None,
    horizon: float | None = None,
    samples: int | None = None,
    beta: Any = None,
    rho: Any = None,
    mu: Any = None,
    features: Any = None,
    theta0: Any = None,
    pi0: Any = None,
    sigma: float | None = None,
    imports: Sequence[str] = (),
    env_args: Mapping[str, Any] | None = None,
    options: Sequence[str] = (),
    command: Command | None = None,
    timeout: float | None = None,
) -> FlowResult:
    """Run the flow of the paper with exact integrals and check its assumptions and theorems along it.

    Args:
        problem: a `Problem`, a mapping of arrays with its keys, `{"lqr": {"A": ..., "B": ..., "Q": ..., "R": ...}}`, a
            Gymnasium environment that has `P`, or a name as the command line takes it (docs/theory.md).
        tau: the temperature, or a schedule of t: {"type": "exponential", "value": 1, "rate": -0.05, "min": 0.01}.
        gamma: the discount in place of the problem's; 0.99 for an environment.
        eta0: of the critic's speed eta0 exp(k1 t); twice tau/Gamma and at least 1 if left out.
        k1: tau/2 if left out.
        horizon: the end of the path; 20/tau if left out.
        samples: the number T of times looked at; 161 if left out.
        beta: "uniform", "reset" (rho times mu, as an agent starts), "own", or an array of shape [S, m].
        rho: "own", "uniform", or an array of shape [S].
        mu: "own", "uniform", or an array of shape [m].
        features: "tabular", "aggregate:K", or, unless `problem` is a name, an array of shape [S, m, N].
        theta0: the critic at the start, shape [N], unless `problem` is a name.
        pi0: the policy at the start, shape [S, m], unless `problem` is a name.
        sigma: the standard deviation of a regulator's mu.
        imports: modules that register the environment of a name.
        env_args: arguments of the environment of a name.
        options: more words for the command line, for example ["--discrete"]; not those of other outputs.
        command: the program, as `RemoteAgent` takes it.
        timeout: seconds until the program is ended.

    Returns:
        The path, what was measured along it, and the certificate.

    Raises:
        FlowError: the problem or an option is wrong.
        TypeError: `problem` is none of these, an array holds no numbers, an option is no number, or a sequence of words
            is a text.
        AgentStartError: there is no Node or no mirrorflow.
        subprocess.TimeoutExpired: after `timeout`.
    """
    _check_words(imports=imports, options=options)
    given = describe(problem)
    more = {"features": features, "theta0": theta0, "pi0": pi0}
    with tempfile.TemporaryDirectory(prefix="mirrorflow-flow-") as path:
        folder = Path(path)
        temperature = _schedule(tau) if isinstance(tau, Mapping) else _figure("tau", tau)
        words = ["--tau", temperature, "--out", str(folder / "out"), *_laws(folder, beta=beta, rho=rho, mu=mu)]
        if given is None:
            name = str(problem)
            words += _of_name(more, imports, env_args)
        else:
            given.update({key: value for key, value in more.items() if value is not None})
            name = str(write_problem(given, folder))
        figures = {"gamma": gamma, "eta0": eta0, "k1": k1, "horizon": horizon, "sigma": sigma, "samples": samples}
        words += [word for key, x in figures.items() if x is not None for word in (f"--{key}", _figure(key, x))]
        _run([*find_command(command), "flow", name, *words, *options], timeout)
        raw = json.loads((folder / "out" / "flow.json").read_text(encoding="utf-8"))
        return FlowResult.of(raw, (folder / "out" / "report.html").read_text(encoding="utf-8"))


def _check_words(**given: Sequence[str]) -> None:
    for key, words in given.items():
        if isinstance(words, str):
            raise TypeError(f"{key} is the text {words!r}; expected a list of texts: [{words!r}].")
    # Their outputs are not a flow's.
    taken = {"--out", "--json", "--sweep", "--compare"}
    for word in given["options"]:
        name = word.split("=", 1)[0]
        if name in taken:
            raise FlowError(
                f"options has {name}; expected others: `flow` gives the result of one run (`report` writes it)."
            )


def _figure(key: str, value: Any) -> str:
    try:
        return repr(float(value))
    except (TypeError, ValueError):
        more = ", or a schedule as a mapping" if key == "tau" else ""
        raise TypeError(f"{key} is {value!r}; expected a number{more}.") from None


def _schedule(tau: Mapping[str, Any]) -> str:
    return json.dumps({key: x.item() if isinstance(x, np.generic) else x for key, x in tau.items()})


def _of_name(more: dict[str, Any], imports: Sequence[str], env_args: Mapping[str, Any] | None) -> list[str]:
    arrays = [key for key, value in more.items() if value is not None and not isinstance(value, str)]
    if arrays:
        raise FlowError(f"{arrays[0]} is an array and the problem a name; expected a Problem or a mapping of arrays.")
    words = ["--python", sys.executable]
    if more["features"] is not None:
        words += ["--features", more["features"]]
    for module in imports:
        words += ["--import", module]
    for key, value in (env_args or {}).items():
        plain = value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
        words += ["--env-arg", f"{key}={json.dumps(plain)}"]
    return words


def _laws(folder: Path, **laws: Any) -> list[str]:
    words = []
    for key, law in laws.items():
        if law is None:
            continue
        if not isinstance(law, str):
            np.save(folder / f"{key}.npy", numbers(key, law))
        words += [f"--{key}", law if isinstance(law, str) else str(folder / f"{key}.npy")]
    return words


def _run(words: list[str], timeout: float | None) -> None:
    # The environment's Python is this one, unless the user chose another.
    env = {"MIRRORFLOW_PYTHON": sys.executable, **os.environ, "NO_COLOR": "1"}
    try:
        done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=timeout)
    except OSError as error:
        raise AgentStartError(f"{words[0]} cannot be run: {error.strerror}.") from None
    if done.returncode != 0:
        said = re.sub(r"^\w*Error: ", "", done.stderr.strip())
        raise FlowError(said or f"{words[0]} ended with the status {done.returncode}.")
