# SPDX-License-Identifier: MIT
"""Ours beside what people would use instead: ``python -m benchmarks.peers``.

Installs the peers, each into a virtual environment of its own (.venv-peer-*, 1.7 GB, most of it
TensorFlow), then measures; ``make bench`` measures those that are installed.
"""

import sys

from rich.console import Console

from benchmarks.peers.race import PEERS, compare_peers
from emotion_ros.errors import EmotionRosError


def main() -> int:
    """Install, measure, print."""
    try:
        for peer in PEERS:
            if not peer.python.exists():
                print(f'installing {peer.name} into {peer.venv.name}', flush=True)
                peer.install()
        comparison = compare_peers()
    except EmotionRosError as error:
        print(f'peers: {error}', file=sys.stderr)
        return 1
    console = Console(width=120)
    for table in comparison.tables():
        console.print(table)
    for note in comparison.notes:
        console.print(f'not measured: {note}', highlight=False, soft_wrap=True)
    return 0


if __name__ == '__main__':
    raise SystemExit(main())
