# SPDX-License-Identifier: MIT
"""The progress bar on stderr of the commands that take long."""

import sys

from rich.console import Console
from rich.progress import Progress


def progress_bar() -> Progress:
    """Return a bar that is shown on a terminal only, and never touches what stdout is for.

    rich would take over stdout as well, and so empty the file that it is redirected to.
    """
    return Progress(
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
        redirect_stdout=sys.stdout.isatty(),
    )
