"""The codec: `encode` a header's fields into frames, `decode` frames into fields. See docs/protocol.md, *Values*."""

from .decode import DTYPES, SAFE_INT, VERSION, Decoder, Repr, decode, read_header
from .encode import encode, spec_map, to_plain

__all__ = [
    "DTYPES",
    "SAFE_INT",
    "VERSION",
    "Decoder",
    "Repr",
    "decode",
    "encode",
    "read_header",
    "spec_map",
    "to_plain",
]
