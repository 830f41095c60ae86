"""What `flow` found, in arrays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ENTRY = ("key", "name", "verdict", "figure")


@dataclass(frozen=True)
class CertificateEntry:
    """One line of a certificate.

    Attributes:
        key: "A1", "A2", "theorem2", ...
        name: what it is about.
        verdict: "holds", "fails", "undecided" or "does not apply".
        figure: what was found, in words and figures.
    """

    key: str
    name: str
    verdict: str
    figure: str


@dataclass(frozen=True)
class Certificate:
    """The assumptions and theorems for one path; `certificate["A2"]` is an entry, `str` the table.

    Attributes:
        entries: in the order of the report.
        constants: the figures that they are made of, by their names in flow.json: `lambdaBeta`, `Gamma`, `rate`, ...;
            nan stands for what is infinite or not defined.
    """

    entries: tuple[CertificateEntry, ...]
    constants: dict[str, float]

    def __getitem__(self, key: str) -> CertificateEntry:
        for entry in self.entries:
            if entry.key == key:
                return entry
        raise KeyError(f"{key}; expected one of {', '.join(entry.key for entry in self.entries)}")

    def __iter__(self) -> Iterator[CertificateEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __str__(self) -> str:
        widths = [max(len(getattr(entry, key)) for entry in self) for key in ("name", "verdict")]
        return "\n".join(f"{e.name:<{widths[0]}}  {e.verdict:<{widths[1]}}  {e.figure}" for e in self)


@dataclass(frozen=True)
class FlowResult:
    """A flow at T times, and its certificate. nan stands for what is infinite or not defined.

    Attributes:
        times: shape [T].
        gap: V(rho) of the policy minus V*(rho), a cost, shape [T].
        K: sup over s of KL(pi_t|mu), shape [T].
        theta: the critic, shape [T, N].
        w: log dpi_t/dmu = -<w_t, phi> + exp(-tau t) log dpi0/dmu - log Z, shape [T, N]. The second term is in w where
            phi is tabular.
        diagnosis: all that is looked at along the path, by its name in flow.json: shape [T] each.
        certificate: the assumptions and theorems.
        optimal_value: V*(rho).
        notes: sentences on what the verdicts mean.
        beta: what the law of the first pair is; `rho` and `mu` likewise.
        raw: all of flow.json.
    """

    name: str
    tau: float
    gamma: float
    eta0: float
    k1: float
    features: str
    beta: str
    rho: str
    mu: str
    start: str
    optimal_value: float
    times: Floats
    gap: Floats
    K: Floats
    theta: Floats
    w: Floats
    diagnosis: dict[str, Floats]
    certificate: Certificate
    notes: tuple[str, ...]
    raw: dict[str, Any]
    _html: str

    @classmethod
    def of(cls, raw: dict[str, Any], html: str) -> FlowResult:
        """The result that flow.json and report.html hold."""
        diagnosis = {key: floats(values) for key, values in raw["diagnosis"].items()}
        certificate = raw["certificate"]
        entries = tuple(CertificateEntry(**{k: e[k] for k in ENTRY}) for e in certificate["entries"])
        constants = {key: number(x) for key, x in certificate.items() if x is None or isinstance(x, (int, float))}
        size = int(raw["size"])
        return cls(
            name=raw["name"],
            tau=number(raw["tau"]),
            gamma=number(raw["gamma"]),
            eta0=number(raw["eta0"]),
            k1=number(raw["k1"]),
            features=raw["features"],
            beta=raw["beta"],
            rho=raw["rho"],
            mu=raw["mu"],
            start=raw["start"],
            optimal_value=number(raw["optimalValue"]),
            times=diagnosis["times"],
            gap=diagnosis["gap"],
            K=diagnosis["K"],
            theta=floats(raw["theta"]).reshape(-1, size),
            w=floats(raw["w"]).reshape(-1, size),
            diagnosis=diagnosis,
            certificate=Certificate(entries, constants),
            notes=tuple(raw["notes"]),
            raw=raw,
            _html=html,
        )

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write the report, a page that needs no other file. Folders are made.

        Returns:
            Its path.

        Raises:
            OSError: it cannot be written.
        """
        target = Path(os.fspath(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self._html, encoding="utf-8")
        return target


def floats(values: Any) -> Floats:
    """JSON has no nan: null is one."""
    return np.array(values, dtype=np.float64)


def number(value: Any) -> float:
    """A number of flow.json."""
    return float("nan") if value is None else float(value)
