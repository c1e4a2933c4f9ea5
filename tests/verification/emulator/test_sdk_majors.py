"""Opt-in: the emulator's tests under other releases of the SDK.

Set ``MIGRATOR_SDK_PYTHONS`` to interpreters (separated like ``PATH``) that have another
``openai`` and pytest, hypothesis, starlette and uvicorn installed, for example::

    python -m venv old && old/bin/pip install openai==1.66.0 pytest hypothesis starlette uvicorn
    MIGRATOR_SDK_PYTHONS=old/bin/python pytest tests/verification/emulator/test_sdk_majors.py
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

INTERPRETERS = [p for p in os.environ.get("MIGRATOR_SDK_PYTHONS", "").split(os.pathsep) if p]
HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@pytest.mark.skipif(not INTERPRETERS, reason="MIGRATOR_SDK_PYTHONS is not set")
@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_other_sdk(interpreter: str) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "MIGRATOR_SDK_PYTHONS"}
    command = [interpreter, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
