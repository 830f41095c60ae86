"""Checkpoint files, as `save` writes and `load` reads them, with the names that Stable-Baselines3 gives to files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any

import msgpack
import numpy as np

Source = str | os.PathLike[str] | IO[bytes]

MAGIC = b"mirrorflow checkpoint 1\n"
DIGEST_BYTES = 32
TYPED_ARRAYS = 0x74  # msgpackr's extension type; its first byte is one of:
_DTYPES = ("<i1", "u1", "u1", "<i2", "<u2", "<i4", "<u4", "<f4", "<f8", "<i8", "<u8")


def write_checkpoint(target: Source, content: bytes) -> None:
    """Write to a path or to an open file.

    A path without a suffix gets `.zip`, as in Stable-Baselines3; folders are made; the file is the old or the new one,
    never a part.

    Raises:
        OSError: it cannot be written.
    """
    if hasattr(target, "write"):
        target.write(content)
        return
    path = Path(os.fspath(target))
    if not path.suffix:
        path = path.with_name(path.name + ".zip")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; expected the path of a file to save the agent to.")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".tmp")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def checkpoint_bytes(source: Source) -> bytes:
    """The checkpoint in a file, at a path with or without the suffix `.zip`, or in the folder of a run.

    Raises:
        FileNotFoundError: there is none.
        ValueError: it is no checkpoint.
    """
    if hasattr(source, "read"):
        return checked(source.read(), "the open file")
    path = Path(os.fspath(source))
    tried = [path / "checkpoint.mf", path.with_name(path.name + ".zip")] if path.is_dir() else _spellings(path)
    for place in tried:
        if place.is_file():
            return checked(place.read_bytes(), str(place))
    raise FileNotFoundError(f"there is no checkpoint {' or '.join(map(str, tried))} in {Path.cwd()}.")


def _spellings(path: Path) -> list[Path]:
    return [path, path.with_name(path.name + ".zip")]


def checked(content: bytes, where: str) -> bytes:
    """`content`, which must be that of a checkpoint.

    Raises:
        ValueError: it is not.
    """
    if content[:4] == b"PK\x03\x04":
        raise ValueError(
            f"{where} is a zip archive, as a model of Stable-Baselines3 is; expected a checkpoint of mirrorflow. "
            "Load it with the class that saved it."
        )
    if not content.startswith(MAGIC):
        raise ValueError(f"{where} is no checkpoint of mirrorflow; expected a file that RemoteAgent.save wrote.")
    return content


def read_checkpoint(checkpoint: bytes) -> dict[str, Any]:
    """What is in a checkpoint: dicts, lists, numbers and NumPy arrays."""
    body = checkpoint[len(MAGIC) + DIGEST_BYTES :]
    content: dict[str, Any] = msgpack.unpackb(body, ext_hook=_extension, strict_map_key=False)
    return content


def _extension(code: int, data: bytes) -> Any:
    if code != TYPED_ARRAYS or data[0] >= len(_DTYPES):
        return msgpack.ExtType(code, data)
    return np.frombuffer(data[1:], _DTYPES[data[0]])
