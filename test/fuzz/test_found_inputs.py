# SPDX-License-Identifier: MIT
"""What the fuzzers start from, and every input that ever broke a check, once fixed."""

from importlib import import_module
from pathlib import Path

import pytest

CHECKS = ('fuzz_image_decoding', 'fuzz_text_cleaning')
FOUND = Path(__file__).parent / 'found'


def inputs(check: str) -> list[bytes]:
    """Return nothing, what the fuzzer starts from, and what it found."""
    found = sorted((FOUND / check).glob('*'))
    return [b'', *import_module(check).seeds(), *(path.read_bytes() for path in found)]


@pytest.mark.parametrize('check', CHECKS)
def test_every_known_input_passes(check: str) -> None:
    for data in inputs(check):
        import_module(check).check(data)
