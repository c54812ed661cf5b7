# SPDX-License-Identifier: MIT
"""Nodes as separate processes, as an operator starts them."""

import subprocess
import sys

START_S = 90.0


def command(node: str, *arguments: str) -> list[str]:
    """Return the command line of a node."""
    return [sys.executable, '-m', f'emotion_ros.nodes.{node}', '--ros-args', *arguments]


def startup_error(node: str, *arguments: str, within_s: float = START_S) -> str:
    """Run a node that must not start; return its one line on stderr."""
    done = subprocess.run(
        command(node, *arguments), capture_output=True, text=True, timeout=within_s, check=False
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith('emotion_ros:')]
    assert done.returncode == 2, done.stderr
    assert 'Traceback' not in done.stderr
    assert len(lines) == 1
    return lines[0]
