"""The codec: `encode` a header's fields into frames, `decode` frames into fields. See docs/protocol.md, *Values*."""

from .decode import DTYPES, SAFE_INT, VERSION, Repr, decode, resolve
from .encode import encode, pack, spec_map, to_plain
from .header import Start, read_header, read_prefix, read_start

__all__ = [
    "DTYPES",
    "SAFE_INT",
    "VERSION",
    "Repr",
    "Start",
    "decode",
    "encode",
    "pack",
    "read_header",
    "read_prefix",
    "read_start",
    "resolve",
    "spec_map",
    "to_plain",
]
