# SPDX-License-Identifier: MIT
"""Which machine this is, and whether it has anything else to do."""

import os
import platform
from pathlib import Path

QUIET = 0.25


def cpu_model() -> str:
    """Return the name of the processor, or of its architecture where Linux does not tell."""
    for line in Path('/proc/cpuinfo').read_text(encoding='utf-8').splitlines():
        key, _, value = line.partition(':')
        if key.strip() == 'model name':
            return value.strip()
    return platform.machine()


def cores() -> int:
    """Return on how many cores this process may run."""
    return len(os.sched_getaffinity(0))


def busy_cores() -> float:
    """Return how many processes ran or waited to run, on average over the last minute."""
    return os.getloadavg()[0]


def is_quiet(load: float) -> bool:
    """Return whether a load leaves the machine to us; else figures come out too high."""
    return load <= QUIET * cores()
