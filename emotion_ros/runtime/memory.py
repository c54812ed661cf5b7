# SPDX-License-Identifier: MIT
"""Memory that is given back to the operating system."""

import ctypes

M_ARENA_MAX = -8  # malloc.h


def use_one_heap() -> None:
    """Let all threads that start from now on share the main heap.

    glibc gives every thread its own, whose free end ``trim_heap`` cannot give back.
    """
    if mallopt := getattr(ctypes.CDLL(None), 'mallopt', None):
        mallopt(M_ARENA_MAX, 1)


def trim_heap() -> None:
    """Return the free pages of the heap to the system; only glibc keeps them."""
    if trim := getattr(ctypes.CDLL(None), 'malloc_trim', None):
        trim(0)
