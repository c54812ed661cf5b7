# SPDX-License-Identifier: MIT
"""``python test/fuzz/fuzz.py NAME SECONDS``: makes up inputs for a check until the time is over.

NAME is a module here with ``check(data)`` and ``seeds()``. libFuzzer (through atheris) keeps in
build/fuzz/NAME what reaches new code, and writes the input that breaks a check to
build/fuzz/NAME-crash-HASH: put it into test/fuzz/found/NAME and fix the code.
"""

import sys
from collections.abc import Iterable
from hashlib import sha1
from importlib import import_module
from pathlib import Path

import atheris

FOLDER = Path('build', 'fuzz')
INSTRUMENTED = ('emotion_ros',)


def main(name: str, seconds: str) -> None:
    """Fuzz one check; ends the process, with 77 or more when it broke."""
    with atheris.instrument_imports(include=[name, *INSTRUMENTED]):
        module = import_module(name)
    corpus = FOLDER / name
    plant(corpus, module.seeds())
    options = {
        'max_total_time': seconds,
        'max_len': 8192,
        'timeout': 20,
        'rss_limit_mb': 2048,
        'print_final_stats': 1,
        'artifact_prefix': f'{corpus}-',
    }
    words = [f'-{option}={value}' for option, value in options.items()]
    atheris.Setup([sys.argv[0], *words, str(corpus)], module.check)
    atheris.Fuzz()


def plant(corpus: Path, seeds: Iterable[bytes]) -> None:
    """Lay the first inputs beside those that earlier runs found."""
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (corpus / sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)


if __name__ == '__main__':
    main(*sys.argv[1:])
