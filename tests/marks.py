"""Conditions under which a test can run."""

from __future__ import annotations

import shutil

import pytest

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
