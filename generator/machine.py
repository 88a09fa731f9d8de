"""What this machine has to give."""

from __future__ import annotations

import os
from typing import Final

_MOST: Final = 16
"""Helpers beyond which one process, which reads git and judges alone, cannot feed more."""


def cores() -> int:
    """Give the number of processors that this process may use, within reason."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, _MOST)
