"""`mirrorflow_bridge.theory`: flows from Python, beside solutions by NumPy and SciPy."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import scipy.sparse
from agents import needs_cli
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from mirrorflow_bridge.agent import AgentStartError
from mirrorflow_bridge.theory import FlowError, FlowResult, Problem, flow

pytestmark = needs_cli

S, m, N, GAMMA, TAU, ETA0, K1 = 5, 2, 4, 0.8, 0.5, 2.0, 0.25
rng = np.random.default_rng(3)
P = rng.dirichlet(np.full(S, 0.4), (S, m))
COST = rng.random((S, m))
MU = np.array([0.3, 0.7])
RHO = rng.dirichlet(np.ones(S))
BETA = rng.dirichlet(np.ones(S * m)).reshape(S, m)
PHI = rng.normal(size=(S, m, N)) / 5
PI0 = rng.dirichlet(np.ones(m), S)
THETA0 = rng.normal(size=N)
GIVEN: dict[str, Any] = {"gamma": GAMMA, "P": P, "cost": COST, "rho": RHO, "mu": MU, "beta": BETA, "features": PHI}
SPEED: dict[str, Any] = {"eta0": ETA0, "k1": K1, "horizon": 3.0, "samples": 5}

Array = NDArray[np.float64]


def policy(t: float, w: Array) -> tuple[Array, Array]:
    """pi and KL(pi|mu) of a vector, from pi0."""
    log = -PHI @ w + np.exp(-TAU * t) * np.log(PI0 / MU)
    log -= np.log((MU * np.exp(log)).sum(1, keepdims=True))
    return MU * np.exp(log), (MU * np.exp(log) * log).sum(1)


def field(t: float, y: Array) -> Array:
    """The right side of the flow."""
    theta, w = y[:N], y[N:]
    pi, kl = policy(t, w)
    error = PHI @ theta - COST - GAMMA * P @ ((pi * (PHI @ theta)).sum(1) + TAU * kl)
    step = (P[..., None] * pi).reshape(S * m, S * m)
    visits = np.linalg.solve((np.eye(S * m) - GAMMA * step).T, (1 - GAMMA) * BETA.ravel())
    g = PHI.reshape(-1, N).T @ (visits * error.ravel())
    return np.concatenate([-ETA0 * np.exp(K1 * t) * g, theta - TAU * w])


def optimum(cost: Array, rho: Array, mu: Array) -> float:
    """V*(rho) by value iteration."""
    V = np.zeros(len(rho))
    for _ in range(1000):
        V = -TAU * np.log((mu * np.exp(-(cost + GAMMA * P @ V) / TAU)).sum(1))
    return float(rho @ V)


@pytest.fixture(scope="module")
def result() -> FlowResult:
    """The flow that most tests look at."""
    return flow(Problem(**GIVEN, theta0=THETA0, pi0=PI0), TAU, **SPEED)


def test_the_flow_is_scipys(result: FlowResult) -> None:
    times = 3.0 * (np.arange(5) / 4) ** 2
    np.testing.assert_allclose(result.times, times, atol=1e-15)
    start = np.concatenate([THETA0, np.zeros(N)])
    path = solve_ivp(field, (0, 3), start, "DOP853", times, rtol=1e-11, atol=1e-13).y.T
    assert result.theta.shape == result.w.shape == (5, N)
    # Reports ask for 1e-7 relative to 1 + |y|.
    np.testing.assert_allclose(result.theta, path[:, :N], atol=1e-6)
    np.testing.assert_allclose(result.w, path[:, N:], atol=1e-6)
    best = optimum(COST, RHO, MU)
    assert result.optimal_value == pytest.approx(best, abs=1e-13)
    for t, y, gap, K in zip(times, path, result.gap, result.K, strict=True):
        pi, kl = policy(t, y[N:])
        V = np.linalg.solve(np.eye(S) - GAMMA * np.einsum("sa,sat->st", pi, P), (pi * COST).sum(1) + TAU * kl)
        assert gap == pytest.approx(RHO @ V - best, abs=1e-6)
        assert pytest.approx(kl.max(), abs=1e-6) == K


def test_the_certificate_and_the_report(result: FlowResult, tmp_path: Path) -> None:
    flat = PHI.reshape(-1, N)
    least = np.linalg.eigvalsh(flat.T @ (BETA.reshape(-1, 1) * flat))[0]
    assert result.certificate.constants["lambdaBeta"] == pytest.approx(least, rel=1e-10)
    assert [result.certificate[key].verdict for key in ("A2", "A3")] == ["holds", "fails"]
    assert result.certificate["A2"].name in str(result.certificate)
    with pytest.raises(KeyError, match="A7; expected one of A1, A2"):
        result.certificate["A7"]
    assert (result.beta, result.mu) == ("the problem's own", "the problem's own")
    page = result.report(tmp_path / "new" / "mine.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "The actor-critic flow on problem" in page


def test_laws_and_features_may_be_given_beside_the_problem() -> None:
    bare = {key: GIVEN[key] for key in ("gamma", "P", "cost")}
    found = flow({**bare, "P": scipy.sparse.csr_matrix(P.reshape(S * m, S))}, TAU, beta=BETA, rho=RHO, mu=MU, **SPEED)
    assert found.optimal_value == pytest.approx(optimum(COST, RHO, MU), abs=1e-13)
    assert found.certificate.constants["lambdaBeta"] == pytest.approx(BETA.min(), rel=1e-14)
    assert found.beta == "beta.npy"
    agent = flow({**bare, "rho": np.eye(S)[0]}, TAU, beta="reset", features=PHI.astype(np.float32), **SPEED)
    assert agent.beta.startswith("reset: ")
    assert agent.certificate["A2"].verdict == "fails"
    assert "rank 2 of 4" in agent.notes[0]


def test_environments_are_read_here_and_names_by_the_program() -> None:
    short: dict[str, Any] = {"gamma": 0.9, "eta0": 1, "k1": 0.05, "horizon": 1, "samples": 3}
    env = gym.make("FrozenLake-v1", is_slippery=False)
    here = flow(env, 0.1, **short)
    there = flow("FrozenLake-v1", 0.1, env_args={"is_slippery": False}, **short)
    np.testing.assert_array_equal(here.theta, there.theta)
    assert here.raw["policy"] == there.raw["policy"]
    assert here.raw["policy"]["grid"] == [4, 4]
    falling = {"type": "exponential", "value": 0.4, "rate": -0.1, "min": 0.1}
    assert flow("garnet:4,2,2,1", falling, horizon=1, samples=3).name == "garnet(4,2,2,1)"


def test_a_regulator_is_its_matrices() -> None:
    lqr: dict[str, Any] = {"A": [[0.9]], "B": 0.5, "Q": 1.0, "R": 0.2, "noise": 0.01}
    # docs/theory.md's scalar process: V(1) = p + v0 is V(rho) for the variance 1.
    with pytest.raises(FlowError, match="gamma missing"):
        flow({"lqr": lqr})
    found = flow({"lqr": lqr}, 0.3, gamma=0.9, eta0=2, samples=3)
    assert found.optimal_value == pytest.approx(4.02818830290481, abs=1e-12)


BAD: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"P": P * 0.9}, {}, r"problem.*P\[0\]\[0\] sums to 0\.(9|8999).*; expected 1\. Divide the row"),
    ({"cost": np.where(COST[1, 0] == COST, np.nan, COST)}, {}, r"cost\[1\]\[0\] is NaN; expected a finite number"),
    ({"fetures": PHI}, {}, r'unknown key "fetures"; did you mean "features"\?'),
    ({}, {"tau": -1}, r"--tau is -1; expected a number of 0 or more"),
    ({}, {"beta": BETA[0]}, r"beta\.npy: beta has the shape \[2\]; expected \[5, 2\]"),
]


@pytest.mark.parametrize(("change", "options", "message"), BAD)
def test_what_is_wrong_is_named(change: dict[str, Any], options: dict[str, Any], message: str) -> None:
    with pytest.raises(FlowError, match=message):
        flow({**GIVEN, **change}, **options)


def test_what_holds_no_numbers_is_named() -> None:
    with pytest.raises(TypeError, match="cost has the dtype complex128; expected numbers"):
        flow({**GIVEN, "cost": COST + 1j})
    with pytest.raises(TypeError, match="rho has the dtype object; expected numbers"):
        flow({**GIVEN, "rho": np.array([None] * S)})
    with pytest.raises(TypeError, match=r"cost is no array: .*; expected numbers, each row as long as the others"):
        flow({**GIVEN, "cost": [[1.0], [1.0, 2.0]]})
    with pytest.raises(TypeError, match="problem is int; expected a Problem"):
        flow(3)
    with pytest.raises(TypeError, match="problem is CartPoleEnv; expected a Problem"):
        flow(gym.make("CartPole-v1"))
    with pytest.raises(FlowError, match="features is an array and the problem a name"):
        flow("garnet", features=PHI)
    with pytest.raises(TypeError, match="tau is 'x'; expected a number, or a schedule as a mapping"):
        flow(GIVEN, tau="x")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="eta0 is 'a'; expected a number"):
        flow(GIVEN, eta0="a")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="imports is the text 'mirrorflow_envs'; expected a list of texts"):
        flow("mirrorflow/LQR-v0", imports="mirrorflow_envs")
    with pytest.raises(TypeError, match="options is the text '--discrete'"):
        flow(GIVEN, options="--discrete")
    with pytest.raises(FlowError, match="options has --sweep; expected others"):
        flow(GIVEN, options=["--sweep", "k1=0,1"])
    with pytest.raises(FlowError, match="options has --out; expected others"):
        flow(GIVEN, options=["--out=x"])


def test_a_missing_program_is_told() -> None:
    with pytest.raises(AgentStartError, match=r"/nowhere/main\.js does not exist"):
        flow(GIVEN, command="/nowhere/main.js")
    with pytest.raises(FlowError, match="a program that fails"):
        flow(GIVEN, command=[sys.executable, "-c", "raise SystemExit('a program that fails')"])


def test_the_example_prints_its_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(Path(__file__).parents[2] / "examples" / "theory.py"))
    printed = capsys.readouterr().out
    assert "rank 8 of 8" in printed
    assert "report: mine.html" in printed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.html", "mine.npz"]
