"""The theory lab from Python: the flow of the paper with exact integrals, and its certificate (`mirrorflow flow`)."""

from .problem import Problem
from .result import Certificate, CertificateEntry, FlowResult
from .run import FlowError, flow

__all__ = ["Certificate", "CertificateEntry", "FlowError", "FlowResult", "Problem", "flow"]
