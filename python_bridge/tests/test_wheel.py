"""The package as a user gets it: a wheel, installed in an empty virtual environment."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def test_the_wheel_installs_and_serves_gymnasium(folder: Path) -> None:
    def run(*command: str | Path) -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout

    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, PROJECT)
    (wheel,) = folder.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "mirrorflow_bridge/py.typed" in names
    assert not [name for name in names if "test" in name]

    # Its dependencies are those of the tests' environment: downloading them again would test PyPI.
    venv.create(folder / "env", with_pip=False, symlinks=True)
    python = folder / "env" / "bin" / "python"
    (site,) = (folder / "env").glob("lib/python*/site-packages")
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel)
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    code = f"""
from mirrorflow_bridge.client import Client
from mirrorflow_bridge.compliance.process import server_process
with server_process("child", "ipc://{folder}/s") as (_, endpoint), Client(endpoint) as client:
    client.hello()
import mirrorflow_bridge
print(mirrorflow_bridge.__file__)
"""
    assert run(python, "-c", code).startswith(str(folder))
