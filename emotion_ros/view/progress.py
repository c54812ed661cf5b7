# SPDX-License-Identifier: MIT
"""The progress bar on stderr of the commands that take long."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress

T = TypeVar('T')


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


@contextmanager
def with_progress(
    items: Iterable[T],
    total: float | None,
    title: str,
    position: Callable[[T], float] | None = None,
    label: Callable[[T], str] | None = None,
) -> Iterator[Iterator[T]]:
    """Pass the items through while a bar shows how many, or the ``position`` of the latest.

    ``total`` is in the same unit, None when unknown; a ``label`` replaces the title.
    """
    bar = progress_bar()
    task = bar.add_task(title, total=total)

    def watched() -> Iterator[T]:
        for count, item in enumerate(items, start=1):
            done = position(item) if position else count
            bar.update(task, completed=done, description=label(item) if label else title)
            yield item

    with bar:
        yield watched()
