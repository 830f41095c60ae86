"""CURVE keys: pairs in files, and the check of a client's public key."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

import zmq
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils import z85

DOMAIN = "mirrorflow"


class KeyFileError(Exception):
    """A key file that is missing, not of the right form, or already there."""


def write_keys(folder: Path) -> list[Path]:
    """Write one pair of keys for a server and one for a client: `NAME.public.json` and `NAME.secret.json`.

    Raises:
        KeyFileError: one of the files exists; nothing is written then.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = [folder / f"{name}.{kind}.json" for name in ("server", "client") for kind in ("public", "secret")]
    for path in paths:
        if path.exists():
            raise KeyFileError(f"{path} exists already, and keys are never overwritten; choose another folder.")
    for name in ("server", "client"):
        public, secret = (key.decode() for key in zmq.curve_keypair())
        _write(folder / f"{name}.public.json", {"public": public}, 0o644)
        _write(folder / f"{name}.secret.json", {"public": public, "secret": secret}, 0o600)
    return paths


def _write(path: Path, content: dict[str, str], mode: int) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")


def read_key(path: Path, name: str) -> bytes:
    """The key `name` (`public` or `secret`) of a key file, as 40 characters of z85.

    Raises:
        KeyFileError: the file cannot be read, has no such key, or is a secret that others may read.
    """
    try:
        content = json.loads(path.read_text())
        key: bytes = content[name].encode("ascii")
        if len(z85.decode(key)) != 32:
            raise ValueError
    except OSError as error:
        raise KeyFileError(f"The key file {path} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyFileError(
            f'{path} has no CURVE key {name!r}; expected JSON {{"{name}": 40 characters of z85}}, '
            "as `mirrorflow-bridge keys` writes it."
        ) from None
    if name == "secret" and path.stat().st_mode & 0o077:
        raise KeyFileError(f"Others may read the secret key {path}. Run `chmod 600 {path}`.")
    return key


def read_clients(paths: Iterable[Path]) -> set[bytes]:
    """The public keys of the clients: from files, and from the `*.public.json` of folders."""
    files = [file for path in paths for file in (sorted(path.glob("*.public.json")) if path.is_dir() else [path])]
    if not files:
        raise KeyFileError("There is no client's public key; give --curve-clients FILE_OR_FOLDER with one at least.")
    return {read_key(file, "public") for file in files}


class _Known:
    """Tells ZAP which public keys are a client's."""

    def __init__(self, clients: set[bytes]) -> None:
        self._clients = clients

    def callback(self, domain: str, key: bytes) -> bool:
        """Whether `key` (z85) is a client's."""
        return key in self._clients


def secure(socket: zmq.Socket[bytes], secret_file: Path, clients: set[bytes]) -> ThreadAuthenticator:
    """Make `socket` (not yet bound) a CURVE server that only `clients` can talk to.

    Returns:
        The running authenticator; stop it when the server ends.

    Raises:
        KeyFileError: as of `read_key`, or the two keys of the file are no pair.
    """
    # Before the authenticator: its thread would keep a process alive that ends with an error.
    public, secret = read_key(secret_file, "public"), read_key(secret_file, "secret")
    if zmq.curve_public(secret) != public:
        raise KeyFileError(f"The keys of {secret_file} are no pair; make new ones with `mirrorflow-bridge keys`.")
    socket.curve_publickey, socket.curve_secretkey = public, secret
    authenticator = ThreadAuthenticator(socket.context)
    authenticator.start()
    authenticator.configure_curve_callback(DOMAIN, credentials_provider=_Known(clients))
    socket.curve_server = True
    socket.zap_domain = DOMAIN.encode()
    return authenticator
