# SPDX-License-Identifier: MIT
"""Write requirements/constraints.txt: ``python bootstrap/lock.py python3.10 ... python3.13``.

Asks pip, for each Python given, what it would install for the hand-written files, and pins the
rest: what those packages pull in. Needs the network and a pip that can ``--report``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / 'requirements'
FILES = ('build', 'runtime', 'audio', 'dev', 'docs', 'training', 'ros-jazzy')
HEADER = '# What the other files pull in. Made by: python bootstrap/lock.py python3.10 ... 3.13\n'
# Belongs to the CUDA builds of torch, which pin it themselves.
CUDA = re.compile(r'nvidia-|cuda-|triton$')


def resolve(python: str) -> tuple[str, dict[str, str]]:
    """Return a Python's version and what pip would install there: name -> version."""
    files = [word for name in FILES for word in ('-r', str(REQUIREMENTS / f'{name}.txt'))]
    pip = [sys.executable, '-m', 'pip', '--python', python, 'install', '--quiet']
    command = [*pip, '--dry-run', '--ignore-installed', '--report', '-', *files]
    report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    version = '.'.join(report['environment']['python_version'].split('.')[:2])
    packages = (item['metadata'] for item in report['install'])
    return version, {canonical(p['name']): p['version'] for p in packages}


def canonical(name: str) -> str:
    """Return a package name as the index spells it."""
    return re.sub(r'[-_.]+', '-', name).lower()


def written_by_hand() -> set[str]:
    """Return the names that the other files pin."""
    text = '\n'.join((REQUIREMENTS / f'{name}.txt').read_text() for name in FILES)
    return {canonical(name) for name in re.findall(r'^([\w.-]+)==', text, re.MULTILINE)}


def pins(name: str, versions: dict[str, str], pythons: list[str]) -> list[str]:
    """Return the lines that pin one package for every Python it is needed on."""
    if set(versions) == set(pythons) and len(set(versions.values())) == 1:
        return [f'{name}=={versions[pythons[0]]}']
    needed_on: dict[str, list[str]] = defaultdict(list)
    for python in pythons:
        if python in versions:
            needed_on[versions[python]].append(python)
    return [f'{name}=={v}; {marker(p, pythons)}' for v, p in needed_on.items()]


def marker(some: list[str], pythons: list[str]) -> str:
    """Return the condition that holds for a run of neighbouring Python versions."""
    conditions = []
    if some[0] != pythons[0]:
        conditions.append(f'python_version >= "{some[0]}"')
    if some[-1] != pythons[-1]:
        conditions.append(f'python_version <= "{some[-1]}"')
    return ' and '.join(conditions)


def main(interpreters: list[str]) -> None:
    """Resolve for each interpreter, oldest first, and write the file."""
    resolved = dict(resolve(python) for python in interpreters)
    names = {name for packages in resolved.values() for name in packages} - written_by_hand()
    lines = []
    for name in sorted(name for name in names if not CUDA.match(name)):
        versions = {p: packages[name] for p, packages in resolved.items() if name in packages}
        lines += pins(name, versions, list(resolved))
    (REQUIREMENTS / 'constraints.txt').write_text(HEADER + '\n'.join(lines) + '\n')


if __name__ == '__main__':
    main(sys.argv[1:])
