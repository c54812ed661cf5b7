# SPDX-License-Identifier: MIT
"""The picture of the demo: ``python docs/tools/demo_picture.py``.

Plays the packaged story to the real nodes and writes the terminal screen at MOMENT_S, during the
conflict, to docs/figures/demo.svg.
"""

import io
import re
from contextlib import closing
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from emotion_ros.cli.demo import title
from emotion_ros.demo.evaluation import ExpectationResult
from emotion_ros.demo.runner import DemoOptions, DemoRunner
from emotion_ros.demo.storyboard_file import packaged_storyboard
from emotion_ros.demo.terminal import Snapshot, screen
from emotion_ros.sandbox.domain import free_domain

PICTURE = Path(__file__).parents[1] / 'figures' / 'demo.svg'
MOMENT_S = 15.5
WIDTH = 96
SHOWN_DOMAIN = 30
# Without the web fonts of rich: nothing is loaded from elsewhere.
FORMAT = re.sub(r'@font-face \{\{.*?\}\}\s*', '', CONSOLE_SVG_FORMAT, flags=re.DOTALL)


class ScreenRecorder:
    """A view that keeps the first screen from MOMENT_S on as SVG; '' before that."""

    def __init__(self) -> None:
        self.svg = ''

    def show(self, snapshot: Snapshot) -> None:
        """Keep this screen if it is the first from MOMENT_S on."""
        if not self.svg and (snapshot.t_s or 0.0) >= MOMENT_S:
            console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
            console.print(
                screen(snapshot, title(DemoOptions(packaged_storyboard(), SHOWN_DOMAIN)))
            )
            self.svg = console.export_svg(title='make demo', code_format=FORMAT, unique_id='demo')

    def conclude(self, results: tuple[ExpectationResult, ...]) -> None:
        """Print nothing."""

    def close(self) -> None:
        """Close nothing."""


def main() -> None:
    """Play the story and write the picture."""
    options = DemoOptions(storyboard=packaged_storyboard(), domain=free_domain())
    with closing(ScreenRecorder()) as view:
        result = DemoRunner(options).run(view)
    if result.problem:
        raise SystemExit(result.problem)
    PICTURE.write_text(view.svg, encoding='utf-8')


if __name__ == '__main__':
    main()
