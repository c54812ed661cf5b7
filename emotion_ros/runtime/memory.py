# SPDX-License-Identifier: MIT
"""Memory that is given back to the operating system."""

import ctypes


def trim_heap() -> None:
    """Return the free pages of the heap to the system; only glibc keeps them."""
    if trim := getattr(ctypes.CDLL(None), 'malloc_trim', None):
        trim(0)
